//! A named number of a community or region in a year: what returns tell, and formulas are made of.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::IndicatorUnit;

/// A row of `figure`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "figure")]
pub struct Model {
    /// By which formulas and returns name it: `event_participants`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What it is called, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// Whether the registry computes it by itself.
    pub is_registered: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
