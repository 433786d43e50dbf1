//! A criterion of a version of the rubric.

use sea_orm::entity::prelude::*;

use crate::ids::RubricId;

/// A row of `rubric_criterion`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rubric_criterion")]
pub struct Model {
    /// Of which version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rubric_id: RubricId,
    /// Its place, 1 for the first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What it is called by programs, e.g. `RELEVANCE`.
    pub code: String,
    /// What it is called, in Russian.
    pub title: String,
    /// What the expert is asked, in Russian.
    pub question: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
