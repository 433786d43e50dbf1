//! A teacher's 1 to 5 stars on a published practice; one per person and practice, changeable.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::ids::{FindingId, OrganizationId, PersonId, PracticeId, RatingId};

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
    /// Since when it counts no more; none for one that counts.
    pub set_aside_at: Option<DateTime<Utc>>,
    /// Why.
    pub set_aside_reason: Option<String>,
    /// For which finding, where there is one.
    pub finding_id: Option<FindingId>,
}

/// Which ratings a caller may see of a practice that it sees, beside those that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor).
    pub all: bool,
    /// Those that this person gave.
    pub person: Option<PersonId>,
}

impl Entity {
    /// The ratings that count: those that were not set aside.
    pub fn counted() -> Select<Self> {
        Self::find().filter(Column::SetAsideAt.is_null())
    }

    /// Ratings that the caller may see, as long as the practice is one to see.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let own = to.person.map(|person| Column::PersonId.eq(person));
        Self::find().filter(Condition::any().add(Column::SetAsideAt.is_null()).add_option(own))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
