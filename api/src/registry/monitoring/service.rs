//! Reads of monitorings, returns and reports, each through the caller's visibility.

use entity::{
    AcademicYear, ReturnState,
    ids::{MonitoringId, RegionId, ReturnId},
    monitoring, monitoring_report, monitoring_return, region,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};

use super::{gather, report::Report, write::in_region};
use crate::{
    app::App,
    auth::{Action, Actor, policy, visibility},
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
    registry::region::service::require_region,
};

/// Which report is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest one that was accepted; while there is none, the live one for those who may see it.
    Newest,
    /// As it was accepted under this number.
    Revision(i32),
    /// As the returns stand now, for those who may see them.
    Live,
}

/// A region's monitoring of a year, whoever asks.
///
/// # Errors
/// The database's.
pub async fn by_code(
    db: &Db,
    region_code: &str,
    year: AcademicYear,
) -> Result<Option<monitoring::Model>, Error> {
    Ok(monitoring::Entity::find()
        .filter(monitoring::Column::RegionId.in_subquery(region::with_code(region_code)))
        .filter(monitoring::Column::Year.eq(year))
        .one(db.read())
        .await?)
}

/// A report as it was accepted under a number.
///
/// # Errors
/// The database's, or a fault of ours: it cannot be read.
pub async fn frozen(db: &Db, of: MonitoringId, revision: i32) -> Result<Option<Report>, Error> {
    let kept = monitoring_report::Entity::find_by_id((of, revision)).one(db.read()).await?;
    kept.map(|kept| gather::thaw(&kept.report)).transpose()
}

/// A region's report on a year; none where there is none that the caller may see.
///
/// # Errors
/// `FORBIDDEN` for a live report that the caller may not see; `UNAUTHENTICATED` for a visitor.
pub async fn report(
    app: &App,
    actor: &Actor,
    region_code: &str,
    year: AcademicYear,
    which: Which,
) -> Result<Option<(monitoring::Model, Report)>, Error> {
    let Some(row) = by_code(&app.db, region_code, year).await? else { return Ok(None) };
    let may_see = policy::may(actor, Action::MonitoringRead, &in_region(row.region_id));
    let report = match which {
        Which::Revision(number) => frozen(&app.db, row.id, number).await?,
        Which::Newest if row.revision > 0 => frozen(&app.db, row.id, row.revision).await?,
        Which::Live if !may_see => return Err(policy::denied(actor, Action::MonitoringRead)),
        Which::Newest if !may_see => None,
        Which::Live | Which::Newest => gather::standing(app.db.read(), row.id, actor.now).await?,
    };
    Ok(report.map(|report| (row, report)))
}

/// A region's monitoring of a year that the caller may see.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    app: &App,
    actor: &Actor,
    region_code: &str,
    year: AcademicYear,
) -> Result<monitoring::Model, Error> {
    let region = require_region(&app.db, region_code).await?;
    by_year(app.db.read(), &visibility::visible_monitorings(actor), region.id, year)
        .await?
        .ok_or_else(|| Error::not_found("monitoring"))
}

/// A region's monitoring of a year, if the caller may see it.
///
/// # Errors
/// The database's.
pub async fn by_year(
    db: &impl ConnectionTrait,
    to: &monitoring::Visible,
    region: RegionId,
    year: AcademicYear,
) -> Result<Option<monitoring::Model>, Error> {
    let select = monitoring::Entity::visible(to).filter(monitoring::Column::RegionId.eq(region));
    Ok(select.filter(monitoring::Column::Year.eq(year)).one(db).await?)
}

/// A return that the caller may see.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require_return(
    app: &App,
    actor: &Actor,
    id: ReturnId,
) -> Result<monitoring_return::Model, Error> {
    let to = visibility::visible_monitorings(actor);
    let found = monitoring_return::Entity::visible(&to).filter(monitoring_return::Column::Id.eq(id));
    found.one(app.db.read()).await?.ok_or_else(|| Error::not_found("return"))
}

/// A page of a region's monitorings that the caller may see, the newest year first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &monitoring::Visible,
    of: RegionId,
    list: List,
    page: &Page,
) -> Result<Rows<monitoring::Model>, Error> {
    let select = monitoring::Entity::visible(to).filter(monitoring::Column::RegionId.eq(of));
    keyset::read::<_, AcademicYear>(db.read(), select, monitoring::Column::Year, true, list, page).await
}

/// How many there are.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, to: &monitoring::Visible, of: RegionId) -> Result<u64, Error> {
    let select = monitoring::Entity::visible(to).filter(monitoring::Column::RegionId.eq(of));
    Ok(select.count(db.read()).await?)
}

/// What narrows a list of returns.
#[derive(Clone, Debug, Default)]
pub struct ReturnFilter {
    /// In one of these states; empty for any.
    pub states: Vec<ReturnState>,
    /// Of this community only.
    pub community: Option<String>,
    /// Only those that are still out.
    pub is_out: bool,
}

fn matching(
    to: &monitoring::Visible,
    of: MonitoringId,
    filter: &ReturnFilter,
) -> Select<monitoring_return::Entity> {
    use monitoring_return::Column;
    let mut select = monitoring_return::Entity::visible(to)
        .filter(Column::MonitoringId.eq(of))
        .filter(Column::CommunityId.is_not_null());
    if !filter.states.is_empty() {
        select = select.filter(Column::State.is_in(filter.states.iter().copied()));
    }
    if filter.is_out {
        select = select.filter(Column::State.is_in([ReturnState::Draft, ReturnState::Returned]));
    }
    if let Some(slug) = &filter.community {
        select = select.filter(Column::CommunityId.in_subquery(entity::community::with_slug(slug)));
    }
    select
}

/// A page of the returns of a monitoring's communities that the caller may see, in the order of the monitoring.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn returns(
    db: &Db,
    to: &monitoring::Visible,
    of: MonitoringId,
    filter: &ReturnFilter,
    list: List,
    page: &Page,
) -> Result<Rows<monitoring_return::Model>, Error> {
    let order = monitoring_return::Column::Position;
    keyset::read::<_, i32>(db.read(), matching(to, of, filter), order, false, list, page).await
}

/// How many there are.
///
/// # Errors
/// The database's.
pub async fn count_returns(
    db: &Db,
    to: &monitoring::Visible,
    of: MonitoringId,
    filter: &ReturnFilter,
) -> Result<u64, Error> {
    Ok(matching(to, of, filter).count(db.read()).await?)
}

/// The revisions of a report, the first one first. What is accepted is everybody's.
///
/// # Errors
/// The database's.
pub async fn revisions(db: &Db, of: MonitoringId) -> Result<Vec<monitoring_report::Model>, Error> {
    Ok(monitoring_report::Entity::find()
        .filter(monitoring_report::Column::MonitoringId.eq(of))
        .order_by_asc(monitoring_report::Column::Revision)
        .all(db.read())
        .await?)
}
