//! The use cases that change assessments and rubrics: handing in, making a new version.

use chrono::{DateTime, Duration, Utc};
use entity::{
    ReviewState, assessment, assessment_score,
    counter::RUBRIC,
    ids::{AssessmentId, ReviewId, RubricId},
    practice, review, rubric, rubric_criterion,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::{
    rules::{self, Criterion, Score},
    service,
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::Change,
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::review::{
        rules as review_rules, service as reviews,
        write::{Asked, draw, end, lock},
    },
};

/// How far ahead a version may begin to hold.
const AHEAD: Duration = Duration::days(366);

/// The expert hands in the assessment of a practice, which finishes the review. Where it differs too much from the only
/// other one, a third expert is drawn at once, as far as there is anybody.
///
/// # Errors
/// `NOT_FOUND` for a review of somebody else's, `FORBIDDEN` for one that the caller only manages.
pub async fn submit(
    app: &App,
    actor: &Actor,
    id: ReviewId,
    scores: Vec<Score>,
    conclusion: &str,
) -> Outcome<assessment::Model> {
    policy::signed_in(actor, Action::AssessmentSubmit)?;
    let seen = reviews::require(app.db.read(), &visibility::visible_reviews(actor), id).await?;
    let place = Place { person: Some(seen.person_id), ..Place::default() };
    let permit = policy::permit(actor, Action::AssessmentSubmit, &place)?;
    // Neither the day of assignment nor a version of the rubric ever changes, so this holds under the lock, too.
    let rubric = service::rubric_at(app.db.read(), seen.assigned_at).await?;
    let criteria: Vec<String> = rubric_criterion::Entity::find()
        .select_only()
        .column(rubric_criterion::Column::Code)
        .filter(rubric_criterion::Column::RubricId.eq(rubric.id))
        .order_by_asc(rubric_criterion::Column::Position)
        .into_tuple()
        .all(app.db.read())
        .await?;
    accepted!(may_hand_in(&seen, actor.now));
    let checked = accepted!(rules::check(&criteria, scores, conclusion));

    let mut tx = app.db.begin(permit).await?;
    let (practice, old) = lock(&tx, &seen).await?;
    accepted!(may_hand_in(&old, tx.at()));
    let row = assessment::Model {
        id: AssessmentId::generate(),
        review_id: id,
        practice_id: old.practice_id,
        edition: old.edition,
        person_id: old.person_id,
        rubric_id: rubric.id,
        assigned_at: old.assigned_at,
        mean: checked.mean,
        conclusion: checked.conclusion,
        finished_at: tx.at(),
    };
    tx.insert_all::<assessment::Entity>(vec![row.clone()]).await?;
    let scores = checked.scores.into_iter().zip(1..).map(|(one, position)| assessment_score::Model {
        assessment_id: row.id,
        position,
        criterion: one.criterion,
        score: one.score,
        comment: one.comment,
    });
    tx.insert_all::<assessment_score::Entity>(scores.collect()).await?;
    end(&mut tx, old, ReviewState::Finished, None).await?;
    tx.record(told(&row, &rubric, &practice));
    if service::third_is_missing(tx.db(), practice.id).await? {
        // Where nobody can be drawn, those who manage the reviews see that a third is missing.
        let _ = draw(app, &mut tx, &practice, &Asked::third()).await?;
    }
    tx.commit().await?;
    Ok(Ok(row))
}

fn may_hand_in(review: &review::Model, at: DateTime<Utc>) -> Result<(), UserError> {
    if review.state == ReviewState::Finished {
        let message = "The practice has been assessed already; an assessment is handed in once.";
        return Err(UserError::of("reviewId", UserErrorCode::WrongState, message));
    }
    review_rules::may_end(review.state)?;
    rules::in_time(review.due_on, at.date_naive())
}

/// The journal's entry: neither the expert's words nor, to those who read a region's journal, that there is one.
fn told(row: &assessment::Model, by: &rubric::Model, of: &practice::Model) -> Change {
    let after = json!({
        "review": row.review_id,
        "practice": row.practice_id,
        "edition": row.edition,
        "rubric": by.version,
        "mean": row.mean,
    });
    Change::of(row.id, None, Some(after)).within(of.region_id, of.community_id).confidential()
}

/// Makes the next version of the rubric, which holds for the reviews that are assigned from a moment on.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn create_rubric(
    app: &App,
    actor: &Actor,
    criteria: Vec<Criterion>,
    effective_from: Option<DateTime<Utc>>,
) -> Outcome<rubric::Model> {
    let permit = policy::permit(actor, Action::RubricWrite, &Place::default())?;
    let criteria = accepted!(rules::check_criteria(criteria));
    let from = effective_from.unwrap_or(permit.at());
    if from < permit.at() || from > permit.at() + AHEAD {
        let message = "A version holds from now on, or from a moment within the next 366 days.";
        return Ok(Err(UserError::of("effectiveFrom", UserErrorCode::Invalid, message).into()));
    }
    let mut tx = app.db.begin(permit).await?;
    let version = i32::try_from(tx.next(RUBRIC).await?).map_err(Error::internal)?;
    let row = rubric::Model { id: RubricId::generate(), version, effective_from: from };
    tx.insert_all::<rubric::Entity>(vec![row.clone()]).await?;
    let codes: Vec<_> = criteria.iter().map(|one| one.code.clone()).collect();
    let rows = criteria.into_iter().zip(1..).map(|(one, position)| rubric_criterion::Model {
        rubric_id: row.id,
        position,
        code: one.code,
        title: one.title,
        question: one.question,
    });
    tx.insert_all::<rubric_criterion::Entity>(rows.collect()).await?;
    let after = json!({ "version": version, "effectiveFrom": from, "criteria": codes });
    tx.record(Change::of(row.id, None, Some(after)));
    tx.commit().await?;
    Ok(Ok(row))
}
