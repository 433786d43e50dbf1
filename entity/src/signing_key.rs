//! The keys that sign access tokens: made on first start and kept, so that a token outlives a restart
//! and every process accepts every other's.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row of `signing_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The `kid` of tokens and of the published key set.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// Ed25519 private key, PKCS #8 DER. Never leaves the server.
    pub private_key: Vec<u8>,
    /// Ed25519 public key, 32 bytes.
    pub public_key: Vec<u8>,
    /// The newest key signs; all verify.
    pub created_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
