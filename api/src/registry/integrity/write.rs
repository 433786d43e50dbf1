//! What the federal registrar does about findings: dismissing them, setting ratings aside, restoring them.

use std::collections::{BTreeSet, HashSet};

use entity::{
    FindingState,
    ids::{FindingId, RatingId},
    integrity_evidence, integrity_finding, rating,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use serde_json::json;

use super::{rules, service};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        practice::{rules::REASON_MAX, write as practice_write},
        rating::service as ratings,
    },
    text,
};

/// Ratings that are set aside or restored at once.
pub const RATINGS_MAX: usize = 100;

/// Dismisses an open finding.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn dismiss(
    app: &App,
    actor: &Actor,
    id: FindingId,
    reason: &str,
) -> Outcome<integrity_finding::Model> {
    policy::signed_in(actor, Action::IntegrityDecide)?;
    service::require(app.db.read(), actor, id).await?;
    let permit = policy::permit(actor, Action::IntegrityDecide, &Place::default())?;
    let reason = accepted!(text::required("reason", reason, REASON_MAX));
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    accepted!(rules::may_dismiss(old.state));
    let new = decide(&mut tx, old, FindingState::Dismissed, Some(reason)).await?;
    tx.commit().await?;
    Ok(Ok(new))
}

/// What was done to ratings.
#[derive(Debug)]
pub struct Done {
    /// The ratings as they stand, in the order of the input.
    pub ratings: Vec<rating::Model>,
    /// The finding for which they were set aside, as it stands.
    pub finding: Option<integrity_finding::Model>,
}

/// Sets ratings aside: they count nowhere any more. With a finding all of them must be of it.
///
/// # Errors
/// `NOT_FOUND` for an unknown rating or finding, `FORBIDDEN`.
pub async fn set_aside(
    app: &App,
    actor: &Actor,
    ids: &[RatingId],
    finding: Option<FindingId>,
    reason: &str,
) -> Outcome<Done> {
    policy::signed_in(actor, Action::IntegrityDecide)?;
    require_ratings(app, actor, ids).await?;
    if let Some(finding) = finding {
        service::require(app.db.read(), actor, finding).await?;
    }
    let permit = policy::permit(actor, Action::IntegrityDecide, &Place::default())?;
    accepted!(check_ids(ids));
    let reason = accepted!(text::required("reason", reason, REASON_MAX));
    let mut tx = app.db.begin(permit).await?;
    let rows = lock_ratings(&tx, ids).await?;
    if let Some(place) = rows.iter().position(|row| row.set_aside_at.is_some()) {
        return Ok(Err(wrong_state(place, "The rating is set aside already.").into()));
    }
    let decided = match finding {
        None => None,
        Some(finding) => {
            let row = lock(&tx, finding).await?;
            let evidence: HashSet<RatingId> = integrity_evidence::Entity::find()
                .select_only()
                .column(integrity_evidence::Column::RatingId)
                .filter(integrity_evidence::Column::FindingId.eq(finding))
                .into_tuple()
                .all(tx.db())
                .await?
                .into_iter()
                .collect();
            if let Some(place) = ids.iter().position(|id| !evidence.contains(id)) {
                let message =
                    "The finding does not concern this rating; leave `findingId` out to set it aside anyway.";
                let error = UserError::of(&place.to_string(), UserErrorCode::NotEligible, message);
                return Ok(Err(error.within(&["ratingIds"]).into()));
            }
            Some(row)
        }
    };
    rating::Entity::update_many()
        .col_expr(rating::Column::SetAsideAt, Expr::value(tx.at()))
        .col_expr(rating::Column::SetAsideReason, Expr::value(reason.as_str()))
        .col_expr(rating::Column::FindingId, Expr::value(finding.map(|id| id.0)))
        .filter(rating::Column::Id.is_in(ids.iter().copied()))
        .exec(tx.db())
        .await?;
    let (before, after) =
        (json!({ "setAside": false }), json!({ "setAside": true, "finding": finding, "reason": reason }));
    recount(&mut tx, &rows, &before, &after).await?;
    let finding = match decided {
        None => None,
        Some(row) => Some(decide(&mut tx, row, FindingState::SetAside, Some(reason)).await?),
    };
    let ratings = read(&tx, ids).await?;
    tx.commit().await?;
    Ok(Ok(Done { ratings, finding }))
}

/// Restores ratings that were set aside: they count again as before. A finding of which none is set aside any more is
/// open again.
///
/// # Errors
/// `NOT_FOUND` for an unknown rating, `FORBIDDEN`.
pub async fn restore(app: &App, actor: &Actor, ids: &[RatingId], reason: &str) -> Outcome<Done> {
    policy::signed_in(actor, Action::IntegrityDecide)?;
    require_ratings(app, actor, ids).await?;
    let permit = policy::permit(actor, Action::IntegrityDecide, &Place::default())?;
    accepted!(check_ids(ids));
    let reason = accepted!(text::required("reason", reason, REASON_MAX));
    let mut tx = app.db.begin(permit).await?;
    let rows = lock_ratings(&tx, ids).await?;
    if let Some(place) = rows.iter().position(|row| row.set_aside_at.is_none()) {
        return Ok(Err(wrong_state(place, "The rating is not set aside.").into()));
    }
    rating::Entity::update_many()
        .col_expr(rating::Column::SetAsideAt, Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None))
        .col_expr(rating::Column::SetAsideReason, Expr::value(Option::<String>::None))
        .col_expr(rating::Column::FindingId, Expr::value(Option::<uuid::Uuid>::None))
        .filter(rating::Column::Id.is_in(ids.iter().copied()))
        .exec(tx.db())
        .await?;
    let (before, after) = (json!({ "setAside": true }), json!({ "setAside": false, "reason": reason }));
    recount(&mut tx, &rows, &before, &after).await?;
    let findings: BTreeSet<FindingId> = rows.iter().filter_map(|row| row.finding_id).collect();
    let mut finding = None;
    for id in findings {
        let row = lock(&tx, id).await?;
        let left = rating::Entity::find()
            .filter(rating::Column::FindingId.eq(id))
            .filter(rating::Column::SetAsideAt.is_not_null())
            .one(tx.db())
            .await?;
        let opens = left.is_none() && row.state == FindingState::SetAside;
        finding = Some(if opens { decide(&mut tx, row, FindingState::Open, None).await? } else { row });
    }
    let ratings = read(&tx, ids).await?;
    tx.commit().await?;
    Ok(Ok(Done { ratings, finding }))
}

/// Ratings are known to whoever sees their practices; here every one must be.
async fn require_ratings(app: &App, actor: &Actor, ids: &[RatingId]) -> Result<(), Error> {
    let known: HashSet<RatingId> = ratings::visible(actor)
        .select_only()
        .column(rating::Column::Id)
        .filter(rating::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(app.db.read())
        .await?
        .into_iter()
        .collect();
    match ids.iter().all(|id| known.contains(id)) {
        true => Ok(()),
        false => Err(Error::not_found("rating")),
    }
}

fn check_ids(ids: &[RatingId]) -> Result<(), UserError> {
    let invalid = |message: &str| UserError::of("ratingIds", UserErrorCode::Invalid, message);
    if !(1..=RATINGS_MAX).contains(&ids.len()) {
        return Err(invalid("1 to 100 ratings are taken at once.").bounded(
            ids.len(),
            Some(1),
            Some(RATINGS_MAX),
        ));
    }
    let different: HashSet<_> = ids.iter().collect();
    if different.len() < ids.len() { Err(invalid("A rating is named twice.")) } else { Ok(()) }
}

fn wrong_state(place: usize, message: &str) -> UserError {
    UserError::of(&place.to_string(), UserErrorCode::WrongState, message).within(&["ratingIds"])
}

/// The ratings, in the order of `ids`, when their practices are kept from others: in the order of their keys.
async fn lock_ratings(tx: &Tx, ids: &[RatingId]) -> Result<Vec<rating::Model>, Error> {
    let practices: BTreeSet<_> = read(tx, ids).await?.into_iter().map(|row| row.practice_id).collect();
    for practice in practices {
        practice_write::lock(tx, practice).await?;
    }
    read(tx, ids).await
}

async fn read(tx: &Tx, ids: &[RatingId]) -> Result<Vec<rating::Model>, Error> {
    let rows = rating::Entity::find()
        .filter(rating::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(rating::Column::Id)
        .all(tx.db())
        .await?;
    let in_order = ids.iter().map(|id| rows.iter().find(|row| row.id == *id).cloned());
    in_order.collect::<Option<_>>().ok_or_else(|| Error::not_found("rating"))
}

/// What the practices' summaries say now; and the entries of the journal.
async fn recount(
    tx: &mut Tx,
    rows: &[rating::Model],
    before: &serde_json::Value,
    after: &serde_json::Value,
) -> Result<(), Error> {
    let practices: BTreeSet<_> = rows.iter().map(|row| row.practice_id).collect();
    for id in practices {
        let practice = practice_write::lock(tx, id).await?;
        let practice = ratings::summarize(tx, practice).await?;
        for row in rows.iter().filter(|row| row.practice_id == id) {
            // As when they are given: the journal names raters to the auditor alone.
            let change = Change::of(row.id, Some(before.clone()), Some(after.clone()));
            tx.record(change.within(practice.region_id, practice.community_id).confidential());
        }
    }
    Ok(())
}

async fn lock(tx: &Tx, id: FindingId) -> Result<integrity_finding::Model, Error> {
    let row = integrity_finding::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("finding"))
}

async fn decide(
    tx: &mut Tx,
    old: integrity_finding::Model,
    state: FindingState,
    reason: Option<String>,
) -> Result<integrity_finding::Model, Error> {
    let mut row = old.clone().into_active_model();
    row.state = Set(state);
    row.decided_at = Set((state != FindingState::Open).then(|| tx.at()));
    row.reason = Set(reason.clone());
    let new = row.update(tx.db()).await?;
    let after = json!({ "state": new.state, "reason": reason });
    tx.record(Change::of(new.id, Some(json!({ "state": old.state })), Some(after)));
    Ok(new)
}
