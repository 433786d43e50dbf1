//! What an organization of a cluster has reached in a year.

use sea_orm::entity::prelude::*;

use crate::{
    ids::{ClusterId, OrganizationId},
    year::AcademicYear,
};

/// A row of `cluster_result`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster_result")]
pub struct Model {
    /// In which cluster.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cluster_id: ClusterId,
    /// When.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: AcademicYear,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// By which indicator.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Millionths, not below zero.
    pub value: i64,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
