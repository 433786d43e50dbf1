//! What another system called a registration whose person asked for erasure, as a digest: so that the next night's
//! load does not bring the person back.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row of `erased_registration`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_registration")]
pub struct Model {
    /// SHA-256 of region, source and external id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// When the person's data were erased.
    pub erased_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
