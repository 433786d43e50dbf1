//! A check of ratings and texts: asked for, begun, finished. At most one is unfinished.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::CheckId;

/// A row of `integrity_check`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integrity_check")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CheckId,
    /// When somebody, or the night, asked for it.
    pub asked_at: DateTime<Utc>,
    /// Which night asked for it, by when it began; none where somebody did. Unique.
    pub night: Option<DateTime<Utc>>,
    /// When a process took it up.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub finished_at: Option<DateTime<Utc>>,
    /// 1 until it is done, nothing after: unique, so there is one such row at most.
    pub waiting: Option<i32>,
    /// How many findings it opened.
    pub found: i64,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
