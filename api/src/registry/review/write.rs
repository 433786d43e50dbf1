//! The use cases that change reviews: declining, declaring a conflict, taking back, calling off.

use chrono::NaiveDate;
use entity::{
    PracticeState, ReviewState, expert_conflict,
    ids::{ConflictId, PersonId, PracticeId, ReviewId},
    practice, review,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Select, sea_query::Expr,
};
use serde_json::json;

use super::{rules, service};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome},
    registry::{
        expert::write::take_turn,
        practice::{service as practices, write as practice_write},
    },
    text,
};

pub use super::draw::{Asked, Drawn, draw};

/// Why an expert does not assess a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Does not want to, or cannot.
    Decline,
    /// Has a conflict of interest: with the authors at these places of the title page, or else with the practice.
    Conflict(Vec<i32>),
}

/// The expert does not assess the practice; somebody else is drawn at once, as far as there is anybody.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for everybody but the expert.
pub async fn refuse(
    app: &App,
    actor: &Actor,
    id: ReviewId,
    refusal: Refusal,
    reason: &str,
) -> Outcome<review::Model> {
    let (permit, seen) = may(app, actor, id, Action::ReviewAnswer).await?;
    let reason = accepted!(text::required("reason", reason, rules::REASON_MAX));
    let mut tx = app.db.begin(permit).await?;
    let (practice, old) = lock(&tx, &seen).await?;
    accepted!(rules::may_end(old.state));
    let state = match &refusal {
        Refusal::Decline => ReviewState::Declined,
        Refusal::Conflict(places) => {
            let authors = practices::authors(tx.db(), practice.id).await?;
            let with = accepted!(rules::authors_at(places, &authors));
            declare(&tx, &old, &with).await?;
            ReviewState::Conflict
        }
    };
    let new = end(&mut tx, old, state, Some(reason)).await?;
    replace(app, &mut tx, &practice, new.id).await?;
    tx.commit().await?;
    Ok(Ok(new))
}

/// Writes a conflict with these authors, or with the practice where there are none.
async fn declare(tx: &Tx, of: &review::Model, with: &[PersonId]) -> Result<(), Error> {
    let row = |author| expert_conflict::Model {
        id: ConflictId::generate(),
        person_id: of.person_id,
        practice_id: match author {
            Some(_) => None,
            None => Some(of.practice_id),
        },
        author_id: author,
        review_id: of.id,
        declared_at: tx.at(),
    };
    let rows = match with {
        [] => vec![row(None)],
        with => with.iter().map(|author| row(Some(*author))).collect(),
    };
    tx.insert_all::<expert_conflict::Entity>(rows).await
}

/// Takes an overdue review back from its expert; somebody else is drawn at once, as far as there is anybody.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn expire(app: &App, actor: &Actor, id: ReviewId, reason: &str) -> Outcome<review::Model> {
    let (permit, seen) = may(app, actor, id, Action::ReviewExpire).await?;
    let reason = accepted!(text::required("reason", reason, rules::REASON_MAX));
    let mut tx = app.db.begin(permit).await?;
    let (practice, old) = lock(&tx, &seen).await?;
    accepted!(rules::may_end(old.state));
    accepted!(rules::may_expire(old.due_on, tx.at().date_naive()));
    let new = end(&mut tx, old, ReviewState::Expired, Some(reason)).await?;
    replace(app, &mut tx, &practice, new.id).await?;
    tx.commit().await?;
    Ok(Ok(new))
}

/// Gives the expert more time.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn extend(app: &App, actor: &Actor, id: ReviewId, due_on: NaiveDate) -> Outcome<review::Model> {
    let (permit, seen) = may(app, actor, id, Action::ReviewExtend).await?;
    let mut tx = app.db.begin(permit).await?;
    let (_, old) = lock(&tx, &seen).await?;
    accepted!(rules::may_end(old.state));
    let (assigned, today) = (old.assigned_at.date_naive(), tx.at().date_naive());
    accepted!(rules::may_extend(assigned, old.due_on, today, due_on));
    let mut row = old.clone().into_active_model();
    row.due_on = Set(due_on);
    let new = row.update(tx.db()).await?;
    tx.record(change(Some(&old), &new));
    tx.commit().await?;
    Ok(Ok(new))
}

/// Leave to do something with a review that the caller can see.
async fn may(
    app: &App,
    actor: &Actor,
    id: ReviewId,
    action: Action,
) -> Result<(Permit, review::Model), Error> {
    policy::signed_in(actor, action)?;
    let seen = service::require(app.db.read(), &visibility::visible_reviews(actor), id).await?;
    let place = Place {
        region: Some(seen.region_id),
        community: seen.community_id,
        person: Some(seen.person_id),
        ..Place::default()
    };
    Ok((policy::permit(actor, action, &place)?, seen))
}

/// The review and its practice as they stand, kept from others until the transaction ends, in the profile's turn.
///
/// # Errors
/// The database's.
pub async fn lock(tx: &Tx, seen: &review::Model) -> Result<(practice::Model, review::Model), Error> {
    let practice = practice_write::lock(tx, seen.practice_id).await?;
    if let Some(profile) = practice.profile_id {
        take_turn(tx, profile).await?;
    }
    let row = review::Entity::find_by_id(seen.id).lock_exclusive().one(tx.db()).await?;
    Ok((practice, row.ok_or_else(|| Error::not_found("review"))?))
}

/// Ends an open review that is [locked](lock).
///
/// # Errors
/// The database's.
pub async fn end(
    tx: &mut Tx,
    old: review::Model,
    state: ReviewState,
    reason: Option<String>,
) -> Result<review::Model, Error> {
    let mut row = old.clone().into_active_model();
    row.state = Set(state);
    row.ended_at = Set(Some(tx.at()));
    row.reason = Set(reason);
    let new = row.update(tx.db()).await?;
    tx.record(change(Some(&old), &new));
    Ok(new)
}

/// Draws somebody in the place of an expert who fell out, while the practice still awaits its experts.
async fn replace(app: &App, tx: &mut Tx, practice: &practice::Model, of: ReviewId) -> Result<(), Error> {
    if practice.state == PracticeState::Submitted {
        // Where nobody is left the place stays vacant.
        let _ = draw(app, tx, practice, &Asked::instead_of(of)).await?;
    }
    Ok(())
}

/// Calls off the open reviews of a practice that leaves the state in which it is assessed. The practice is locked.
///
/// # Errors
/// The database's.
pub async fn call_off(tx: &mut Tx, of: PracticeId) -> Result<(), Error> {
    let open = review::Entity::find().filter(review::Column::PracticeId.eq(of));
    end_all(tx, open, ReviewState::Cancelled).await
}

/// Ends all that an erased person holds as an expert, and forgets what it wrote of its reasons. The reviews that were
/// open stay vacant.
///
/// # Errors
/// The database's.
pub async fn erase(tx: &mut Tx, whose: PersonId) -> Result<(), Error> {
    let own = review::Entity::find().filter(review::Column::PersonId.eq(whose));
    end_all(tx, own, ReviewState::Declined).await?;
    let written = [ReviewState::Declined, ReviewState::Conflict];
    review::Entity::update_many()
        .col_expr(review::Column::Reason, Expr::value(Option::<String>::None))
        .filter(review::Column::PersonId.eq(whose))
        .filter(review::Column::State.is_in(written))
        .exec(tx.db())
        .await?;
    Ok(())
}

async fn end_all(tx: &mut Tx, which: Select<review::Entity>, state: ReviewState) -> Result<(), Error> {
    let open = which
        .filter(review::Column::State.eq(ReviewState::Assigned))
        .order_by_asc(review::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    review::Entity::update_many()
        .col_expr(review::Column::State, Expr::value(state))
        .col_expr(review::Column::EndedAt, Expr::value(tx.at()))
        .filter(review::Column::Id.is_in(open.iter().map(|row| row.id)))
        .exec(tx.db())
        .await?;
    for old in open {
        let new = review::Model { state, ended_at: Some(tx.at()), ..old.clone() };
        tx.record(change(Some(&old), &new));
    }
    Ok(())
}

/// The journal's entry of a review: without the reason, which is in somebody's own words.
pub(super) fn change(old: Option<&review::Model>, new: &review::Model) -> Change {
    let told = |row: &review::Model| {
        json!({
            "practice": row.practice_id,
            "expert": row.expert_id,
            "state": row.state,
            "dueOn": row.due_on,
        })
    };
    let change = Change::of(new.id, old.map(told), Some(told(new)));
    change.within(new.region_id, new.community_id).confidential()
}
