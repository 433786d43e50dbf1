//! A version of an indicator: what is planned and reached in a year. Never changed; the next version holds later.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    enums::{IndicatorDirection, IndicatorUnit},
    ids::{IndicatorId, RegionId},
    year::AcademicYear,
};

/// A row of `indicator`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IndicatorId,
    /// `community_participation`; unique with the version.
    pub code: String,
    /// Grows.
    pub version: i32,
    /// The first year in which it holds.
    pub effective_from: AcademicYear,
    /// Whose own it is; none for a federal one.
    pub region_id: Option<RegionId>,
    /// Its number in the catalogue.
    pub number: Option<i32>,
    /// What it is called, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// Which side of its plan it is to lie on.
    pub direction: IndicatorDirection,
    /// How it is computed; none where the figure of its own code is entered.
    pub formula: Option<String>,
    /// What is planned where a region says nothing, in millionths.
    pub planned: Option<i64>,
    /// Whether it is told no more from that year on.
    pub is_ended: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
