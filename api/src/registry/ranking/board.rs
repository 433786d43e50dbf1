//! How boards are read and written.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
};

use chrono::{DateTime, Duration, Utc};
use entity::{
    counter,
    ids::{BoardId, ProfileId, RegionId},
    ranking_board, ranking_frozen, ranking_leaf,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::spec::{Period, Spec};
use super::{method::Numbers, rules::Entry};
use crate::{db::Tx, error::Error};

/// How many entries a leaf holds: the longest page, so that a page is at most two leaves.
pub const LEAF: i64 = 100;

/// How long a generation can be paged on after the next has taken its place.
const KEPT_FOR: Duration = Duration::minutes(10);
/// How many entries of a board are kept for them at most, so that a large board that changes without pause does not fill
/// the disk; but so many generations in any case.
const KEPT_ENTRIES: i64 = 20_000_000;
const KEPT_AT_LEAST: i64 = 20;

/// How many leaves are inserted at once: they are large.
const LEAVES_AT_ONCE: usize = 200;

/// What a method worked with beside the candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// Which version of it.
    pub version: i32,
    /// The version's numbers.
    pub numbers: Numbers,
    /// `C`, the mean of the scope, where it works with one: in micro-points.
    pub mean: Option<i64>,
}

/// A stretch of a board's generation.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Which generation.
    pub generation: i64,
    /// How many entries it has in all.
    pub total: i64,
    /// The time of its data.
    pub as_of: DateTime<Utc>,
    /// What its method worked with.
    pub parameters: Parameters,
    /// The revision by which the board was last written; none while it lives.
    pub revision: Option<i32>,
    /// The entries asked for, by their positions.
    pub entries: Vec<(i64, Entry)>,
}

/// Which generation of a board is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// That which readers are given now.
    Current,
    /// This one.
    Generation(i64),
    /// What stands in this revision of its closed year.
    Revision(i32),
}

/// Reads what stands at the positions from `from` to `to`, of one generation; none where there is no such board or
/// generation. One statement (two past the end of the board).
///
/// # Errors
/// The database's.
pub async fn read(
    db: &impl ConnectionTrait,
    spec: &Spec,
    at: At,
    from: i64,
    to: i64,
) -> Result<Option<Stretch>, Error> {
    use ranking_leaf::{Column, Entity};
    let leaf = |position: i64| (Ord::max(position, 1) - 1) / LEAF;
    let generation = Expr::col((Entity, Column::Generation));
    let of_generation = match at {
        At::Current => generation.equals((ranking_board::Entity, ranking_board::Column::Generation)),
        At::Generation(generation) => Column::Generation.eq(generation),
        At::Revision(revision) => generation.eq(Expr::SubQuery(None, Box::new(frozen_by(revision).into()))),
    };
    for (first, last) in [(leaf(from), leaf(to)), (0, 0)] {
        let rows = Entity::find()
            .find_also_related(ranking_board::Entity)
            .filter(ranking_board::Column::Key.eq(spec.key()))
            .filter(of_generation.clone())
            .filter(Column::Number.between(first, last))
            .order_by_asc(Column::Number)
            .all(db)
            .await?;
        let Some((head, Some(board))) = rows.first() else { continue };
        let mut entries = Vec::new();
        for (row, _) in &rows {
            // What lies before them in the leaf must be read over; what lies after them need not be read.
            for (line, position) in lines(row).zip(row.number * LEAF + 1..=to) {
                let line = line?;
                if position >= from {
                    entries.push((position, line));
                }
            }
        }
        return Ok(Some(Stretch {
            generation: head.generation,
            total: head.total,
            as_of: head.as_of,
            parameters: serde_json::from_str(&head.parameters).map_err(Error::internal)?,
            revision: board.revision,
            entries,
        }));
    }
    Ok(None)
}

/// The generation of the board at hand that stands in a revision of its year: what the newest revision up to it wrote.
fn frozen_by(revision: i32) -> sea_orm::sea_query::SelectStatement {
    use ranking_frozen::{Column, Entity};
    Query::select()
        .expr(Expr::col((Entity, Column::Generation)).max())
        .from(Entity)
        .and_where(
            Expr::col((Entity, Column::BoardId)).equals((ranking_board::Entity, ranking_board::Column::Id)),
        )
        .and_where(Column::Revision.lte(revision))
        .to_owned()
}

/// Of each board: how many entries it has, and rank and score of those of them that are wanted.
pub type Places = HashMap<String, (i64, HashMap<Uuid, (i64, i64)>)>;

/// Where these stand in living boards as they are now, by the boards' keys. A board is read as a whole: living ones are
/// not kept by who stands in them. One statement.
///
/// # Errors
/// The database's.
pub async fn places(
    db: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = String>,
    wanted: &HashSet<Uuid>,
) -> Result<Places, Error> {
    use ranking_leaf::{Column, Entity};
    let rows = Entity::find()
        .find_also_related(ranking_board::Entity)
        .filter(ranking_board::Column::Key.is_in(keys))
        .filter(
            Expr::col((Entity, Column::Generation))
                .equals((ranking_board::Entity, ranking_board::Column::Generation)),
        )
        .all(db)
        .await?;
    let mut boards = Places::new();
    for (leaf, board) in rows {
        let Some(board) = board else { continue };
        let (_, places) = boards.entry(board.key).or_insert_with(|| (leaf.total, HashMap::new()));
        let entries = entries_of(&leaf)?.into_iter().filter(|entry| wanted.contains(&entry.subject));
        places.extend(entries.map(|entry| (entry.subject, (entry.rank, entry.score))));
    }
    Ok(boards)
}

/// The entries of a leaf.
///
/// # Errors
/// A fault of ours: they cannot be read.
pub fn entries_of(leaf: &ranking_leaf::Model) -> Result<Vec<Entry>, Error> {
    lines(leaf).collect()
}

/// The entries of a leaf, each read when it is asked for: one after the other, to the end.
fn lines(leaf: &ranking_leaf::Model) -> impl Iterator<Item = Result<Entry, Error>> {
    let mut bytes = leaf.entries.as_slice();
    std::iter::from_fn(move || {
        (!bytes.is_empty()).then(|| {
            let (entry, rest) = postcard::take_from_bytes(bytes).map_err(Error::internal)?;
            bytes = rest;
            Ok(entry)
        })
    })
}

/// Entries as a leaf keeps them.
///
/// # Errors
/// A fault of ours: they cannot be written.
pub fn packed(entries: &[impl Borrow<Entry>]) -> Result<Vec<u8>, Error> {
    entries.iter().try_fold(Vec::new(), |bytes, entry| {
        postcard::to_extend(entry.borrow(), bytes).map_err(Error::internal)
    })
}

/// Makes the board's row when it is not there. In a transaction of its own, before any data are read for the
/// board: from then on whoever follows the journal sees it and rebuilds it.
///
/// # Errors
/// The database's.
pub async fn ensure(
    tx: &Tx,
    spec: &Spec,
    region: Option<RegionId>,
    profile: Option<ProfileId>,
) -> Result<(), Error> {
    // Of two processes that make the same board at once, one inserts it and the other finds it.
    ranking_board::Entity::insert(ranking_board::ActiveModel {
        id: Set(BoardId::generate()),
        key: Set(spec.key()),
        method: Set(spec.method.key()),
        region_id: Set(region),
        profile_id: Set(profile),
        period: Set(spec.period.text()),
        generation: Set(0),
        position: Set(0),
        revision: Set(None),
    })
    .on_conflict(OnConflict::column(ranking_board::Column::Key).do_nothing().to_owned())
    .exec_without_returning(tx.db())
    .await?;
    Ok(())
}

/// The board's row, kept from others until the transaction ends; none where there is no such board.
///
/// # Errors
/// The database's.
pub async fn lock(tx: &Tx, spec: &Spec) -> Result<Option<ranking_board::Model>, Error> {
    let row = ranking_board::Entity::find()
        .filter(ranking_board::Column::Key.eq(spec.key()))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    Ok(row)
}

/// Throws a board away, with all its generations.
///
/// # Errors
/// The database's.
pub async fn drop(tx: &Tx, id: BoardId) -> Result<(), Error> {
    ranking_leaf::Entity::delete_many().filter(ranking_leaf::Column::BoardId.eq(id)).exec(tx.db()).await?;
    ranking_board::Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(())
}

/// Writes the next generation of a locked board, of the data at a position of the journal, and throws away those that
/// nobody can be paging on.
///
/// # Errors
/// The database's.
pub(super) async fn write(
    tx: &Tx,
    board: &ranking_board::Model,
    position: i64,
    parameters: &Parameters,
    entries: impl ExactSizeIterator<Item = Entry> + Send,
) -> Result<(), Error> {
    let generation = board.generation + 1;
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let mut leaves = leaves(tx, board.id, generation, parameters, entries)?;
    loop {
        let some: Vec<_> = leaves.by_ref().take(LEAVES_AT_ONCE).collect::<Result<_, _>>()?;
        if some.is_empty() {
            break;
        }
        tx.insert_all::<ranking_leaf::Entity>(some).await?;
    }
    ranking_board::Entity::update_many()
        .col_expr(ranking_board::Column::Generation, Expr::value(generation))
        .col_expr(ranking_board::Column::Position, Expr::value(position))
        .filter(ranking_board::Column::Id.eq(board.id))
        .exec(tx.db())
        .await?;
    forget(tx, board.id, generation - Ord::max(KEPT_AT_LEAST, KEPT_ENTRIES / Ord::max(total, 1))).await
}

/// Inserts leaves, which are large, a few at a time.
///
/// # Errors
/// The database's.
pub(super) async fn insert(tx: &Tx, leaves: Vec<ranking_leaf::Model>) -> Result<(), Error> {
    let mut leaves = leaves.into_iter().peekable();
    while leaves.peek().is_some() {
        tx.insert_all::<ranking_leaf::Entity>(leaves.by_ref().take(LEAVES_AT_ONCE).collect()).await?;
    }
    Ok(())
}

/// The leaves of a generation, made one by one; at least one, if only an empty one.
///
/// # Errors
/// A fault of ours: they cannot be written.
pub(super) fn leaves<E: Borrow<Entry>, I: ExactSizeIterator<Item = E>>(
    tx: &Tx,
    board_id: BoardId,
    generation: i64,
    parameters: &Parameters,
    mut entries: I,
) -> Result<impl Iterator<Item = Result<ranking_leaf::Model, Error>> + use<E, I>, Error> {
    let parameters = serde_json::to_string(parameters).map_err(Error::internal)?;
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let as_of = tx.at();
    let size = usize::try_from(LEAF).unwrap_or(100);
    Ok((0..Ord::max(1, (total + LEAF - 1) / LEAF)).map(move |number| {
        let some: Vec<E> = entries.by_ref().take(size).collect();
        let (parameters, entries) = (parameters.clone(), packed(&some)?);
        Ok(ranking_leaf::Model { board_id, generation, number, total, as_of, parameters, entries })
    }))
}

/// Throws away what nobody can be paging on any more of boards that have been frozen since.
///
/// # Errors
/// The database's.
pub async fn sweep(tx: &Tx) -> Result<(), Error> {
    use ranking_leaf::{Column, Entity};
    let frozen = Query::select()
        .column(ranking_board::Column::Id)
        .from(ranking_board::Entity)
        .and_where(ranking_board::Column::Revision.is_not_null())
        .to_owned();
    let kept = Query::select()
        .expr(Expr::val(1))
        .from(ranking_frozen::Entity)
        .and_where(
            Expr::col((ranking_frozen::Entity, ranking_frozen::Column::BoardId))
                .equals((Entity, Column::BoardId)),
        )
        .and_where(
            Expr::col((ranking_frozen::Entity, ranking_frozen::Column::Generation))
                .equals((Entity, Column::Generation)),
        )
        .to_owned();
    Entity::delete_many()
        .filter(Column::BoardId.in_subquery(frozen))
        .filter(Column::AsOf.lte(tx.at() - KEPT_FOR))
        .filter(Expr::not_exists(kept))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Throws away the generations that are too old, and those before `first`.
async fn forget(tx: &Tx, board: BoardId, first: i64) -> Result<(), Error> {
    use ranking_leaf::{Column, Entity};
    // The generation that was current when the time to keep began, and all after it, may still be paged on.
    let oldest = Query::select()
        .expr(Expr::col(Column::Generation).max())
        .from(Entity)
        .and_where(Column::BoardId.eq(board))
        .and_where(Column::Number.eq(0))
        .and_where(Column::AsOf.lte(tx.at() - KEPT_FOR))
        .to_owned();
    let too_old = Expr::col(Column::Generation).lt(Expr::SubQuery(None, Box::new(oldest.into())));
    Entity::delete_many()
        .filter(Column::BoardId.eq(board))
        .filter(Condition::any().add(too_old).add(Column::Generation.lt(first)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The journal's last position, and how far the boards have followed it.
///
/// # Errors
/// The database's.
pub async fn progress(db: &impl ConnectionTrait) -> Result<(i64, i64), Error> {
    let rows = counter::Entity::find()
        .filter(counter::Column::Name.is_in([counter::JOURNAL, counter::BOARDS]))
        .all(db)
        .await?;
    let value = |name: &str| rows.iter().find(|row| row.name == name).map_or(0, |row| row.value);
    Ok((value(counter::JOURNAL), value(counter::BOARDS)))
}
