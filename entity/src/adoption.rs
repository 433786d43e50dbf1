//! An organization's use of a practice that was written elsewhere; one per organization and practice.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    enums::AdoptionState,
    ids::{AdoptionId, CommunityId, OrganizationId, PersonId, PracticeId, RegionId},
};

/// A row of `adoption`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adoption")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdoptionId,
    /// Of what.
    pub practice_id: PracticeId,
    /// By which organization.
    pub organization_id: OrganizationId,
    /// The community of the member who declared it; its coordinator decides.
    pub community_id: CommunityId,
    /// That community's region.
    pub region_id: RegionId,
    /// By whom it was declared.
    pub declared_by: PersonId,
    /// Declared, confirmed, or neither any more.
    pub state: AdoptionState,
    /// Since when the organization uses the practice.
    pub adopted_on: NaiveDate,
    /// What came of it, in the organization's own words.
    pub result: String,
    /// When it was declared, the last time.
    pub declared_at: DateTime<Utc>,
    /// When it was confirmed, declined or withdrawn.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was declined or withdrawn.
    pub reason: Option<String>,
}

/// Which adoptions a caller may see, beside the confirmed ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor).
    pub all: bool,
    /// Those of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those of these communities (chair, coordinator).
    pub communities: Vec<CommunityId>,
    /// Those that this person declared.
    pub person: Option<PersonId>,
}

impl Entity {
    /// Adoptions that the caller may see, as long as the practice is one to see.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let mut any = Condition::any().add(Column::State.eq(AdoptionState::Confirmed));
        if !to.regions.is_empty() {
            any = any.add(Column::RegionId.is_in(to.regions.iter().copied()));
        }
        if !to.communities.is_empty() {
            any = any.add(Column::CommunityId.is_in(to.communities.iter().copied()));
        }
        Self::find().filter(any.add_option(to.person.map(|person| Column::DeclaredBy.eq(person))))
    }

    /// The confirmed ones.
    pub fn confirmed() -> Select<Self> {
        Self::find().filter(Column::State.eq(AdoptionState::Confirmed))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
