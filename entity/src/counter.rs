//! Numbers that are handed out one by one, without gaps and never twice: the journal's positions and
//! the practices' registry numbers and the states of closed years' rankings.
//!
//! Taking one locks its row until the transaction ends, so the order of the numbers is the order of the
//! commits, on every database and without a backend's own sequences.

use sea_orm::entity::prelude::*;

/// A row of `counter`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counter")]
pub struct Model {
    /// What is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last number handed out.
    pub value: i64,
}

/// The name of the journal's counter.
pub const JOURNAL: &str = "journal";
/// The name of the counter of published practices.
pub const PRACTICE_NUMBER: &str = "practice_number";
/// The name of the counter of the rubric's versions.
pub const RUBRIC: &str = "rubric";
/// How far the ranking boards have followed the journal.
pub const BOARDS: &str = "boards";
/// The name of the counter of states of closed years' rankings.
pub const RANKING_REVISION: &str = "ranking_revision";
/// Of which version the search's index is.
pub const SEARCH: &str = "search";

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
