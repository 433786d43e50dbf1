//! What a region plans of an indicator for a year.

use sea_orm::entity::prelude::*;

use crate::{enums::IndicatorDirection, ids::RegionId, year::AcademicYear};

/// A row of `indicator_plan`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator_plan")]
pub struct Model {
    /// Which region.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region_id: RegionId,
    /// Of which indicator.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// For which year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: AcademicYear,
    /// What is planned, in millionths.
    pub planned: i64,
    /// On which side of it the value is to lie.
    pub direction: IndicatorDirection,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
