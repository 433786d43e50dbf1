//! A ranking board: method × filter × period, and its current generation.

use sea_orm::entity::prelude::*;

use crate::ids::{BoardId, ProfileId, RegionId};

/// A row of `ranking_board`. A living board is made of other rows; it can be thrown away and built again. One of a
/// closed academic year is frozen.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_board")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BoardId,
    /// Method, filter and period in one string; unique.
    pub key: String,
    /// What is ranked and how, e.g. `COMMUNITIES.PUBLISHED_PRACTICES`.
    pub method: String,
    /// The filter's region.
    pub region_id: Option<RegionId>,
    /// The filter's profile.
    pub profile_id: Option<ProfileId>,
    /// `all-2026` (all time, as seen in the academic year 2026-2027), `year-2024`, or, frozen only, `until-2024`
    /// (all time as it stood at the end of 2024-2025).
    pub period: String,
    /// The generation that readers are given.
    pub generation: i64,
    /// The journal's position that it has seen at least.
    pub position: i64,
    /// The revision of its year by which it was last written; none while it lives.
    pub revision: Option<i32>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
