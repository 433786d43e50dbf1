//! A version of an indicator: what is computed or entered, and what is planned by default.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    enums::{IndicatorDirection, IndicatorUnit},
    ids::{IndicatorId, RegionId},
    year::AcademicYear,
};

/// A row of `indicator`; never changed, the next version is another row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IndicatorId,
    /// Whose it is; none where it is the federation's.
    pub region_id: Option<RegionId>,
    /// `community_participation`; the same for all versions.
    pub code: String,
    /// 1, 2, …; unique with the code.
    pub version: i32,
    /// The first academic year in which it holds, unless a later version does.
    pub from_year: AcademicYear,
    /// The name, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed; none where the value is entered, as the figure with the indicator's code.
    pub formula: Option<String>,
    /// Millionths: the plan where a region has made none of its own.
    pub planned: Option<i64>,
    /// The number in the catalogue.
    pub number: Option<i32>,
    /// Whether the indicator ends with this version.
    pub is_ended: bool,
    /// When the version was made.
    pub created_at: DateTime<Utc>,
}

impl Entity {
    /// All versions of the federation's indicators, or of those of a region alone.
    pub fn owned_by(region: Option<RegionId>) -> Select<Self> {
        Self::find().filter(match region {
            Some(region) => Column::RegionId.eq(region),
            None => Column::RegionId.is_null(),
        })
    }

    /// All versions that concern a region: the federation's and its own.
    pub fn of_region(region: RegionId) -> Select<Self> {
        let own = Column::RegionId.eq(region);
        Self::find().filter(Condition::any().add(Column::RegionId.is_null()).add(own))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
