//! A figure of a return: what the registry knew, and what was stated in its place.

use sea_orm::entity::prelude::*;

use crate::ids::ReturnId;

/// A row of `monitoring_figure`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_figure")]
pub struct Model {
    /// In which return.
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: ReturnId,
    /// Which figure.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What the registry knew when the return was handed in, in millionths.
    pub registered: Option<i64>,
    /// What was stated, in millionths.
    pub stated: Option<i64>,
    /// Why it differs from what the registry knew.
    pub reason: Option<String>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
