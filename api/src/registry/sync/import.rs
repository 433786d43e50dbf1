//! Whole files of registrations: batch after batch by the same rules as the calls of the API, with memory that does
//! not grow with the file.
//!
//! A file is read three times: when it is opened, for what makes it unfit as a whole; for its keys, which tell what
//! stands in it twice and what is missing from it; and for its rows. An import that is cut off is simply repeated: rows
//! that were written are found unchanged.
//!
//! What a file no longer names is ended after its rows were acted on. Where somebody's key was changed, the new one is
//! therefore refused once (`TAKEN`), and taken the next time.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use entity::{
    MemberState,
    ids::{MemberId, RegionId},
    member,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    batch,
    file::{self, Keys},
    plan::{Origin, Plan},
    rules::{self, KEY_MAX, ROWS_MAX, Row},
    service::{self, RowResult, Word},
};
use crate::{
    app::App,
    auth::Permit,
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::member::ledger,
    tables::{Record, RowFault, Table, Unreadable},
    text,
};

/// What share of a region's registrations a file may end by not naming them, in percent.
pub const MAX_ENDED: u32 = 10;

/// What is to be done with a file.
#[derive(Clone, Debug)]
pub struct Import {
    /// The region in which its registrations lie.
    pub region: RegionId,
    /// The system whose keys the rows bear.
    pub source: String,
    /// End what the system no longer names, unless it is more than this share, in percent; none ends nothing.
    pub reconcile: Option<u32>,
    /// Only tell what would be done. What rows would have done is not seen by those of later batches: the same person
    /// under two keys, more than a thousand rows apart, shows only in earnest.
    pub dry_run: bool,
}

/// What an import tells, one after the other.
#[derive(Clone, Debug)]
pub enum Line {
    /// How a row ended.
    Row {
        /// Its number in the file, as a person counts.
        row: u64,
        /// Its external id, where it has one.
        key: Option<String>,
        /// How it ended.
        result: RowResult,
    },
    /// A registration that the file no longer names, and that was ended (or would be).
    Ended {
        /// Its external id.
        key: String,
        /// The registration.
        member: MemberId,
    },
    /// Why nothing was ended, although the file does not name all.
    Kept {
        /// How many registrations it does not name.
        count: u64,
        /// Why they stay as they are.
        message: String,
    },
    /// How far it is.
    Progress {
        /// Rows that are done.
        done: u64,
        /// Rows that there are.
        total: u64,
    },
}

/// How an import ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// New registrations.
    pub created: u64,
    /// Changed ones.
    pub updated: u64,
    /// Those that were as the file says.
    pub unchanged: u64,
    /// Rows in which something is wrong.
    pub rejected: u64,
    /// Registrations that the file no longer names.
    pub ended: u64,
    /// Where the journal stood after the last batch; none after a dry run.
    pub position: Option<i64>,
}

impl Summary {
    fn count(&mut self, word: Word) {
        match word {
            Word::Created => self.created += 1,
            Word::Updated => self.updated += 1,
            Word::Unchanged => self.unchanged += 1,
            Word::Rejected => self.rejected += 1,
        }
    }
}

/// A file that may be imported.
pub struct Prepared {
    import: Import,
    table: Table,
    /// The rows that bear a key of several, each with all of them.
    twice: HashMap<u64, Arc<[u64]>>,
    /// Registrations in force that the file does not name.
    missing: Vec<MemberId>,
    /// Why they cannot be ended nevertheless.
    doubt: Option<String>,
}

/// Looks at a file's keys: what stands in it twice, and, to reconcile, what is missing from it.
///
/// # Errors
/// The database's; refused where it would end more than it may.
pub async fn prepare(app: &App, import: Import, mut table: Table) -> Outcome<Prepared> {
    let source = match text::required_line("source", &import.source, KEY_MAX) {
        Ok(source) => source,
        Err(error) => return Ok(Err(error.into())),
    };
    let import = Import { source, ..import };
    let (table, keys) = spawn_blocking(move || {
        let keys = Keys::of(&mut table);
        (table, keys)
    })
    .await
    .map_err(Error::internal)?;
    let keys = match keys {
        Ok(keys) => keys,
        Err(fault) => return Ok(Err(UserError::of("file", UserErrorCode::Invalid, fault.message).into())),
    };
    let mut missing = Vec::new();
    if let Some(most) = import.reconcile {
        let (gone, all) = missing_from(app, &import, &keys).await?;
        let (gone_count, most) = (gone.len() as u128, u128::from(most.min(100)));
        if gone_count * 100 > all as u128 * most {
            let message = format!(
                "The file would end {} of {all} registrations in force, more than {most} %; nothing was done. Where \
                 that is meant, allow a higher share.",
                gone.len()
            );
            let most = usize::try_from(all as u128 * most / 100).unwrap_or(usize::MAX);
            let error = UserError::of("maxEnded", UserErrorCode::NotEligible, message);
            return Ok(Err(error.bounded(gone.len(), None, Some(most)).into()));
        }
        missing = gone;
    }
    Ok(Ok(Prepared { import, table, twice: keys.twice(), missing, doubt: keys.doubt() }))
}

/// Registrations in force of the import's source that the file does not name, and how many there are in all. Read in
/// pages, by the index of the keys.
async fn missing_from(app: &App, import: &Import, keys: &Keys) -> Result<(Vec<MemberId>, usize), Error> {
    const AT_ONCE: u64 = 10_000;
    let (mut missing, mut all, mut last) = (Vec::new(), 0, String::new());
    loop {
        let page: Vec<(MemberId, String)> = member::Entity::find()
            .select_only()
            .columns([member::Column::Id, member::Column::ExternalId])
            .filter(member::Column::RegionId.eq(import.region))
            .filter(member::Column::Source.eq(&import.source))
            .filter(member::Column::ExternalId.gt(&last))
            .filter(member::Column::State.eq(MemberState::Active))
            .order_by_asc(member::Column::ExternalId)
            .limit(AT_ONCE)
            .into_tuple()
            .all(app.db.read())
            .await?;
        let Some((_, end)) = page.last() else { return Ok((missing, all)) };
        last.clone_from(end);
        all += page.len();
        missing.extend(page.into_iter().filter(|(_, key)| !keys.holds(key)).map(|(id, _)| id));
    }
}

type Chunk = Vec<(u64, Result<Record, RowFault>)>;

impl Prepared {
    /// The region in which its registrations lie.
    #[must_use]
    pub fn region(&self) -> RegionId {
        self.import.region
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.table.count()
    }

    /// Does it. `leave` is asked before every batch, so that whoever loses the right stops there; `tell` hears of
    /// everything, and ends the import after the batch by returning false.
    ///
    /// # Errors
    /// The database's, or `leave`'s: batches that were told of are done, the rest is not.
    pub async fn run(
        self,
        app: &App,
        leave: impl AsyncFn(DateTime<Utc>) -> Result<Permit, Error>,
        mut tell: impl AsyncFnMut(Line) -> bool,
    ) -> Result<Summary, Error> {
        let Self { import, mut table, twice, missing, doubt } = self;
        let total = table.count();
        let (send, mut chunks) = mpsc::channel::<Chunk>(1);
        let reading = spawn_blocking(move || {
            let mut rows = table.rows()?;
            loop {
                let chunk: Chunk = rows.by_ref().take(ROWS_MAX).collect();
                if chunk.is_empty() || send.blocking_send(chunk).is_err() {
                    return Ok::<_, Unreadable>(());
                }
            }
        });
        let mut summary = Summary::default();
        let mut done = 0;
        while let Some(chunk) = chunks.recv().await {
            let at = app.clock.now();
            let permit = leave(at).await?;
            done += chunk.len() as u64;
            for line in import.batch(app, permit, at, chunk, &twice, &mut summary).await? {
                if !tell(line).await {
                    return Ok(summary);
                }
            }
            if !tell(Line::Progress { done, total }).await {
                return Ok(summary);
            }
        }
        reading.await.map_err(Error::internal)?.map_err(Error::internal)?;
        if let Some(message) = doubt.filter(|_| !missing.is_empty()) {
            tell(Line::Kept { count: missing.len() as u64, message }).await;
        } else {
            for ids in missing.chunks(ROWS_MAX) {
                let at = app.clock.now();
                let permit = leave(at).await?;
                for line in import.end(app, permit, ids, &mut summary).await? {
                    if !tell(line).await {
                        return Ok(summary);
                    }
                }
            }
        }
        if summary.position.is_none() && !import.dry_run {
            summary.position = Some(service::position(app.db.read()).await?);
        }
        Ok(summary)
    }
}

impl Import {
    async fn batch(
        &self,
        app: &App,
        permit: Permit,
        at: DateTime<Utc>,
        chunk: Chunk,
        twice: &HashMap<u64, Arc<[u64]>>,
        summary: &mut Summary,
    ) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::with_capacity(chunk.len());
        let (mut rows, mut places) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for (row, read) in chunk {
            let (key, fault) = match read {
                Err(fault) => (None, file::fault(fault)),
                Ok(record) => {
                    let (given, source) = file::row_of(record);
                    let foreign = source.is_some_and(|source| source.trim() != self.source);
                    match twice.get(&row) {
                        Some(all) => (key_of(given), rules::duplicate(all)),
                        None if foreign => (key_of(given), file::foreign(&self.source)),
                        None => {
                            rows.push(given);
                            places.push(row);
                            continue;
                        }
                    }
                }
            };
            summary.rejected += 1;
            let result = RowResult { outcome: Word::Rejected, member: None, errors: vec![fault] };
            lines.push(Line::Row { row, key, result });
        }
        let origin = Origin { region: self.region, source: &self.source, at };
        let place = |index: usize| places.get(index).copied().unwrap_or(0);
        let answer = service::file_batch(app, permit, origin, &rows, place, self.dry_run).await?;
        summary.position = answer.position;
        for ((row, given), result) in places.iter().zip(rows).zip(answer.results) {
            summary.count(result.outcome);
            lines.push(Line::Row { row: *row, key: key_of(given), result });
        }
        lines.sort_by_key(|line| if let Line::Row { row, .. } = line { *row } else { u64::MAX });
        Ok(lines)
    }

    /// Ends registrations that the file no longer names, by the same way as a row that says so.
    async fn end(
        &self,
        app: &App,
        permit: Permit,
        ids: &[MemberId],
        summary: &mut Summary,
    ) -> Result<Vec<Line>, Error> {
        let gone = member::Entity::find()
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .filter(member::Column::Source.eq(&self.source))
            .filter(member::Column::State.eq(MemberState::Active));
        if self.dry_run {
            let rows = gone.all(app.db.read()).await?;
            summary.ended += rows.len() as u64;
            return Ok(rows.into_iter().map(ended).collect());
        }
        let mut tx = app.db.begin(permit).await?;
        ledger::take_turn(&tx, self.region).await?;
        let rows = gone.all(tx.db()).await?;
        let today = tx.at().date_naive();
        let (mut plan, mut lines) = (Plan::default(), Vec::with_capacity(rows.len()));
        for old in rows {
            let new = member::Model {
                state: MemberState::Left,
                left_on: Some(today.max(old.joined_on)),
                version: old.version + 1,
                ..old.clone()
            };
            plan.members.push((Some(old.clone()), new));
            lines.push(ended(old));
        }
        batch::write(&mut tx, plan).await?;
        summary.position = Some(tx.write_journal().await?);
        tx.commit_recorded().await?;
        summary.ended += lines.len() as u64;
        Ok(lines)
    }
}

fn ended(row: member::Model) -> Line {
    Line::Ended { key: row.external_id.unwrap_or_default(), member: row.id }
}

fn key_of(row: Row) -> Option<String> {
    Some(row.external_id).filter(|key| !key.trim().is_empty())
}
