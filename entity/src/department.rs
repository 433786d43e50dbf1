//! A unit of an institute: supervises communities, and may own practices itself.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{DepartmentId, InstituteId};

/// A row of `department`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "department")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DepartmentId,
    /// The institute of which it is a unit.
    pub institute_id: InstituteId,
    /// Name in Russian.
    pub name: String,
    /// What it is called in short, e.g. «ЦНППМ».
    pub short_name: Option<String>,
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
