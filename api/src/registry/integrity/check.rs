//! A check: asked for, taken up by one process, its findings kept.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use entity::{
    FindingState,
    ids::{CheckId, FindingId, RatingId},
    integrity_check, integrity_evidence, integrity_finding,
    integrity_finding::Figures,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::json;

use super::{
    gather,
    rules::{self, Found},
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::Error,
};

/// After so many hours an unfinished check is taken up again: who had begun it is gone.
const GIVEN_UP_HOURS: i64 = 1;
/// Findings that are looked up at once.
const AT_ONCE: usize = 500;

/// Asks for a check; one that is not finished yet is the one.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, or the database's.
pub async fn ask(app: &App, actor: &Actor) -> Result<integrity_check::Model, Error> {
    let permit = policy::permit(actor, Action::IntegrityCheck, &Place::default())?;
    let mut tx = app.db.begin(permit).await?;
    loop {
        if let Some(row) = enter(&tx, None).await? {
            tx.record(Change::of(row.id, None, Some(json!({ "asked": true }))));
            tx.commit().await?;
            return Ok(row);
        }
        // One is waiting, unless it has been finished this moment.
        let waiting = integrity_check::Entity::find()
            .filter(integrity_check::Column::Waiting.is_not_null())
            .one(tx.db())
            .await?;
        if let Some(row) = waiting {
            return Ok(row);
        }
    }
}

/// Asks for the check of the night that began at `night`, unless there has been one since.
///
/// # Errors
/// The database's.
pub(super) async fn ask_for_night(app: &App, night: DateTime<Utc>) -> Result<(), Error> {
    let since = integrity_check::Entity::find()
        .filter(integrity_check::Column::AskedAt.gte(night))
        .one(app.db.read())
        .await?;
    if since.is_none() {
        let tx = app.db.begin(Permit::system(app.clock.now())).await?;
        enter(&tx, Some(night)).await?;
        tx.commit_quietly().await?;
    }
    Ok(())
}

/// A new check, unless one is waiting, or the night has had its own.
async fn enter(tx: &Tx, night: Option<DateTime<Utc>>) -> Result<Option<integrity_check::Model>, Error> {
    let row = integrity_check::Model {
        id: CheckId::generate(),
        asked_at: tx.at(),
        night,
        started_at: None,
        finished_at: None,
        waiting: Some(1),
        found: 0,
    };
    let entered = integrity_check::Entity::insert(row.clone().into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.db())
        .await?;
    Ok((entered > 0).then_some(row))
}

/// Takes up the check that waits, if no other process has, and carries it out; tells whether there was one.
///
/// # Errors
/// The database's; the check is taken up again after an hour.
pub(super) async fn take_up(app: &App) -> Result<bool, Error> {
    use integrity_check::Column;
    let now = app.clock.now();
    let startable = Condition::all().add(Column::Waiting.is_not_null()).add(
        Condition::any()
            .add(Column::StartedAt.is_null())
            .add(Column::StartedAt.lt(now - Duration::hours(GIVEN_UP_HOURS))),
    );
    let Some(waiting) = integrity_check::Entity::find().filter(startable.clone()).one(app.db.read()).await?
    else {
        return Ok(false);
    };
    let tx = app.db.begin(Permit::system(now)).await?;
    let taken = integrity_check::Entity::update_many()
        .col_expr(Column::StartedAt, Expr::value(now))
        .filter(Column::Id.eq(waiting.id))
        .filter(startable)
        .exec(tx.db())
        .await?;
    tx.commit_quietly().await?;
    if taken.rows_affected == 0 {
        return Ok(false);
    }
    let found = gather::everything(app.db.read()).await?;
    let mut tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let opened = keep(&mut tx, found).await?;
    integrity_check::Entity::update_many()
        .col_expr(Column::FinishedAt, Expr::value(tx.at()))
        .col_expr(Column::Waiting, Expr::value(Option::<i32>::None))
        .col_expr(Column::Found, Expr::value(opened))
        .filter(Column::Id.eq(waiting.id))
        .exec(tx.db())
        .await?;
    tx.commit_recorded().await?;
    Ok(true)
}

/// Keeps what was found; tells how much of it is new.
async fn keep(tx: &mut Tx, found: Vec<Found>) -> Result<i64, Error> {
    let mut opened = 0;
    for some in found.chunks(AT_ONCE) {
        let known: HashMap<_, _> = integrity_finding::Entity::find()
            .filter(integrity_finding::Column::Key.is_in(some.iter().map(|one| one.key.as_str())))
            .lock_exclusive()
            .all(tx.db())
            .await?
            .into_iter()
            .map(|row| (row.key.clone(), row))
            .collect();
        let evidence = evidence_of(tx, known.values().map(|row| row.id)).await?;
        let (mut new, mut new_evidence) = (Vec::new(), Vec::new());
        for one in some {
            let id = match known.get(&one.key) {
                None => {
                    let row = opened_now(tx, one);
                    let id = row.id;
                    tx.record(Change::of(id, None, Some(json!({ "code": row.code, "state": row.state }))));
                    new.push(row);
                    opened += 1;
                    id
                }
                Some(row) => {
                    let old = evidence.get(&row.id).cloned().unwrap_or_default();
                    match again(tx, row, &old, one).await? {
                        Again::Same => continue,
                        Again::Grown => {}
                        Again::Opened => opened += 1,
                    }
                    integrity_evidence::Entity::delete_many()
                        .filter(integrity_evidence::Column::FindingId.eq(row.id))
                        .exec(tx.db())
                        .await?;
                    row.id
                }
            };
            let rows = one.ratings.iter().zip(1..).map(|(rating_id, position)| integrity_evidence::Model {
                finding_id: id,
                position,
                rating_id: *rating_id,
            });
            new_evidence.extend(rows);
        }
        integrity_finding::Entity::update_many()
            .col_expr(integrity_finding::Column::SeenAt, Expr::value(tx.at()))
            .filter(integrity_finding::Column::Id.is_in(known.values().map(|row| row.id)))
            .exec(tx.db())
            .await?;
        tx.insert_all::<integrity_finding::Entity>(new).await?;
        tx.insert_all::<integrity_evidence::Entity>(new_evidence).await?;
    }
    Ok(opened)
}

async fn evidence_of(
    tx: &Tx,
    findings: impl Iterator<Item = FindingId>,
) -> Result<HashMap<FindingId, BTreeSet<RatingId>>, Error> {
    let rows: Vec<(FindingId, RatingId)> = integrity_evidence::Entity::find()
        .select_only()
        .columns([integrity_evidence::Column::FindingId, integrity_evidence::Column::RatingId])
        .filter(integrity_evidence::Column::FindingId.is_in(findings))
        .into_tuple()
        .all(tx.db())
        .await?;
    let mut evidence: HashMap<_, BTreeSet<_>> = HashMap::new();
    for (finding, rating) in rows {
        evidence.entry(finding).or_default().insert(rating);
    }
    Ok(evidence)
}

fn opened_now(tx: &Tx, one: &Found) -> integrity_finding::Model {
    integrity_finding::Model {
        id: FindingId::generate(),
        code: one.code,
        key: one.key.clone(),
        state: FindingState::Open,
        practice_id: one.practice,
        original_id: one.original,
        community_id: one.community,
        figures: Figures(one.figures.clone()),
        ratings: i64::try_from(one.ratings.len()).unwrap_or(i64::MAX),
        found_at: tx.at(),
        seen_at: tx.at(),
        decided_at: None,
        reason: None,
    }
}

/// What a check makes of a finding that is known.
enum Again {
    /// The same as before.
    Same,
    /// More, or other ratings.
    Grown,
    /// It was decided, and so much has come since that it is open again.
    Opened,
}

async fn again(
    tx: &mut Tx,
    row: &integrity_finding::Model,
    known: &BTreeSet<RatingId>,
    one: &Found,
) -> Result<Again, Error> {
    let fresh = one.ratings.iter().filter(|rating| !known.contains(*rating)).count();
    let opens = rules::fresh_needed(one.code).is_some_and(|needed| fresh >= needed);
    let what = match row.state {
        FindingState::Open if fresh == 0 && known.len() == one.ratings.len() => Again::Same,
        FindingState::Open => Again::Grown,
        FindingState::SetAside | FindingState::Dismissed if opens => Again::Opened,
        FindingState::SetAside | FindingState::Dismissed => Again::Same,
    };
    if matches!(what, Again::Same) {
        return Ok(what);
    }
    let mut new = row.clone().into_active_model();
    new.original_id = Set(one.original);
    new.figures = Set(Figures(one.figures.clone()));
    new.ratings = Set(i64::try_from(one.ratings.len()).unwrap_or(i64::MAX));
    if matches!(what, Again::Opened) {
        new.state = Set(FindingState::Open);
        new.found_at = Set(tx.at());
        new.decided_at = Set(None);
        new.reason = Set(None);
        let (before, after) = (json!({ "state": row.state }), json!({ "state": FindingState::Open }));
        tx.record(Change::of(row.id, Some(before), Some(after)));
    }
    new.update(tx.db()).await?;
    Ok(what)
}
