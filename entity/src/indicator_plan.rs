//! What a region plans for an indicator in a year.

use sea_orm::entity::prelude::*;

use crate::{enums::IndicatorDirection, ids::RegionId, year::AcademicYear};

/// A row of `indicator_plan`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator_plan")]
pub struct Model {
    /// Whose plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region_id: RegionId,
    /// For when.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: AcademicYear,
    /// Of which indicator, whatever the version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Millionths.
    pub planned: i64,
    /// On which side of it the value is to lie; none where it is the indicator's own.
    pub direction: Option<IndicatorDirection>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
