//! The subject area or job that a community gathers: the same list in all regions.

use chrono::{DateTime, Utc};
use sea_orm::{
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::ids::ProfileId;

/// A row of `profile`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profile")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProfileId,
    /// e.g. `chemistry-teachers`; unique.
    pub code: String,
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

/// The id of the profile with this code, as a subquery.
pub(crate) fn with_code(code: &str) -> SelectStatement {
    Query::select().column(Column::Id).from(Entity).and_where(Column::Code.eq(code)).to_owned()
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
