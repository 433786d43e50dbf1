//! A federal subject, known by its ISO 3166-2 code.

use chrono::{DateTime, Utc};
use sea_orm::{
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::ids::RegionId;

/// A row of `region`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RegionId,
    /// ISO 3166-2 code, e.g. `RU-KDA`; unique.
    pub code: String,
    /// Name in Russian.
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

/// The id of the region with this code, as a subquery.
pub fn with_code(code: &str) -> SelectStatement {
    Query::select().column(Column::Id).from(Entity).and_where(Column::Code.eq(code)).to_owned()
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
