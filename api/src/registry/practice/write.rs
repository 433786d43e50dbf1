//! The use cases that change practices: load what is visible, ask the policy, apply the rules, write and
//! journal in one transaction.

use chrono::Datelike;
use entity::{
    AcademicYear, PracticeState, community,
    counter::PRACTICE_NUMBER,
    ids::{CommunityId, DecisionId, PracticeId, RatingId},
    practice, practice_author, practice_decision, practice_tag, rating,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::json;

use super::{
    rules::{self, Text},
    service,
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        assessment, edition::service as editions, listed, material::write as materials, review, search,
    },
    text,
};

/// Writes a new practice for a community, with the caller as its author.
///
/// # Errors
/// `NOT_FOUND` for an unknown community, `FORBIDDEN` for a community in which the caller is no member.
pub async fn create(app: &App, actor: &Actor, of: CommunityId, text: Text) -> Outcome<practice::Model> {
    policy::signed_in(actor, Action::PracticeCreate)?;
    let found = community::Entity::find_by_id(of).one(app.db.read()).await?;
    let community = found.ok_or_else(|| Error::not_found("community"))?;
    let place = Place { region: Some(community.region_id), community: Some(of), ..Place::default() };
    let permit = policy::permit(actor, Action::PracticeCreate, &place)?;
    let author = actor.person().ok_or_else(|| Error::broken("a member without a person"))?;
    let text = match rules::check_text(text) {
        Ok(text) => text,
        Err(errors) => return Ok(Err(errors.into())),
    };
    let (title, summary, body) =
        (text.title.unwrap_or_default(), text.summary.unwrap_or_default(), text.body.unwrap_or_default());
    let tags = text.tags.unwrap_or_default();
    let mut tx = app.db.begin(permit).await?;
    // Nothing new begins in the archive.
    accepted!(listed::living::<community::Model>(&tx, of, "communityId").await?);
    let id = PracticeId::generate();
    let row = practice::ActiveModel {
        id: Set(id),
        number: Set(None),
        title: Set(title),
        summary: Set(summary),
        body: Set(body),
        state: Set(PracticeState::Draft),
        version: Set(1),
        community_id: Set(Some(of)),
        department_id: Set(None),
        region_id: Set(community.region_id),
        profile_id: Set(Some(community.profile_id)),
        created_by: Set(author),
        created_at: Set(tx.at()),
        submitted_at: Set(None),
        published_at: Set(None),
        published_year: Set(None),
        listed_at: Set(tx.at()),
        stars_1: Set(0),
        stars_2: Set(0),
        stars_3: Set(0),
        stars_4: Set(0),
        stars_5: Set(0),
        rating_organizations: Set(0),
        rating_sum: Set(0),
    };
    let row = row.insert(tx.db()).await?;
    practice_author::Entity::insert(practice_author::ActiveModel {
        practice_id: Set(id),
        person_id: Set(author),
        position: Set(1),
    })
    .exec_without_returning(tx.db())
    .await?;
    replace_tags(&tx, id, &tags).await?;
    search::index::practice(tx.db(), &row, &tags).await?;
    tx.record(change(&row, None, Some(told(&row, &tags))));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Changes the text of a draft, if it is still the version that the caller has seen.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: PracticeId,
    expected_version: i32,
    text: Text,
) -> Outcome<practice::Model> {
    let (permit, _) = may(app, actor, id, Action::PracticeUpdate).await?;
    let text = match rules::check_text(text) {
        Ok(text) => text,
        Err(errors) => return Ok(Err(errors.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    if let Err(error) = rules::may_edit(old.state) {
        return Ok(Err(error.into()));
    }
    if old.version != expected_version {
        let message = format!(
            "The practice is at version {}, not {expected_version}: somebody changed it meanwhile.",
            old.version
        );
        return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
    }
    let old_tags = tags_of(&tx, id).await?;
    let tags = match text.tags {
        Some(tags) => {
            replace_tags(&tx, id, &tags).await?;
            tags
        }
        None => old_tags.clone(),
    };
    let mut row = old.clone().into_active_model();
    let title = text.title.unwrap_or_else(|| old.title.clone());
    let summary = text.summary.unwrap_or_else(|| old.summary.clone());
    row.title = Set(title);
    row.summary = Set(summary);
    if let Some(body) = text.body {
        row.body = Set(body);
    }
    row.version = Set(old.version + 1);
    let new = row.update(tx.db()).await?;
    search::index::practice(tx.db(), &new, &tags).await?;
    tx.record(change(&new, Some(told(&old, &old_tags)), Some(told(&new, &tags))));
    tx.commit().await?;
    Ok(Ok(new))
}

/// Takes a step with a practice. Steps that need a reason bring it, checked, in `reason`.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn take_step(
    app: &App,
    actor: &Actor,
    id: PracticeId,
    action: Action,
    reason: Option<String>,
) -> Outcome<practice::Model> {
    policy::signed_in(actor, action)?;
    let seen = service::require(app.db.read(), &visibility::visible_practices(actor), id).await?;
    // Giving back is the presidium's while the practice is submitted, and the coordinator's once approved.
    let action = match (action, seen.state) {
        (Action::PracticeReturn, PracticeState::Approved) => Action::PracticeReturnApproved,
        _ => action,
    };
    let (permit, authors) = may(app, actor, id, action).await?;
    let reason = match reason.map(|reason| text::required("reason", &reason, rules::REASON_MAX)).transpose() {
        Ok(reason) => reason,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    let step = match rules::step_from(action, old.state) {
        Ok(step) => step,
        Err(error) => return Ok(Err(error.into())),
    };
    if action == Action::PracticeApprove && actor.person().is_some_and(|person| authors.contains(&person)) {
        let message = "Nobody approves a practice of their own; another member of the presidium may.";
        return Ok(Err(UserError::of("practiceId", UserErrorCode::NotEligible, message).into()));
    }
    if action == Action::PracticeApprove && app.config.required_assessments > 0 {
        let means = assessment::service::means(tx.db(), id).await?;
        accepted!(assessment::rules::may_approve(&means, app.config.required_assessments));
    }
    let at = tx.at();
    if old.state == PracticeState::Submitted {
        review::write::call_off(&mut tx, id).await?;
    }
    let mut row = old.clone().into_active_model();
    row.state = Set(step.to);
    if step.to == PracticeState::Submitted {
        row.submitted_at = Set(Some(at));
        materials::hand_in(&tx, id).await?;
    }
    if step.to == PracticeState::Published {
        row.published_at = Set(Some(at));
        row.published_year = Set(Some(AcademicYear::of(at)));
        row.listed_at = Set(at);
        count(&tx, old.community_id, 1).await?;
        // From now on others may be told its words.
        let published = practice::Model { state: step.to, ..old.clone() };
        search::index::practice(tx.db(), &published, &tags_of(&tx, id).await?).await?;
        row.number = Set(Some(rules::registry_number(at.year(), tx.next(PRACTICE_NUMBER).await?)));
    } else if old.state == PracticeState::Published {
        count(&tx, old.community_id, -1).await?;
        hide_ratings(&mut tx, &old).await?;
    }
    let new = row.update(tx.db()).await?;
    if step.to == PracticeState::Submitted {
        editions::freeze(&tx, &new, tags_of(&tx, id).await?).await?;
    }
    let account = actor.identity.as_ref().map(|identity| identity.account);
    practice_decision::Entity::insert(practice_decision::ActiveModel {
        id: Set(DecisionId::generate()),
        practice_id: Set(id),
        state: Set(step.to),
        practice_version: Set(new.version),
        reason: Set(reason.clone()),
        account_id: Set(account),
        decided_at: Set(at),
    })
    .exec_without_returning(tx.db())
    .await?;
    let after = json!({ "state": new.state, "number": new.number, "reason": reason });
    tx.record(change(&new, Some(json!({ "state": old.state })), Some(after)));
    tx.commit().await?;
    Ok(Ok(new))
}

/// The permit for an action on a practice that the caller can see, and who wrote it.
pub(crate) async fn may(
    app: &App,
    actor: &Actor,
    id: PracticeId,
    action: Action,
) -> Result<(policy::Permit, Vec<entity::ids::PersonId>), Error> {
    policy::signed_in(actor, action)?;
    let seen = service::require(app.db.read(), &visibility::visible_practices(actor), id).await?;
    let authors = service::authors(app.db.read(), id).await?;
    let permit = policy::permit(actor, action, &service::place(&seen, authors.clone()))?;
    Ok((permit, authors))
}

/// The practice as it stands, kept from others until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: PracticeId) -> Result<practice::Model, Error> {
    let row = practice::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("practice"))
}

/// Keeps the owner's number of published practices.
async fn count(tx: &Tx, community: Option<CommunityId>, by: i64) -> Result<(), Error> {
    let Some(id) = community else { return Ok(()) };
    community::Entity::update_many()
        .col_expr(community::Column::PracticeCount, Expr::col(community::Column::PracticeCount).add(by))
        .filter(community::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Whoever follows the ratings of a practice is told that they go with it.
async fn hide_ratings(tx: &mut Tx, of: &practice::Model) -> Result<(), Error> {
    let ratings: Vec<RatingId> = rating::Entity::find()
        .select_only()
        .column(rating::Column::Id)
        .filter(rating::Column::PracticeId.eq(of.id))
        .order_by_asc(rating::Column::Id)
        .into_tuple()
        .all(tx.db())
        .await?;
    for id in ratings {
        let change = Change::of(id, Some(json!({ "practice": of.id })), None);
        tx.record(change.within(of.region_id, of.community_id).confidential());
    }
    Ok(())
}

/// A practice's text, as the journal tells it.
fn told(row: &practice::Model, tags: &[String]) -> serde_json::Value {
    json!({
        "title": row.title,
        "summary": row.summary,
        "body": row.body,
        "tags": tags,
        "version": row.version,
        "state": row.state,
    })
}

async fn tags_of(tx: &Tx, id: PracticeId) -> Result<Vec<String>, Error> {
    let rows = practice_tag::Entity::find()
        .filter(practice_tag::Column::PracticeId.eq(id))
        .order_by_asc(practice_tag::Column::Position)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.tag).collect())
}

async fn replace_tags(tx: &Tx, id: PracticeId, tags: &[String]) -> Result<(), Error> {
    practice_tag::Entity::delete_many().filter(practice_tag::Column::PracticeId.eq(id)).exec(tx.db()).await?;
    if tags.is_empty() {
        return Ok(());
    }
    let rows = tags.iter().zip(0..).map(|(tag, position)| practice_tag::ActiveModel {
        practice_id: Set(id),
        tag: Set(tag.clone()),
        position: Set(position),
    });
    practice_tag::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(crate) fn change(
    row: &practice::Model,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Change {
    let change = Change::of(row.id, before, after).within(row.region_id, row.community_id);
    // Until it is submitted only its authors see it: others do not read of it in the journal either.
    if row.submitted_at.is_none() { change.confidential() } else { change }
}
