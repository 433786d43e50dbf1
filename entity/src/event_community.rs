//! A community that holds an event together with the leading one.

use sea_orm::entity::prelude::*;

use crate::ids::{CommunityId, EventId};

/// A row of `event_community`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_community")]
pub struct Model {
    /// Which event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// Which community.
    #[sea_orm(primary_key, auto_increment = false)]
    pub community_id: CommunityId,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
