//! A person's place in the pool of a profile's experts: put forward by a community, taken with the person's consent,
//! kept after its end.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    ids::{AccountId, CommunityId, ExpertId, PersonId, ProfileId, RegionId},
    profile, region,
};

/// A row of `expert`. A person has one that is not ended at most in a profile.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expert")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExpertId,
    /// Who.
    pub person_id: PersonId,
    /// In which profile.
    pub profile_id: ProfileId,
    /// The community that put the person forward.
    pub community_id: CommunityId,
    /// That community's region.
    pub region_id: RegionId,
    /// By whose account; none where the registry itself did it.
    pub nominated_by: Option<AccountId>,
    /// When.
    pub nominated_at: DateTime<Utc>,
    /// When the person agreed; none until then, and nothing is drawn for it.
    pub consented_at: Option<DateTime<Utc>>,
    /// How many reviews the expert takes at a time.
    pub load_limit: i32,
    /// When the person left the pool, or was taken out of it.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Which places a caller may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor, coordinators and operators).
    pub all: bool,
    /// One's own.
    pub person: Option<PersonId>,
}

/// Where a place in the pool stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Awaits the person's consent.
    Nominated,
    /// Takes part in draws.
    Consented,
    /// Is over.
    Ended,
}

impl Model {
    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.ended_at, self.consented_at) {
            (Some(_), _) => Standing::Ended,
            (None, Some(_)) => Standing::Consented,
            (None, None) => Standing::Nominated,
        }
    }
}

impl Standing {
    fn condition(self) -> Condition {
        let of = Condition::all();
        match self {
            Self::Nominated => of.add(Column::EndedAt.is_null()).add(Column::ConsentedAt.is_null()),
            Self::Consented => in_force(),
            Self::Ended => of.add(Column::EndedAt.is_not_null()),
        }
    }
}

/// Agreed to, and not ended: what draws are made from.
#[must_use]
pub fn in_force() -> Condition {
    Condition::all().add(Column::ConsentedAt.is_not_null()).add(Column::EndedAt.is_null())
}

/// What narrows a list of experts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of the profile with this code only.
    pub profile: Option<String>,
    /// Of the region with this code only.
    pub region: Option<String>,
    /// Put forward by this community only.
    pub community: Option<CommunityId>,
    /// In one of these standings; empty for any.
    pub standings: Vec<Standing>,
}

impl Entity {
    /// Places that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        // An empty `any` would let everything through.
        let any = Condition::any().add(Expr::value(false));
        Self::find().filter(any.add_option(to.person.map(|id| Column::PersonId.eq(id))))
    }

    /// Places that the caller may see and that match the filter.
    pub fn matching(to: &Visible, filter: &Filter) -> Select<Self> {
        let mut condition = Condition::all()
            .add_option(
                filter.profile.as_ref().map(|code| Column::ProfileId.in_subquery(profile::with_code(code))),
            )
            .add_option(
                filter.region.as_ref().map(|code| Column::RegionId.in_subquery(region::with_code(code))),
            )
            .add_option(filter.community.map(|id| Column::CommunityId.eq(id)));
        if !filter.standings.is_empty() {
            let any = filter.standings.iter().map(|standing| standing.condition());
            condition = condition.add(any.fold(Condition::any(), Condition::add));
        }
        Self::visible(to).filter(condition)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
