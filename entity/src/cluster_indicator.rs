//! What a cluster is judged by in a year.

use sea_orm::entity::prelude::*;

use crate::{enums::IndicatorDirection, ids::ClusterId, year::AcademicYear};

/// A row of `cluster_indicator`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster_indicator")]
pub struct Model {
    /// Which cluster.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cluster_id: ClusterId,
    /// When.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: AcademicYear,
    /// By which indicator.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What it was called when the cluster took it up, in Russian.
    pub name: String,
    /// On which side of the plan a result is to lie.
    pub direction: IndicatorDirection,
    /// Millionths, more than zero; none where nothing is planned.
    pub planned: Option<i64>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
