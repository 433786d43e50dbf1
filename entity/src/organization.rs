//! Where members work: a school, kindergarten, centre.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{MunicipalityId, OrganizationId};

/// A row of `organization`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Where it stands.
    pub municipality_id: MunicipalityId,
    /// Name in Russian; unique in the municipality.
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
