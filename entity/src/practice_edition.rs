//! An edition: the text with which a practice was handed in, kept for ever as it was.

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, FromJsonQueryResult, QuerySelect, QueryTrait,
    entity::prelude::*,
    sea_query::{ExprTrait, Query},
};
use serde::{Deserialize, Serialize};

use crate::{
    enums::PracticeState,
    ids::{EditionId, PracticeId},
    practice,
};

/// A row of `practice_edition`. A text that is handed in again unchanged is the same edition.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practice_edition")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EditionId,
    /// Of what.
    pub practice_id: PracticeId,
    /// 1 for the first one.
    pub number: i32,
    /// The practice's version that was handed in: by it ratings, decisions and assessments say what they judged.
    pub version: i32,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub summary: String,
    /// The whole text.
    pub body: String,
    /// In its authors' order.
    pub tags: Tags,
    /// When it was handed in, the first time.
    pub submitted_at: DateTime<Utc>,
}

/// The tags of an edition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Tags(pub Vec<String>);

impl Entity {
    /// Editions that the caller may see: everybody sees what is published, and whoever sees more of a practice than
    /// everybody sees all of its editions.
    pub fn visible(to: &practice::Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let published = Query::select()
            .expr(Expr::value(1))
            .from(practice::Entity)
            .and_where(
                Expr::col((practice::Entity, practice::Column::Id)).equals((Entity, Column::PracticeId)),
            )
            .and_where(
                Expr::col((practice::Entity, practice::Column::Version)).equals((Entity, Column::Version)),
            )
            .and_where(practice::Column::State.eq(PracticeState::Published))
            .to_owned();
        let inside = practice::Entity::inside(to).map(|select| {
            Column::PracticeId.in_subquery(select.select_only().column(practice::Column::Id).into_query())
        });
        Self::find().filter(Condition::any().add(Expr::exists(published)).add_option(inside))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
