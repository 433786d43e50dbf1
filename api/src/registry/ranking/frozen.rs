//! How the boards of closed years are found, and what their states are known by.

use std::collections::HashMap;

use entity::{
    AcademicYear, ids::BoardId, ranking_board, ranking_frozen, ranking_leaf, ranking_place, ranking_revision,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    board::{self, Period},
    field::Scope,
    method::Method,
    rules::Standings,
};
use crate::{error::Error, text};

/// The newest state of a year's rankings; none where the year is not closed.
///
/// # Errors
/// The database's.
pub async fn latest(
    db: &impl ConnectionTrait,
    year: AcademicYear,
) -> Result<Option<ranking_revision::Model>, Error> {
    Ok(ranking_revision::Entity::find()
        .filter(ranking_revision::Column::Year.eq(year))
        .order_by_desc(ranking_revision::Column::Revision)
        .one(db)
        .await?)
}

/// The ranks of a frozen board as it stands now; nothing where nobody took part.
///
/// # Errors
/// The database's.
pub(super) async fn ranks(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<Standings, Error> {
    use ranking_board::Column::{ProfileId, RegionId};
    let filter = Condition::all()
        .add(match scope.region {
            Some(id) => RegionId.eq(id),
            None => RegionId.is_null(),
        })
        .add(match scope.profile {
            Some(id) => ProfileId.eq(id),
            None => ProfileId.is_null(),
        });
    let rows: Vec<(Uuid, i64)> = places(method, period)
        .select_only()
        .columns([ranking_place::Column::Subject, ranking_place::Column::Rank])
        .filter(filter)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The same of all filters at once.
///
/// # Errors
/// The database's.
pub(super) async fn all_ranks(
    db: &impl ConnectionTrait,
    method: Method,
    period: Period,
) -> Result<HashMap<Scope, Standings>, Error> {
    let rows = places(method, period)
        .select_only()
        .column(ranking_board::Column::RegionId)
        .column(ranking_board::Column::ProfileId)
        .columns([ranking_place::Column::Subject, ranking_place::Column::Rank])
        .into_tuple::<(Option<_>, Option<_>, Uuid, i64)>()
        .all(db)
        .await?;
    let mut scopes: HashMap<Scope, Standings> = HashMap::new();
    for (region, profile, subject, rank) in rows {
        scopes.entry(Scope { region, profile }).or_default().insert(subject, rank);
    }
    Ok(scopes)
}

fn places(method: Method, period: Period) -> sea_orm::Select<ranking_place::Entity> {
    ranking_place::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, ranking_place::Relation::Board.def())
        .filter(ranking_board::Column::Method.eq(method.key()))
        .filter(ranking_board::Column::Period.eq(period.text()))
        .filter(stands())
}

/// Among whom somebody or something is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    /// All.
    Federation,
    /// Those of its region.
    Region,
    /// Those of its profile.
    Profile,
    /// Those of its profile in its region.
    RegionAndProfile,
}

impl Within {
    /// Whether the region narrows, and whether the profile does.
    #[must_use]
    pub fn narrows(self) -> (bool, bool) {
        match self {
            Self::Federation => (false, false),
            Self::Region => (true, false),
            Self::Profile => (false, true),
            Self::RegionAndProfile => (true, true),
        }
    }
}

/// A place in the ranking of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Of which year.
    pub year: AcademicYear,
    /// The year's newest revision; none while the ranking follows the data.
    pub revision: Option<i32>,
    /// Shared by equals.
    pub rank: i64,
    /// In micro-points.
    pub score: i64,
    /// How many took part.
    pub total: i64,
}

/// Where these stand in the closed years, the earliest first. Two statements.
///
/// # Errors
/// The database's.
pub(super) async fn places_of(
    db: &impl ConnectionTrait,
    method: Method,
    within: Within,
    subjects: Vec<Uuid>,
) -> Result<Vec<(Uuid, Placed)>, Error> {
    use ranking_board::Column::{Period as PeriodText, ProfileId, RegionId};
    let (by_region, by_profile) = within.narrows();
    let of = |column: ranking_board::Column, narrows| match narrows {
        true => column.is_not_null(),
        false => column.is_null(),
    };
    let rows: Vec<(Uuid, i64, i64, String, i64)> = ranking_place::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, ranking_place::Relation::Board.def())
        .join(sea_orm::JoinType::InnerJoin, ranking_place::Relation::Frozen.def())
        .select_only()
        .columns([ranking_place::Column::Subject, ranking_place::Column::Rank, ranking_place::Column::Score])
        .column(PeriodText)
        .column(ranking_frozen::Column::Total)
        .filter(ranking_place::Column::Subject.is_in(subjects))
        .filter(ranking_board::Column::Method.eq(method.key()))
        .filter(of(RegionId, by_region))
        .filter(of(ProfileId, by_profile))
        .filter(stands())
        .into_tuple()
        .all(db)
        .await?;
    let newest: Vec<(AcademicYear, Option<i32>)> = ranking_revision::Entity::find()
        .select_only()
        .column(ranking_revision::Column::Year)
        .column_as(ranking_revision::Column::Revision.max(), "newest")
        .group_by(ranking_revision::Column::Year)
        .into_tuple()
        .all(db)
        .await?;
    let newest: HashMap<_, _> = newest.into_iter().collect();
    let placed = |(subject, rank, score, period, total): (Uuid, i64, i64, String, i64)| {
        let Some(Period::Year(year)) = Period::parse(&period) else { return None };
        let revision = newest.get(&year).copied().flatten();
        Some((subject, Placed { year, revision, rank, score, total }))
    };
    let mut found: Vec<_> = rows.into_iter().filter_map(placed).collect();
    found.sort_unstable_by_key(|(_, placed)| placed.year);
    Ok(found)
}

/// That the place is of the revision by which its board was last written.
fn stands() -> Expr {
    Expr::col((ranking_place::Entity, ranking_place::Column::Revision))
        .equals((ranking_board::Entity, ranking_board::Column::Revision))
}

/// What a frozen generation is known by: SHA-256 over its leaves, in hexadecimal, their lines in JSON.
///
/// # Errors
/// A fault of ours: a leaf cannot be read.
pub fn digest(leaves: &[ranking_leaf::Model]) -> Result<String, Error> {
    let mut hash = Sha256::new();
    for leaf in leaves {
        let lines = serde_json::to_string(&board::entries_of(leaf)?).map_err(Error::internal)?;
        for part in [&leaf.number.to_string(), &leaf.total.to_string(), &leaf.parameters, &lines] {
            field(&mut hash, part);
        }
    }
    Ok(text::hex(&hash.finalize()))
}

/// What a revision is known by: SHA-256 over what it says of itself, the checksum of the one made before it, and keys
/// and digests of the boards that it wrote, in the order of the keys.
#[must_use]
pub fn checksum(row: &ranking_revision::Model, boards: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    field(&mut hash, &row.previous_checksum);
    for number in [
        row.number,
        i64::from(row.year.0),
        i64::from(row.revision),
        row.made_at.timestamp_micros(),
        row.journal_position,
        row.boards,
    ] {
        field(&mut hash, &number.to_string());
    }
    field(&mut hash, row.reason.as_deref().unwrap_or_default());
    let mut boards: Vec<_> = boards.iter().collect();
    boards.sort_unstable();
    for (key, digest) in boards {
        field(&mut hash, key);
        field(&mut hash, digest);
    }
    text::hex(&hash.finalize())
}

/// Its length stands before every part, so that no two sequences of parts read alike.
fn field(hash: &mut Sha256, part: &str) {
    hash.update(part.len().to_be_bytes());
    hash.update(part);
}

/// Keys and digests of the boards that a revision of a year wrote.
///
/// # Errors
/// The database's.
pub(super) async fn written(
    db: &impl ConnectionTrait,
    year: AcademicYear,
    revision: i32,
) -> Result<Vec<(ranking_frozen::Model, ranking_board::Model)>, Error> {
    let periods = [Period::Year(year).text(), Period::Until(year).text()];
    let rows = ranking_frozen::Entity::find()
        .find_also_related(ranking_board::Entity)
        .filter(ranking_frozen::Column::Revision.eq(revision))
        .filter(ranking_board::Column::Period.is_in(periods))
        .order_by_asc(ranking_board::Column::Key)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(frozen, board)| Some((frozen, board?))).collect())
}

/// The digests of the boards of a method and period as they stand now, by the board.
///
/// # Errors
/// The database's.
pub(super) async fn standing(
    db: &impl ConnectionTrait,
    method: Method,
    period: Period,
) -> Result<HashMap<BoardId, String>, Error> {
    let rows = ranking_frozen::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, ranking_frozen::Relation::Board.def())
        .filter(ranking_board::Column::Method.eq(method.key()))
        .filter(ranking_board::Column::Period.eq(period.text()))
        .filter(
            Expr::col((ranking_frozen::Entity, ranking_frozen::Column::Revision))
                .equals((ranking_board::Entity, ranking_board::Column::Revision)),
        )
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.board_id, row.digest)).collect())
}
