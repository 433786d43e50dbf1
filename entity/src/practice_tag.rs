//! A tag of a practice.

use sea_orm::entity::prelude::*;

use crate::ids::PracticeId;

/// A row of `practice_tag`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practice_tag")]
pub struct Model {
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub practice_id: PracticeId,
    /// The tag, folded to lower case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
    /// 0 for the first.
    pub position: i32,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
