//! A call of an integrator that was answered: the same again gets the same answer.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, SyncCallId};

/// A row of `sync_call`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_call")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SyncCallId,
    /// Whose call.
    pub account_id: AccountId,
    /// The caller's key; unique for the account.
    pub idempotency_key: String,
    /// SHA-256 of what was asked.
    pub request_hash: Vec<u8>,
    /// What was answered; without personal data.
    pub answer: Vec<u8>,
    /// When.
    pub answered_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
