//! A teacher's 1 to 5 stars on a published practice; one per person and practice, changeable.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{OrganizationId, PersonId, PracticeId, RatingId};

/// A row of `rating`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rating")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RatingId,
    /// Of what.
    pub practice_id: PracticeId,
    /// By whom.
    pub person_id: PersonId,
    /// Where the person worked then: ratings count by organization.
    pub organization_id: Option<OrganizationId>,
    /// 1 to 5.
    pub stars: i32,
    /// Which version of the text it judged.
    pub practice_version: i32,
    /// In the rater's words.
    pub comment: Option<String>,
    /// When it was given, or last changed.
    pub rated_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
