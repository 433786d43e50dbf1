//! A governing document of a community: its statute, an order.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{CommunityId, DocumentId};

/// A row of `community_document`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "community_document")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// Whose.
    pub community_id: CommunityId,
    /// The document's own number.
    pub number: String,
    /// Of what day.
    pub issued_on: NaiveDate,
    /// What it is called.
    pub title: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
