//! A state of a closed academic year's rankings: the first is the closing, the others are corrections of it. Kept for
//! ever, in a chain of checksums.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{ids::RevisionId, year::AcademicYear};

/// A row of `ranking_revision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_revision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevisionId,
    /// Its place among the states of all years, in the order in which they were made; without gaps.
    pub number: i64,
    /// Of which year.
    pub year: AcademicYear,
    /// 1 for the closing; unique with the year.
    pub revision: i32,
    /// Why it was made; none for the closing.
    pub reason: Option<String>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// The position of the journal whose data it was made of.
    pub journal_position: i64,
    /// How many boards it wrote.
    pub boards: i64,
    /// The checksum of the state made before it, of whichever year; empty for the first.
    pub previous_checksum: String,
    /// SHA-256 over itself, the boards that it wrote and `previous_checksum`, in hexadecimal.
    pub checksum: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
