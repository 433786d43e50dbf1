//! Whole files of registrations: batch after batch by the same rules as the calls of the API, with memory that does
//! not grow with the file.
//!
//! A file is read twice: first for its keys, which tell what stands in it twice and what is missing from it, then for
//! its rows. What makes the file as a whole unfit is told before any row is acted on. An import that is cut off is
//! simply repeated: rows that were written are found unchanged.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use entity::{
    MemberState,
    ids::{MemberId, RegionId},
    member,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    batch,
    plan::{Origin, Plan},
    rules::{self, Day, KEY_MAX, ROWS_MAX, Row},
    service::{self, RowResult, Word},
};
use crate::{
    app::App,
    auth::Permit,
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::member::ledger,
    tables::{Column, Record, RowFault, Table, parse_date},
    text,
};

const fn column(name: &'static str, titles: &'static [&'static str], required: bool) -> Column {
    Column { name, titles, required }
}

/// What a file may hold. The last four stand in files of the export; here they say nothing.
pub const COLUMNS: &[Column] = &[
    column("externalId", &["идентификатор", "внешний идентификатор", "id"], true),
    column("communitySlug", &["сообщество", "community"], true),
    column("fullName", &["фио", "фамилия, имя, отчество", "фамилия имя отчество"], true),
    column("email", &["e-mail", "электронная почта", "почта"], false),
    column("organization", &["организация", "место работы", "образовательная организация"], false),
    column("position", &["должность"], false),
    column("municipality", &["муниципалитет", "муниципальное образование"], true),
    column("joinedOn", &["дата вступления", "дата регистрации"], false),
    column("leftOn", &["дата выхода", "дата выбытия"], false),
    column("phone", &["телефон"], false),
    column("state", &["состояние"], false),
    column("source", &["источник"], false),
    column("memberId", &["регистрация"], false),
];

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
    /// Only tell what would be done.
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
    /// Where the journal stood at the end; none after a dry run.
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
        Err(message) => return Ok(Err(UserError::of("file", UserErrorCode::Invalid, message).into())),
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
    Ok(Ok(Prepared { import, table, twice: keys.twice(), missing }))
}

/// The keys of a file, as digests: what a million of them takes stays small.
struct Keys(Vec<(u64, u64)>);

impl Keys {
    fn of(table: &mut Table) -> Result<Self, String> {
        let mut keys = Vec::new();
        for (row, read) in table.rows().map_err(|unreadable| unreadable.message)? {
            if let Ok(record) = read
                && let Some(Some(key)) = record.cells.first()
                && !key.trim().is_empty()
            {
                keys.push((digest(key), row));
            }
        }
        keys.sort_unstable();
        Ok(Self(keys))
    }

    fn holds(&self, key: &str) -> bool {
        let wanted = digest(key);
        self.0.binary_search_by_key(&wanted, |(key, _)| *key).is_ok()
    }

    fn twice(&self) -> HashMap<u64, Arc<[u64]>> {
        let several = self.0.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
        several
            .flat_map(|same| {
                let rows: Arc<[u64]> = same.iter().map(|(_, row)| *row).collect();
                same.iter().map(move |(_, row)| (*row, Arc::clone(&rows)))
            })
            .collect()
    }
}

fn digest(key: &str) -> u64 {
    Sha256::digest(key.trim()).first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
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
        let Self { import, mut table, twice, missing } = self;
        let total = table.count();
        let (send, mut chunks) = mpsc::channel::<Chunk>(1);
        let reading = spawn_blocking(move || {
            let Ok(mut rows) = table.rows() else { return };
            loop {
                let chunk: Chunk = rows.by_ref().take(ROWS_MAX).collect();
                if chunk.is_empty() || send.blocking_send(chunk).is_err() {
                    return;
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
        reading.await.map_err(Error::internal)?;
        for ids in missing.chunks(ROWS_MAX) {
            let at = app.clock.now();
            let permit = leave(at).await?;
            for line in import.end(app, permit, ids, &mut summary).await? {
                if !tell(line).await {
                    return Ok(summary);
                }
            }
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
                Ok(record) => match (row_of(record), twice.get(&row)) {
                    (sound, None) => {
                        rows.push(sound);
                        places.push(row);
                        continue;
                    }
                    (sound, Some(all)) => (Some(sound.external_id), rules::duplicate(all)),
                },
                Err(fault) => (None, told(fault)),
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
            lines.push(Line::Row { row: *row, key: Some(given.external_id), result });
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
        let mut tx = app.db.begin(permit).await?;
        ledger::take_turn(&tx, self.region).await?;
        let rows = member::Entity::find()
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .filter(member::Column::Source.eq(&self.source))
            .filter(member::Column::State.eq(MemberState::Active))
            .all(tx.db())
            .await?;
        let today = tx.at().date_naive();
        let (mut plan, mut lines) = (Plan::default(), Vec::with_capacity(rows.len()));
        for old in rows {
            lines.push(Line::Ended { key: old.external_id.clone().unwrap_or_default(), member: old.id });
            let new = member::Model {
                state: MemberState::Left,
                left_on: Some(today.max(old.joined_on)),
                version: old.version + 1,
                ..old.clone()
            };
            plan.members.push((Some(old), new));
        }
        summary.ended += lines.len() as u64;
        if !self.dry_run {
            batch::write(&mut tx, plan).await?;
            summary.position = Some(tx.write_journal().await?);
            tx.commit_recorded().await?;
        }
        Ok(lines)
    }
}

fn told(fault: RowFault) -> UserError {
    match fault.column {
        Some(column) => UserError::of(&column, UserErrorCode::Invalid, fault.message),
        None => UserError::whole(UserErrorCode::Invalid, fault.message),
    }
}

/// The cells in the order of [`COLUMNS`].
fn row_of(record: Record) -> Row {
    let mut cells = record.cells.into_iter();
    let mut next = || cells.next().flatten();
    let (external_id, community_slug, full_name) = (next(), next(), next());
    let (email, organization, position, municipality) = (next(), next(), next(), next());
    let mut day = || next().map(|text| Day(parse_date(text.trim())));
    let (joined_on, left_on) = (day(), day());
    Row {
        external_id: external_id.unwrap_or_default(),
        community_slug: community_slug.unwrap_or_default(),
        full_name: full_name.unwrap_or_default(),
        email,
        organization,
        position,
        municipality: municipality.unwrap_or_default(),
        joined_on,
        left_on,
    }
}
