//! The words that were ever published in titles, summaries and names, each under itself and under all that is left of
//! it when one letter is lost: two words that differ in a letter meet under such a key.

use sea_orm::entity::prelude::*;

/// A row of `search_spelling`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveEntityModel)]
#[sea_orm(table_name = "search_spelling")]
pub struct Model {
    /// The word, or the word without one of its letters; as bytes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Vec<u8>,
    /// The folded word, not stemmed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
