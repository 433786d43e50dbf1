//! Organizations of a region that work at one topic together.

use sea_orm::entity::prelude::*;

use crate::ids::{ClusterId, RegionId};

/// A row of `cluster`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClusterId,
    /// Where.
    pub region_id: RegionId,
    /// The number in the region; unique there.
    pub number: i32,
    /// The topic, in Russian.
    pub name: String,
    /// How many organizations the region states, where the registry does not hold them all.
    pub stated_organizations: Option<i32>,
    /// Millionths of a percent: from this score on an organization leads.
    pub top_from: i64,
    /// Millionths of a percent: below this score it lags.
    pub lagging_below: i64,
    /// Grows with every change.
    pub version: i32,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
