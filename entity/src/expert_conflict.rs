//! A conflict of interest that an expert declared: with a practice, or with an author and so with all that the author
//! wrote. It is the person's, whatever becomes of its place in the pool.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ConflictId, PersonId, PracticeId, ReviewId};

/// A row of `expert_conflict`. Holds either a practice or an author.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expert_conflict")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConflictId,
    /// Who declared it.
    pub person_id: PersonId,
    /// With which practice.
    pub practice_id: Option<PracticeId>,
    /// With which author.
    pub author_id: Option<PersonId>,
    /// Of which review.
    pub review_id: ReviewId,
    /// When.
    pub declared_at: DateTime<Utc>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
