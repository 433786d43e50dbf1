//! How many teachers of a profile a region has in a year: the denominator of engagement.

use sea_orm::entity::prelude::*;

use crate::{
    ids::{ProfileId, RegionId},
    year::AcademicYear,
};

/// A row of `headcount`. Entered by the operator, never guessed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "headcount")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region_id: RegionId,
    /// Of what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: ProfileId,
    /// When.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: AcademicYear,
    /// Persons; more than zero.
    pub teachers: i64,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
