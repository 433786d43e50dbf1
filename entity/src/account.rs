//! A way in: of a person, or of another system (no person).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, PersonId};

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// Unique, lower case.
    pub login: String,
    /// What a service account is called: the system behind it.
    pub name: Option<String>,
    /// Argon2id, in the PHC string form; of a service account, nothing that any password matches.
    pub password_hash: String,
    /// Whose it is; none for a service account.
    pub person_id: Option<PersonId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it lets nobody in.
    pub closed_at: Option<DateTime<Utc>>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
