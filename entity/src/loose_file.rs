//! A file in the store that no material names: not yet, or not any more. What stays here too long is swept away.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row of `loose_file`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "loose_file")]
pub struct Model {
    /// Where the store keeps it, if it does.
    #[sea_orm(primary_key, auto_increment = false)]
    pub storage_key: String,
    /// Since when nothing names it.
    pub since: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
