//! Reads of events, and what is counted of them. All of it is public but who took part.

use chrono::NaiveDate;
use entity::{
    AcademicYear, EventKind, EventLevel, event, event_participant,
    ids::{CommunityId, EventId, EventParticipantId, RegionId},
    member,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, sea_query::Expr,
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

/// A page of an event's participants whose registrations the caller may see, in the order of their entry.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn participants(
    db: &Db,
    to: &member::Visible,
    of: EventId,
    list: List,
    page: &Page,
) -> Result<Rows<event_participant::Model>, Error> {
    let select = event_participant::Entity::visible(to).filter(event_participant::Column::EventId.eq(of));
    let column = event_participant::Column::Id;
    keyset::read::<_, EventParticipantId>(db.read(), select, column, false, list, page).await
}

/// How many match.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, filter: &event::Filter) -> Result<u64, Error> {
    Ok(event::Entity::matching(filter).count(db.read()).await?)
}

/// By what events are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    counted(db, event::Entity::matching(filter), &[by], today).await
}

/// The same of the events that each of these communities leads; every row tells whose it is.
///
/// # Errors
/// The database's.
pub async fn counts_each(
    db: &impl ConnectionTrait,
    of: &[CommunityId],
    year: Option<AcademicYear>,
    by: Dimension,
    today: NaiveDate,
) -> Result<Vec<Count>, Error> {
    let select = event::Entity::matching(&event::Filter { year, ..event::Filter::default() })
        .filter(event::Column::CommunityId.is_in(of.iter().copied()));
    let by = if by == Dimension::Community { &[by][..] } else { &[Dimension::Community, by] };
    counted(db, select, by, today).await
}

async fn counted(
    db: &impl ConnectionTrait,
    select: Select<event::Entity>,
    by: &[Dimension],
    today: NaiveDate,
) -> Result<Vec<Count>, Error> {
    use event::Column;
    let mut select = select.select_only().filter(Column::StartsOn.lte(today));
    for by in by {
        let column = match by {
            Dimension::Level => Column::Level,
            Dimension::Kind => Column::Kind,
            Dimension::Community => Column::CommunityId,
            Dimension::Year => Column::Year,
        };
        select = select.column(column).group_by(column).order_by_asc(column);
    }
    let mut rows: Vec<Count> = select
        .expr_as(Expr::col(Column::Id).count(), "events")
        .expr_as(event::took_part().count(), "counted")
        .expr_as(event::took_part().sum().cast_as("bigint"), "participants")
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
        .expr_as(event::took_part().count(), "counted")
        .expr_as(event::took_part().sum().cast_as("bigint"), "participants")
        .filter(Column::RegionId.eq(of))
        .filter(Column::StartsOn.lte(until))
        .group_by(Column::CommunityId)
        .group_by(Column::Level)
        .group_by(Column::Kind)
        .into_model()
        .all(db)
        .await?)
}

/// The most events that are looked for a second entry at once.
const SEVERAL_MAX: u64 = 200;

/// Events of a region that began in a year until a day and that several communities lead: same day, same title. By day and
/// title, then community; the first ones.
///
/// # Errors
/// The database's.
pub async fn entered_by_several(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
    until: NaiveDate,
) -> Result<Vec<event::Model>, Error> {
    use event::Column;
    let held = || {
        event::Entity::matching(&event::Filter { year: Some(year), ..event::Filter::default() })
            .filter(Column::RegionId.eq(of))
            .filter(Column::StartsOn.lte(until))
    };
    let several = held()
        .select_only()
        .columns([Column::StartsOn, Column::TitleKey])
        .group_by(Column::StartsOn)
        .group_by(Column::TitleKey)
        .having(Expr::col(Column::CommunityId).count_distinct().gt(1))
        .into_query();
    let key = Expr::tuple([Expr::col(Column::StartsOn), Expr::col(Column::TitleKey)]);
    Ok(held()
        .filter(key.in_subquery(several))
        .order_by_asc(Column::StartsOn)
        .order_by_asc(Column::TitleKey)
        .order_by_asc(Column::CommunityId)
        .limit(SEVERAL_MAX)
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
