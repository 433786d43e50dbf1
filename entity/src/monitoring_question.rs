//! What a monitoring asks: one figure, of every community or of the region as a whole.

use sea_orm::entity::prelude::*;

use crate::ids::MonitoringId;

/// A row of `monitoring_question`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_question")]
pub struct Model {
    /// Of which monitoring.
    #[sea_orm(primary_key, auto_increment = false)]
    pub monitoring_id: MonitoringId,
    /// Asked of the region as a whole; otherwise of every community.
    #[sea_orm(primary_key, auto_increment = false)]
    pub of_region: bool,
    /// Which figure.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Its place among the questions, from 1.
    pub position: i32,
    /// Whether a return without it cannot be accepted.
    pub is_required: bool,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
