//! A district or town of a region; a council has one representative of each.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{MunicipalityId, RegionId};

/// A row of `municipality`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "municipality")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MunicipalityId,
    /// The region in which it lies.
    pub region_id: RegionId,
    /// Name in Russian; unique in the region.
    pub name: String,
    /// The folded name's bytes: the alphabetical order of lists.
    pub sort_key: Vec<u8>,
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
