//! A link of a community: its site, group, channel.

use sea_orm::entity::prelude::*;

use crate::ids::{CommunityId, LinkId};

/// A row of `community_link`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "community_link")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    /// Whose.
    pub community_id: CommunityId,
    /// What it leads to, in Russian.
    pub title: String,
    /// An http or https address.
    pub url: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
