//! What an expert gave for one criterion.

use sea_orm::entity::prelude::*;

use crate::ids::AssessmentId;

/// A row of `assessment_score`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_score")]
pub struct Model {
    /// In which assessment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment_id: AssessmentId,
    /// The criterion's place in the rubric.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The criterion's code.
    pub criterion: String,
    /// 1 to 5.
    pub score: i32,
    /// Why, in the expert's words.
    pub comment: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
