//! Which generation of a board a revision of its year froze. Such a generation is kept for ever.

use sea_orm::entity::prelude::*;

use crate::ids::BoardId;

/// A row of `ranking_frozen`. A revision writes only the boards that it changes: what stands in it of the others is what
/// the newest revision before it wrote.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_frozen")]
pub struct Model {
    /// Which board.
    #[sea_orm(primary_key, auto_increment = false)]
    pub board_id: BoardId,
    /// By which revision of the board's year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Which generation of the board it wrote.
    pub generation: i64,
    /// How many entries that has.
    pub total: i64,
    /// SHA-256 over its leaves, in hexadecimal.
    pub digest: String,
}

/// Whom it belongs to.
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
