//! A version of a ranking method, as it is published. Never changed: a new version follows it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{ids::MethodId, year::AcademicYear};

/// A row of `ranking_method`. In an academic year the highest version holds that was effective by then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_method")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MethodId,
    /// What it ranks: `COMMUNITIES`, `PRACTICES` or `REGIONS`.
    pub ranks: String,
    /// Its code among the methods that rank the same.
    pub code: String,
    /// Unique with `ranks` and `code`; grows.
    pub version: i32,
    /// By which of the program's formulas it computes.
    pub formula_version: i32,
    /// What it is called, in Russian.
    pub name: String,
    /// The formula in words, in Russian; `{name}` stands where a number goes.
    pub formula: String,
    /// The numbers that the formula works with, by name, in JSON.
    pub numbers: String,
    /// The first academic year in which it holds.
    pub effective_from: AcademicYear,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
