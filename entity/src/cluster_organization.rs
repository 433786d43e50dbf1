//! That an organization belongs to a cluster.

use sea_orm::entity::prelude::*;

use crate::ids::{ClusterId, OrganizationId};

/// A row of `cluster_organization`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cluster_organization")]
pub struct Model {
    /// To which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cluster_id: ClusterId,
    /// Which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
