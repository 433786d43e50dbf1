//! A rating that a finding concerns.

use sea_orm::entity::prelude::*;

use crate::ids::{FindingId, RatingId};

/// A row of `integrity_evidence`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integrity_evidence")]
pub struct Model {
    /// Of what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub finding_id: FindingId,
    /// 1 for the first; the earlier ratings come first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Which rating.
    pub rating_id: RatingId,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
