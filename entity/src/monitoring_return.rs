//! What a community, or the region itself, returns for a monitoring.

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition,
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::{
    enums::ReturnState,
    ids::{CommunityId, MonitoringId, RegionId, ReturnId},
    monitoring::Visible,
    year::AcademicYear,
};

/// A row of `monitoring_return`; one a monitoring and community, and one for the region itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_return")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnId,
    /// For which monitoring.
    pub monitoring_id: MonitoringId,
    /// Of which region.
    pub region_id: RegionId,
    /// Of which year.
    pub year: AcademicYear,
    /// Whose; none for the region's own, made after it.
    pub community_id: Option<CommunityId>,
    /// The return's place in the monitoring: the region's own is 0.
    pub position: i32,
    /// Where it stands.
    pub state: ReturnState,
    /// Grows with every change of its figures.
    pub version: i32,
    /// What the operator has to say of it, while it is sent back.
    pub remarks: Option<String>,
    /// When it was handed in, the last time.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was accepted or sent back, the last time.
    pub decided_at: Option<DateTime<Utc>>,
}

/// The monitorings in which these communities have a return.
pub(crate) fn monitorings_of(communities: &[CommunityId]) -> SelectStatement {
    Query::select()
        .column(Column::MonitoringId)
        .from(Entity)
        .and_where(Column::CommunityId.is_in(communities.iter().copied()))
        .to_owned()
}

impl Entity {
    /// Returns that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let any = Condition::any()
            .add(Column::RegionId.is_in(to.regions.iter().copied()))
            .add(Column::CommunityId.is_in(to.communities.iter().copied()));
        Self::find().filter(any)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
