//! Who stood where in a frozen board: the same as in its leaves, found by who it is.

use sea_orm::entity::prelude::*;

use crate::ids::BoardId;

/// A row of `ranking_place`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_place")]
pub struct Model {
    /// In which board.
    #[sea_orm(primary_key, auto_increment = false)]
    pub board_id: BoardId,
    /// As which revision of its year wrote it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Who or what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Uuid,
    /// Shared by equals.
    pub rank: i64,
    /// In micro-points.
    pub score: i64,
}

/// Whom it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// In which board.
    #[sea_orm(
        belongs_to = "super::ranking_board::Entity",
        from = "Column::BoardId",
        to = "super::ranking_board::Column::Id"
    )]
    Board,
    /// Of which frozen generation.
    #[sea_orm(
        belongs_to = "super::ranking_frozen::Entity",
        from = "(Column::BoardId, Column::Revision)",
        to = "(super::ranking_frozen::Column::BoardId, super::ranking_frozen::Column::Revision)"
    )]
    Frozen,
}

impl Related<super::ranking_board::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Board.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
