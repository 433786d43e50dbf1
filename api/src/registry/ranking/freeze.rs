//! The closing of an academic year, and its revisions: every board of the year is computed from one state of the data,
//! all methods and filters in which anybody takes part, and kept for ever.

use std::collections::HashMap;

use entity::{
    AcademicYear, counter,
    ids::{BoardId, ProfileId, RegionId, RevisionId},
    profile, ranking_board, ranking_frozen, ranking_leaf, ranking_place, ranking_revision, region,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, StreamTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde_json::json;

use super::{
    board::{self, Parameters, Period, Spec},
    build,
    field::{Field, Scope, Scopes, Source},
    frozen,
    method::Method,
    rules::{self, Entry, Standings},
    versions::{self, Version},
};
use crate::{
    auth::Permit,
    db::{Change, Db, Tx},
    error::{Error, Outcome},
};

/// How many leaves are held before they are written.
const LEAVES_AT_ONCE: usize = 200;
/// How many boards are changed by a statement.
const BOARDS_AT_ONCE: usize = 1_000;

/// Closes a year that has ended.
///
/// # Errors
/// The database's. `WRONG_STATE` in the outcome where it runs, is closed, or one after it is.
pub async fn close(db: &Db, permit: Permit, year: AcademicYear) -> Outcome<ranking_revision::Model> {
    let tx = db.begin(permit).await?;
    // Kept until the end: of two that close or revise at once, the second sees what the first has done.
    let number = tx.next(counter::RANKING_REVISION).await?;
    let closed = frozen::latest(tx.db(), year).await?.is_some();
    let later = ranking_revision::Entity::find().filter(ranking_revision::Column::Year.gt(year));
    let later = later.one(tx.db()).await?.map(|row| row.year);
    accepted!(rules::may_close(year, tx.at(), closed, later));
    let made = make(db, tx, number, year, 1, None).await?;
    made.map(Ok).ok_or_else(|| Error::broken("a closing that wrote nothing"))
}

/// Computes the boards of a closed year anew from the present data.
///
/// # Errors
/// The database's. `WRONG_STATE` in the outcome where the year is not closed, or nothing would change.
pub async fn revise(
    db: &Db,
    permit: Permit,
    year: AcademicYear,
    reason: String,
) -> Outcome<ranking_revision::Model> {
    let tx = db.begin(permit).await?;
    let number = tx.next(counter::RANKING_REVISION).await?;
    let latest = frozen::latest(tx.db(), year).await?;
    let latest = accepted!(latest.ok_or_else(|| rules::not_closed(year)));
    match make(db, tx, number, year, latest.revision + 1, Some(reason)).await? {
        Some(row) => Ok(Ok(row)),
        None => Ok(Err(rules::nothing_to_revise(year).into())),
    }
}

/// Makes a state of a year's rankings; none, and nothing written, where it is a revision that changes nothing.
async fn make(
    db: &Db,
    mut tx: Tx,
    number: i64,
    year: AcademicYear,
    revision: i32,
    reason: Option<String>,
) -> Result<Option<ranking_revision::Model>, Error> {
    let data = db.snapshot().await?;
    let (journal_position, _) = board::progress(&data).await?;
    let codes = Codes::read(&data).await?;
    let mut written: Vec<(String, String)> = Vec::new();
    for period in periods(year, AcademicYear::of(tx.at())) {
        for method in Method::ALL {
            let boards = Boards::read(&data, method, period, Source::Kept).await?;
            written.extend(write(&tx, &boards, &codes, revision).await?);
        }
    }
    if written.is_empty() && revision > 1 {
        return Ok(None);
    }
    let previous = ranking_revision::Entity::find()
        .filter(ranking_revision::Column::Number.eq(number - 1))
        .one(tx.db())
        .await?;
    let mut row = ranking_revision::Model {
        id: RevisionId::generate(),
        number,
        year,
        revision,
        reason,
        made_at: tx.at(),
        journal_position,
        boards: i64::try_from(written.len()).unwrap_or(i64::MAX),
        previous_checksum: previous.map(|row| row.checksum).unwrap_or_default(),
        checksum: String::new(),
    };
    row.checksum = frozen::checksum(&row, &written);
    tx.insert_all::<ranking_revision::Entity>(vec![row.clone()]).await?;
    let told = json!({
        "year": year.to_string(), "revision": revision, "boards": row.boards, "checksum": row.checksum,
    });
    tx.record(Change::of(row.id, None, Some(told)));
    tx.commit().await?;
    Ok(Some(row))
}

/// What is frozen of a year. All time as it stood at its end is compared with during the next year, and by nobody later.
pub(super) fn periods(year: AcademicYear, current: AcademicYear) -> Vec<Period> {
    let until = (current.previous() == year).then_some(Period::Until(year));
    std::iter::once(Period::Year(year)).chain(until).collect()
}

/// The codes of regions and profiles, of which the keys of boards are made.
pub(super) struct Codes {
    regions: HashMap<RegionId, String>,
    profiles: HashMap<ProfileId, String>,
}

impl Codes {
    pub(super) async fn read(db: &impl ConnectionTrait) -> Result<Self, Error> {
        let regions = region::Entity::find().all(db).await?;
        let profiles = profile::Entity::find().all(db).await?;
        Ok(Self {
            regions: regions.into_iter().map(|row| (row.id, row.code)).collect(),
            profiles: profiles.into_iter().map(|row| (row.id, row.code)).collect(),
        })
    }

    fn spec(&self, method: Method, scope: Scope, period: Period) -> Spec {
        Spec {
            method,
            region: scope.region.and_then(|id| self.regions.get(&id).cloned()),
            profile: scope.profile.and_then(|id| self.profiles.get(&id).cloned()),
            period,
        }
    }
}

/// All boards of a method and period, each computed when it is asked for.
pub(super) struct Boards {
    version: Version,
    period: Period,
    scopes: Scopes,
    former: HashMap<Scope, Standings>,
}

impl Boards {
    /// Reads who takes part, for all filters at once.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn read(
        db: &(impl ConnectionTrait + StreamTrait),
        method: Method,
        period: Period,
        source: Source,
    ) -> Result<Self, Error> {
        let version = versions::holding(db, method, period.year()).await?;
        let scopes = Field::read(db, method, Scope::default(), period, source).await?.by_scope();
        let former = match period.previous() {
            None => HashMap::new(),
            Some(before) if frozen::latest(db, before.year()).await?.is_some() => {
                frozen::all_ranks(db, method, before).await?
            }
            Some(before) => {
                let version = versions::holding(db, method, before.year()).await?;
                let scopes = Field::read(db, method, Scope::default(), before, source).await?.by_scope();
                let ranks = |scope| Ok((scope, build::ranks(&version, scopes.of(scope))?));
                scopes.all().map(ranks).collect::<Result<_, Error>>()?
            }
        };
        Ok(Self { version, period, scopes, former })
    }

    /// The scopes in which anybody takes part.
    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.scopes.all()
    }

    /// The board of a scope; an empty one where nobody takes part.
    ///
    /// # Errors
    /// A fault of ours: the method's version lacks a number.
    pub(super) fn of(&self, scope: Scope) -> Result<(Parameters, Vec<Entry>), Error> {
        let none = Standings::new();
        let former = self.former.get(&scope).unwrap_or(&none);
        let (parameters, entries) = build::ranked(&self.version, self.scopes.of(scope), former)?;
        Ok((parameters, entries.collect()))
    }
}

/// Writes those boards of a method and period that are not frozen as they are computed now; gives their keys and digests.
async fn write(
    tx: &Tx,
    boards: &Boards,
    codes: &Codes,
    revision: i32,
) -> Result<Vec<(String, String)>, Error> {
    let (method, period) = (boards.version.method, boards.period);
    let specs = boards.scopes().map(|scope| (scope, codes.spec(method, scope, period).key()));
    let rows = lock(tx, method, period, specs.collect()).await?;
    let standing = frozen::standing(tx.db(), method, period).await?;
    let mut written = Vec::new();
    let mut changed: Vec<BoardId> = Vec::new();
    let mut waiting = Waiting::default();
    for row in rows {
        let scope = Scope { region: row.region_id, profile: row.profile_id };
        let (parameters, entries) = boards.of(scope)?;
        let generation = row.generation + 1;
        let leaves = board::leaves(tx, row.id, generation, &parameters, entries.iter())?;
        let leaves: Vec<_> = leaves.collect::<Result<_, _>>()?;
        let digest = frozen::digest(&leaves)?;
        if standing.get(&row.id) == Some(&digest) {
            continue;
        }
        waiting.leaves.extend(leaves);
        waiting.frozen.push(ranking_frozen::Model {
            board_id: row.id,
            revision,
            generation,
            total: i64::try_from(entries.len()).unwrap_or(i64::MAX),
            digest: digest.clone(),
        });
        waiting.places.extend(entries.iter().map(|entry| ranking_place::Model {
            board_id: row.id,
            revision,
            subject: entry.subject,
            rank: entry.rank,
            score: entry.score,
        }));
        changed.push(row.id);
        written.push((row.key, digest));
        if waiting.leaves.len() >= LEAVES_AT_ONCE {
            std::mem::take(&mut waiting).insert(tx).await?;
        }
    }
    waiting.insert(tx).await?;
    for some in changed.chunks(BOARDS_AT_ONCE) {
        ranking_board::Entity::update_many()
            .col_expr(
                ranking_board::Column::Generation,
                Expr::col(ranking_board::Column::Generation).add(1_i64),
            )
            .col_expr(ranking_board::Column::Revision, Expr::value(revision))
            .filter(ranking_board::Column::Id.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(written)
}

/// The rows of all boards of a method and period, those of these scopes made where they are not there; kept from others
/// until the transaction ends.
async fn lock(
    tx: &Tx,
    method: Method,
    period: Period,
    scopes: Vec<(Scope, String)>,
) -> Result<Vec<ranking_board::Model>, Error> {
    let row = |(scope, key): &(Scope, String)| {
        ranking_board::Model {
            id: BoardId::generate(),
            key: key.clone(),
            method: method.key(),
            region_id: scope.region,
            profile_id: scope.profile,
            period: period.text(),
            generation: 0,
            position: 0,
            revision: None,
        }
        .into_active_model()
    };
    for some in scopes.chunks(BOARDS_AT_ONCE) {
        ranking_board::Entity::insert_many(some.iter().map(row))
            .on_conflict(OnConflict::column(ranking_board::Column::Key).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(ranking_board::Entity::find()
        .filter(ranking_board::Column::Method.eq(method.key()))
        .filter(ranking_board::Column::Period.eq(period.text()))
        .lock_exclusive()
        .all(tx.db())
        .await?)
}

/// What is to be inserted.
#[derive(Default)]
struct Waiting {
    leaves: Vec<ranking_leaf::Model>,
    frozen: Vec<ranking_frozen::Model>,
    places: Vec<ranking_place::Model>,
}

impl Waiting {
    async fn insert(self, tx: &Tx) -> Result<(), Error> {
        board::insert(tx, self.leaves).await?;
        tx.insert_all::<ranking_frozen::Entity>(self.frozen).await?;
        tx.insert_all::<ranking_place::Entity>(self.places).await
    }
}
