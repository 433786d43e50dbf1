//! How boards are named, read and written.

use chrono::{DateTime, Duration, Utc};
use entity::{
    AcademicYear, counter,
    ids::{BoardId, ProfileId, RegionId},
    ranking_board, ranking_leaf,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
    sea_query::{Expr, OnConflict, Query},
};
use serde::{Deserialize, Serialize};

use super::{method::Method, rules::Entry};
use crate::{
    db::{Db, Tx},
    error::Error,
};

/// How many entries a leaf holds: the longest page, so that a page is at most two leaves.
pub const LEAF: i64 = 100;

/// How long a generation can be paged on after the next has taken its place.
const KEPT_FOR: Duration = Duration::minutes(10);

/// Over which time a ranking is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// All time; the year is the running one, before which the former rank is taken.
    All(AcademicYear),
    /// One academic year.
    Year(AcademicYear),
    /// All time as it stood at the end of a year: what [`Period::All`] compares with. Never kept as a board.
    Until(AcademicYear),
}

impl Period {
    /// The period before; none where nothing is compared.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        match self {
            Self::All(year) => Some(Self::Until(year.previous())),
            Self::Year(year) => Some(Self::Year(year.previous())),
            Self::Until(_) => None,
        }
    }

    /// The first moment after the period; none while it runs on.
    #[must_use]
    pub fn end(self) -> Option<DateTime<Utc>> {
        match self {
            Self::All(_) => None,
            Self::Year(year) | Self::Until(year) => Some(year.end()),
        }
    }

    /// How recent it is, to put the most recent first: all time before every year.
    #[must_use]
    pub fn recency(self) -> i32 {
        match self {
            Self::All(_) => i32::MAX,
            Self::Year(year) | Self::Until(year) => year.0,
        }
    }

    fn text(self) -> String {
        match self {
            Self::All(year) => format!("all-{}", year.0),
            Self::Year(year) => format!("year-{}", year.0),
            Self::Until(year) => format!("until-{}", year.0),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, year) = text.split_once('-')?;
        let year = AcademicYear(year.parse().ok()?);
        match kind {
            "all" => Some(Self::All(year)),
            "year" => Some(Self::Year(year)),
            _ => None,
        }
    }
}

/// Which board.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// What is ranked, and how.
    pub method: Method,
    /// The filter's region, by code.
    pub region: Option<String>,
    /// The filter's profile, by code.
    pub profile: Option<String>,
    /// Over which time.
    pub period: Period,
}

impl Spec {
    /// The board's name: unique, and made without asking the database. It holds the method's version, so a
    /// changed formula begins boards of its own.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |code: &Option<String>| code.clone().unwrap_or_else(|| "*".into());
        let method = self.method.published();
        format!(
            "{}.{}/{}/{}/{}",
            method.code,
            method.version,
            part(&self.region),
            part(&self.profile),
            self.period.text()
        )
    }

    /// The board of a row's key; none where it was made by an older version of its method.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let mut next = || parts.next();
        let (code, region, profile, period) = (next()?, next()?, next()?, next()?);
        let method = Method::ALL.into_iter().find(|method| {
            let published = method.published();
            code == format!("{}.{}", published.code, published.version)
        })?;
        let filter = |part: &str| (part != "*").then(|| part.to_owned());
        Some(Self {
            method,
            region: filter(region),
            profile: filter(profile),
            period: Period::parse(period)?,
        })
    }
}

/// What a method worked with beside the candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// `C` of the rating: the mean of the scope, in micro-stars.
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
    /// Position of the first of `entries`.
    pub first: i64,
    /// The entries of the leaves asked for.
    pub entries: Vec<Entry>,
}

/// Reads the leaves that hold the positions from `from` to `to`, of a given generation or of the current one;
/// none where there is no such board or generation. One statement (two past the end of the board).
///
/// # Errors
/// The database's.
pub async fn read(
    db: &Db,
    spec: &Spec,
    generation: Option<i64>,
    from: i64,
    to: i64,
) -> Result<Option<Stretch>, Error> {
    use ranking_leaf::{Column, Entity};
    let leaf = |position: i64| (Ord::max(position, 1) - 1) / LEAF;
    for (first, last) in [(leaf(from), leaf(to)), (0, 0)] {
        let mut of_generation = Condition::all();
        of_generation = match generation {
            Some(generation) => of_generation.add(Column::Generation.eq(generation)),
            None => of_generation.add(
                Expr::col((Entity, Column::Generation))
                    .equals((ranking_board::Entity, ranking_board::Column::Generation)),
            ),
        };
        let rows = Entity::find()
            .join(sea_orm::JoinType::InnerJoin, ranking_leaf::Relation::Board.def())
            .filter(ranking_board::Column::Key.eq(spec.key()))
            .filter(of_generation)
            .filter(Column::Number.between(first, last))
            .order_by_asc(Column::Number)
            .all(db.read())
            .await?;
        let Some(head) = rows.first() else { continue };
        let mut entries = Vec::new();
        for row in &rows {
            entries.extend(serde_json::from_str::<Vec<Entry>>(&row.entries).map_err(Error::internal)?);
        }
        return Ok(Some(Stretch {
            generation: head.generation,
            total: head.total,
            as_of: head.as_of,
            parameters: serde_json::from_str(&head.parameters).map_err(Error::internal)?,
            first: head.number * LEAF + 1,
            entries,
        }));
    }
    Ok(None)
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
        method: Set(spec.method.published().code.to_owned()),
        region_id: Set(region),
        profile_id: Set(profile),
        period: Set(spec.period.text()),
        generation: Set(0),
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

/// Writes the next generation of a locked board, and throws away those that nobody can be paging on.
///
/// # Errors
/// The database's.
pub async fn write(
    tx: &Tx,
    board: &ranking_board::Model,
    parameters: Parameters,
    entries: &[Entry],
) -> Result<(), Error> {
    let generation = board.generation + 1;
    let parameters = serde_json::to_string(&parameters).map_err(Error::internal)?;
    let leaf_size = usize::try_from(LEAF).unwrap_or(100);
    let mut chunks: Vec<&[Entry]> = entries.chunks(leaf_size).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let mut leaves = Vec::with_capacity(chunks.len());
    for (chunk, number) in chunks.into_iter().zip(0..) {
        leaves.push(ranking_leaf::ActiveModel {
            board_id: Set(board.id),
            generation: Set(generation),
            number: Set(number),
            total: Set(total),
            as_of: Set(tx.at()),
            parameters: Set(parameters.clone()),
            entries: Set(serde_json::to_string(chunk).map_err(Error::internal)?),
        });
    }
    let mut leaves = leaves.into_iter().peekable();
    while leaves.peek().is_some() {
        let some: Vec<_> = leaves.by_ref().take(200).collect();
        ranking_leaf::Entity::insert_many(some).exec_without_returning(tx.db()).await?;
    }
    ranking_board::Entity::update_many()
        .col_expr(ranking_board::Column::Generation, Expr::value(generation))
        .filter(ranking_board::Column::Id.eq(board.id))
        .exec(tx.db())
        .await?;
    forget(tx, board.id).await
}

async fn forget(tx: &Tx, board: BoardId) -> Result<(), Error> {
    use ranking_leaf::{Column, Entity};
    // The generation that was current when the time to keep began, and all after it, may still be paged on.
    let oldest = Query::select()
        .expr(Expr::col(Column::Generation).max())
        .from(Entity)
        .and_where(Column::BoardId.eq(board))
        .and_where(Column::Number.eq(0))
        .and_where(Column::AsOf.lte(tx.at() - KEPT_FOR))
        .to_owned();
    Entity::delete_many()
        .filter(Column::BoardId.eq(board))
        .filter(Expr::col(Column::Generation).lt(Expr::SubQuery(None, Box::new(oldest.into()))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_known_by_its_key() {
        let spec = Spec {
            method: Method::Rating,
            region: Some("RU-KDA".into()),
            profile: None,
            period: Period::Year(AcademicYear(2024)),
        };
        assert_eq!(spec.key(), "RATING.1/RU-KDA/*/year-2024");
        assert_eq!(Spec::parse(&spec.key()), Some(spec));
    }
}
