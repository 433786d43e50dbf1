//! The use cases of integrators: a batch by the API, answered once for every key.

use chrono::{DateTime, Duration, Utc};
use entity::{
    ids::{MemberId, RegionId, SyncCallId},
    sync_call,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    batch,
    plan::{Origin, Outcome as RowOutcome},
    rules::{KEY_MAX, ROWS_MAX, Row},
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy, visibility},
    error::{Code, Error, Outcome, UserError, UserErrorCode},
    registry::member::ledger,
    text,
};

/// How long an answer is kept for the same key.
const KEPT: Duration = Duration::days(30);

/// What an integrator asks.
#[derive(Clone, Debug)]
pub struct Call {
    /// The system whose keys the rows bear.
    pub source: String,
    /// The caller's key: the same again gets the same answer.
    pub key: String,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// The registrations as that system knows them.
    pub rows: Vec<Row>,
}

/// How a row ended, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// A new registration.
    Created,
    /// A registration that was changed.
    Updated,
    /// A registration that was as the row says.
    Unchanged,
    /// Nothing was done, for faults of the row.
    Rejected,
}

/// How a row ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// In a word.
    pub outcome: Word,
    /// The registration; none where there is none, and for a new one of a dry run.
    pub member: Option<MemberId>,
    /// The row's faults; their paths begin with the column.
    pub errors: Vec<UserError>,
}

/// What an integrator is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One for each row, in the rows' order.
    pub results: Vec<RowResult>,
    /// Where the journal stood after the call; none after a dry run.
    pub position: Option<i64>,
}

/// Registers, changes and ends registrations as the rows say, in one transaction.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`; `LIMIT_EXCEEDED` for more than 1,000 rows.
pub async fn call(app: &App, actor: &Actor, call: Call) -> Outcome<Answer> {
    let (region, permit) = may_sync(actor)?;
    if call.rows.len() > ROWS_MAX {
        let message = format!("A call takes at most {ROWS_MAX} rows, not {}.", call.rows.len());
        return Err(Error::Refused(Code::LimitExceeded, message));
    }
    let checked = (
        text::required_line("source", &call.source, KEY_MAX),
        text::required_line("idempotencyKey", &call.key, KEY_MAX),
    );
    let (source, key) = match checked {
        (Ok(source), Ok(key)) => (source, key),
        (source, key) => {
            return Ok(Err([source.err(), key.err()].into_iter().flatten().collect::<Vec<_>>().into()));
        }
    };
    let origin = Origin { region, source: &source, at: actor.now };
    if call.dry_run {
        let plan = batch::prepare(app.db.read(), origin, &call.rows, place).await?;
        let results = results(call.rows.len(), plan.outcomes, true);
        return Ok(Ok(Answer { results, position: None }));
    }
    let hash = request_hash(&source, &call.rows)?;
    let account = policy::signed_in(actor, Action::MembersSync)?.account;
    let mut tx = app.db.begin(permit).await?;
    ledger::take_turn(&tx, region).await?;
    let earlier = sync_call::Entity::find()
        .filter(sync_call::Column::AccountId.eq(account))
        .filter(sync_call::Column::IdempotencyKey.eq(&key))
        .one(tx.db())
        .await?;
    if let Some(earlier) = earlier {
        if earlier.request_hash != hash {
            let message = "The key was used for other rows; a new call needs a new key.";
            return Ok(Err(UserError::of("idempotencyKey", UserErrorCode::Conflict, message).into()));
        }
        return Ok(Ok(postcard::from_bytes(&earlier.answer).map_err(Error::internal)?));
    }
    let plan = batch::prepare(tx.db(), origin, &call.rows, place).await?;
    let outcomes = batch::write(&mut tx, plan).await?;
    let results = results(call.rows.len(), outcomes, false);
    let position = tx.write_journal().await?;
    let answer = Answer { results, position: Some(position) };
    sync_call::Entity::delete_many()
        .filter(sync_call::Column::AnsweredAt.lt(tx.at() - KEPT))
        .exec(tx.db())
        .await?;
    let kept = sync_call::Model {
        id: SyncCallId::generate(),
        account_id: account,
        idempotency_key: key,
        request_hash: hash,
        answer: postcard::to_allocvec(&answer).map_err(Error::internal)?,
        answered_at: tx.at(),
    };
    tx.insert_all::<sync_call::Entity>(vec![kept]).await?;
    tx.commit_recorded().await?;
    Ok(Ok(answer))
}

/// The region of an integrator, and leave to write there.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub fn may_sync(actor: &Actor) -> Result<(RegionId, Permit), Error> {
    policy::signed_in(actor, Action::MembersSync)?;
    let region = visibility::scope(actor, Action::MembersSync).regions.first().copied();
    let region = region.ok_or_else(|| policy::denied(actor, Action::MembersSync))?;
    let place = Place { region: Some(region), ..Place::default() };
    Ok((region, policy::permit(actor, Action::MembersSync, &place)?))
}

/// Leave to go on with a long import at a later moment. Who has lost the right meanwhile, or has it for another region
/// now, stops.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`; the database's.
pub async fn may_go_on(
    app: &App,
    actor: &Actor,
    within: RegionId,
    at: DateTime<Utc>,
) -> Result<Permit, Error> {
    let actor = actor.as_of(app.db.read(), at).await?;
    let (region, permit) = may_sync(&actor)?;
    if region != within {
        return Err(policy::denied(&actor, Action::MembersSync));
    }
    Ok(permit)
}

/// A batch of a file, under the turn and in the transaction of its own; `places` says where a row stands in the file.
/// A dry run writes nothing. Gives how each row ended, and where the journal stands.
///
/// # Errors
/// The database's.
pub async fn file_batch(
    app: &App,
    permit: Permit,
    origin: Origin<'_>,
    rows: &[Row],
    places: impl Fn(usize) -> u64,
    dry_run: bool,
) -> Result<Answer, Error> {
    if dry_run {
        let plan = batch::prepare(app.db.read(), origin, rows, places).await?;
        return Ok(Answer { results: results(rows.len(), plan.outcomes, true), position: None });
    }
    let mut tx = app.db.begin(permit).await?;
    ledger::take_turn(&tx, origin.region).await?;
    let plan = batch::prepare(tx.db(), origin, rows, places).await?;
    let outcomes = batch::write(&mut tx, plan).await?;
    let position = tx.write_journal().await?;
    tx.commit_recorded().await?;
    Ok(Answer { results: results(rows.len(), outcomes, false), position: Some(position) })
}

/// In a call rows are counted from 0, as the errors' paths count them.
fn place(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

fn results(
    rows: usize,
    mut outcomes: std::collections::HashMap<usize, RowOutcome>,
    dry_run: bool,
) -> Vec<RowResult> {
    let result = |outcome| match outcome {
        RowOutcome::Created(id) => (Word::Created, (!dry_run).then_some(id), Vec::new()),
        RowOutcome::Updated(id) => (Word::Updated, Some(id), Vec::new()),
        RowOutcome::Unchanged(id) => (Word::Unchanged, Some(id), Vec::new()),
        RowOutcome::Rejected(errors) => (Word::Rejected, None, errors),
    };
    (0..rows)
        .map(|index| {
            let (outcome, member, errors) =
                result(outcomes.remove(&index).unwrap_or_else(|| RowOutcome::Rejected(Vec::new())));
            RowResult { outcome, member, errors }
        })
        .collect()
}

fn request_hash(source: &str, rows: &[Row]) -> Result<Vec<u8>, Error> {
    let bytes = postcard::to_allocvec(&(source, rows)).map_err(Error::internal)?;
    Ok(Sha256::digest(bytes).to_vec())
}

/// Where the journal stands.
///
/// # Errors
/// The database's.
pub async fn position(db: &impl ConnectionTrait) -> Result<i64, Error> {
    let found = entity::counter::Entity::find_by_id(entity::counter::JOURNAL).one(db).await?;
    found.map(|row| row.value).ok_or_else(|| Error::broken("a counter is missing"))
}
