//! A refresh token, kept as a hash: usable once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

/// A row of `refresh_token`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The family.
    pub session_id: SessionId,
    /// When it was given out.
    pub issued_at: DateTime<Utc>,
    /// When it was exchanged; a second exchange revokes the family.
    pub used_at: Option<DateTime<Utc>>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
