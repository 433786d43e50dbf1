//! A leaf of a board: up to 100 consecutive entries of one generation. A page of a ranking is one or two
//! leaves, wherever it lies.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::BoardId;

/// A row of `ranking_leaf`. Every generation has a leaf 0, if only an empty one.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_leaf")]
pub struct Model {
    /// Of which board.
    #[sea_orm(primary_key, auto_increment = false)]
    pub board_id: BoardId,
    /// Of which generation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    /// Entries 100·number + 1 to 100·number + 100.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// How many entries the generation has in all.
    pub total: i64,
    /// The time of the data.
    pub as_of: DateTime<Utc>,
    /// What the method worked with (the mean of the scope, for one), in its own form.
    pub parameters: String,
    /// The entries, packed; see the ranking concept.
    pub entries: Vec<u8>,
}

/// Whom a leaf belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Of which board.
    #[sea_orm(
        belongs_to = "super::ranking_board::Entity",
        from = "Column::BoardId",
        to = "super::ranking_board::Column::Id"
    )]
    Board,
}

impl Related<super::ranking_board::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Board.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
