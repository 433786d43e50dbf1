//! A person's registration in a community. Personal data: found by those in whose scope it lies.

use chrono::NaiveDate;
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    enums::MemberState,
    ids::{CommunityId, MemberId, MunicipalityId, OrganizationId, PersonId, RegionId},
};

/// A row of `member`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    /// Who.
    pub person_id: PersonId,
    /// In which community.
    pub community_id: CommunityId,
    /// The community's region, repeated so that a region's scope is one comparison.
    pub region_id: RegionId,
    /// From which municipality of the region.
    pub municipality_id: MunicipalityId,
    /// Where the person works.
    pub organization_id: Option<OrganizationId>,
    /// What the person does there.
    pub position: Option<String>,
    /// Pending, in force, or ended.
    pub state: MemberState,
    /// First day.
    pub joined_on: NaiveDate,
    /// Day of leaving.
    pub left_on: Option<NaiveDate>,
    /// The system that keeps this registration in step.
    pub source: Option<String>,
    /// Its key in that system; unique within the source.
    pub external_id: Option<String>,
}

/// Whose registrations a caller may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (auditor).
    pub all: bool,
    /// Those of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those of these communities (chair, coordinator, presidium).
    pub communities: Vec<CommunityId>,
    /// Those of one municipality in one community (council representative).
    pub municipalities: Vec<(CommunityId, MunicipalityId)>,
    /// One's own.
    pub person: Option<PersonId>,
}

impl Entity {
    /// Registrations that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        let mut any = Condition::any();
        if to.all {
            return Self::find();
        }
        // An empty `any` would let everything through.
        any = any.add(Expr::value(false));
        if !to.regions.is_empty() {
            any = any.add(Column::RegionId.is_in(to.regions.iter().copied()));
        }
        if !to.communities.is_empty() {
            any = any.add(Column::CommunityId.is_in(to.communities.iter().copied()));
        }
        for (community, municipality) in &to.municipalities {
            any = any.add(
                Condition::all()
                    .add(Column::CommunityId.eq(*community))
                    .add(Column::MunicipalityId.eq(*municipality)),
            );
        }
        Self::find().filter(any.add_option(to.person.map(|id| Column::PersonId.eq(id))))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
