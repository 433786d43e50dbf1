//! A region's monitoring of an academic year: what is asked, until when, and whether the report is accepted.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    ids::{CommunityId, MonitoringId, RegionId},
    year::AcademicYear,
};

/// A row of `monitoring`; one a region and year.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MonitoringId,
    /// Of which region.
    pub region_id: RegionId,
    /// Of which year; unique with the region.
    pub year: AcademicYear,
    /// The last day for handing in returns.
    pub due_on: NaiveDate,
    /// Whether returns are prefilled from the registry; not so for years before it existed.
    pub from_registry: bool,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The newest revision of the accepted report; 0 while there is none.
    pub revision: i32,
    /// Whether something has been sent back since the newest revision, or there is none yet.
    pub is_open: bool,
}

/// Which monitorings a caller may see: its work, beside the accepted reports, which are everybody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor).
    pub all: bool,
    /// Those of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those in which these communities have a return (chair, coordinator).
    pub communities: Vec<CommunityId>,
}

impl Entity {
    /// Monitorings that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let mut any = Condition::any().add(Column::RegionId.is_in(to.regions.iter().copied()));
        if !to.communities.is_empty() {
            any = any.add(Column::Id.in_subquery(super::monitoring_return::monitorings_of(&to.communities)));
        }
        Self::find().filter(any)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
