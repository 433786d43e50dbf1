//! Reads of events, and what is counted of them. All of it is public.

use chrono::NaiveDate;
use entity::{
    AcademicYear, EventKind, EventLevel, event,
    ids::{CommunityId, EventId, RegionId},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of events, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    filter: &event::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<event::Model>, Error> {
    let columns = (event::Column::StartsOn, event::Column::Id);
    let select = event::Entity::matching(filter);
    keyset::read::<_, (NaiveDate, EventId)>(db.read(), select, columns, true, list, page).await
}

/// A page of the events that a community leads.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn led_by(
    db: &Db,
    filter: &event::Filter,
    of: CommunityId,
    list: List,
    page: &Page,
) -> Result<Rows<event::Model>, Error> {
    let columns = (event::Column::StartsOn, event::Column::Id);
    let select = event::Entity::matching(filter).filter(event::Column::CommunityId.eq(of));
    keyset::read::<_, (NaiveDate, EventId)>(db.read(), select, columns, true, list, page).await
}

/// How many match.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, filter: &event::Filter) -> Result<u64, Error> {
    Ok(event::Entity::matching(filter).count(db.read()).await?)
}

/// By what events are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// By level.
    Level,
    /// By kind.
    Kind,
    /// By leading community.
    Community,
    /// By academic year.
    Year,
}

/// What is counted of events that have begun; one of the first four names them.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    /// Of which level.
    pub level: Option<EventLevel>,
    /// Of which kind.
    pub kind: Option<EventKind>,
    /// Of which community.
    pub community_id: Option<CommunityId>,
    /// Of which year.
    pub year: Option<AcademicYear>,
    /// How many events.
    pub events: i64,
    /// Of how many the number of participants is known.
    pub counted: i64,
    /// How many took part in those.
    pub participants: Option<i64>,
}

/// Counts events that have begun, by one dimension, in its order.
///
/// # Errors
/// The database's.
pub async fn counts(
    db: &impl ConnectionTrait,
    filter: &event::Filter,
    by: Dimension,
    today: NaiveDate,
) -> Result<Vec<Count>, Error> {
    use event::Column;
    let column = match by {
        Dimension::Level => Column::Level,
        Dimension::Kind => Column::Kind,
        Dimension::Community => Column::CommunityId,
        Dimension::Year => Column::Year,
    };
    let mut rows: Vec<Count> = event::Entity::matching(filter)
        .select_only()
        .column(column)
        .expr_as(Expr::col(Column::Id).count(), "events")
        .expr_as(Expr::col(Column::Participants).count(), "counted")
        .expr_as(Expr::col(Column::Participants).sum().cast_as("bigint"), "participants")
        .filter(Column::StartsOn.lte(today))
        .group_by(column)
        .order_by_asc(column)
        .into_model()
        .all(db)
        .await?;
    // Words are kept as words, which have another order than what they mean.
    rows.sort_by_key(|row| (row.level, row.kind));
    Ok(rows)
}

/// Events of a community, level and kind, for the monitoring.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Total {
    /// The leading community.
    pub community_id: CommunityId,
    /// Of which level.
    pub level: EventLevel,
    /// Of which kind.
    pub kind: EventKind,
    /// How many.
    pub events: i64,
    /// Of how many the number of participants is known.
    pub counted: i64,
    /// How many took part in those.
    pub participants: Option<i64>,
}

/// What a region's communities held in a year until a day. One statement.
///
/// # Errors
/// The database's.
pub async fn totals(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
    until: NaiveDate,
) -> Result<Vec<Total>, Error> {
    use event::Column;
    Ok(event::Entity::matching(&event::Filter { year: Some(year), ..event::Filter::default() })
        .select_only()
        .columns([Column::CommunityId, Column::Level, Column::Kind])
        .expr_as(Expr::col(Column::Id).count(), "events")
        .expr_as(Expr::col(Column::Participants).count(), "counted")
        .expr_as(Expr::col(Column::Participants).sum().cast_as("bigint"), "participants")
        .filter(Column::RegionId.eq(of))
        .filter(Column::StartsOn.lte(until))
        .group_by(Column::CommunityId)
        .group_by(Column::Level)
        .group_by(Column::Kind)
        .into_model()
        .all(db)
        .await?)
}

/// An event that stands, by its id.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(db: &impl ConnectionTrait, id: EventId) -> Result<event::Model, Error> {
    let found = event::Entity::find_by_id(id).filter(event::Column::RemovedAt.is_null()).one(db).await?;
    found.ok_or_else(|| Error::not_found("event"))
}
