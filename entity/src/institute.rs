//! A regional operator: the institute that looks after a region's communities.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{InstituteId, RegionId};

/// A row of `institute`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "institute")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstituteId,
    /// The region that it serves; one institute a region.
    pub region_id: RegionId,
    /// Name in Russian.
    pub name: String,
    /// Grows with every change.
    pub version: i32,
    /// Since when it is in the archive: kept for what refers to it, offered for nothing new.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Entity {
    /// Those that are not in the archive.
    pub fn living() -> Select<Self> {
        Self::find().filter(Column::ArchivedAt.is_null())
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
