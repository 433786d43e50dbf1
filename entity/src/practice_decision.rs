//! A decision taken on a practice, with its reason where one is required. Kept for ever.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    enums::PracticeState,
    ids::{AccountId, DecisionId, PracticeId},
};

/// A row of `practice_decision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practice_decision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    /// On what.
    pub practice_id: PracticeId,
    /// The state to which it led.
    pub state: PracticeState,
    /// Which version of the text it judged.
    pub practice_version: i32,
    /// Why; required for return, rejection, withdrawal and annulment.
    pub reason: Option<String>,
    /// Who took it; none where it is not known (taken before the registry).
    pub account_id: Option<AccountId>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
