//! Who wrote a practice, in the order of the title page.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, PracticeId};

/// A row of `practice_author`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practice_author")]
pub struct Model {
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub practice_id: PracticeId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 1 for the first author.
    pub position: i32,
}

/// Whom a row belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Who.
    #[sea_orm(
        belongs_to = "super::person::Entity",
        from = "Column::PersonId",
        to = "super::person::Column::Id"
    )]
    Person,
}

impl Related<super::person::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Person.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
