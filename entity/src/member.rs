//! A person's registration in a community. Personal data: found by those in whose scope it lies.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{Condition, entity::prelude::*, sea_query::LikeExpr};

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
    /// Surname, name, patronymic, as registered.
    pub full_name: String,
    /// The folded name: what a search looks in.
    pub name_key: String,
    /// Personal data.
    pub email: Option<String>,
    /// Personal data.
    pub phone: Option<String>,
    /// Pending, in force, or ended.
    pub state: MemberState,
    /// First day.
    pub joined_on: NaiveDate,
    /// Day of leaving.
    pub left_on: Option<NaiveDate>,
    /// The system that keeps this registration in step.
    pub source: Option<String>,
    /// Its key in that system; unique within the region and the source.
    pub external_id: Option<String>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// Since when the personal data are gone; then nobody finds it, and it counts on.
    pub erased_at: Option<DateTime<Utc>>,
    /// Digest of the version and of what that system said when it made this version. While both are the same, nothing
    /// else of the row has to be read.
    pub row_digest: Option<Vec<u8>>,
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

/// What narrows a list of registrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states; empty for any.
    pub states: Vec<MemberState>,
    /// From this municipality.
    pub municipality: Option<MunicipalityId>,
    /// With all these word beginnings in the folded name: letters, digits and hyphens only.
    pub words: Vec<String>,
}

/// In force on the day, begun by then and not ended.
pub fn in_force(on: NaiveDate) -> Condition {
    Condition::all().add(Column::JoinedOn.lte(on)).add(
        Condition::any()
            .add(Column::State.eq(MemberState::Active))
            .add(Condition::all().add(Column::State.eq(MemberState::Left)).add(Column::LeftOn.gt(on))),
    )
}

/// Whether a registration was in force on one of the days from `first` to `last`.
#[must_use]
pub fn was_in_force(row: &Model, first: NaiveDate, last: NaiveDate) -> bool {
    let ended = match row.state {
        MemberState::Active => None,
        MemberState::Left => row.left_on,
        MemberState::Pending | MemberState::Declined => return false,
    };
    row.joined_on <= last && ended.is_none_or(|ended| ended > first)
}

impl Entity {
    /// A community's registrations that the caller may see and that match the filter.
    pub fn matching(to: &Visible, of: CommunityId, filter: &Filter) -> Select<Self> {
        let mut condition = Condition::all()
            .add(Column::CommunityId.eq(of))
            .add_option(filter.municipality.map(|id| Column::MunicipalityId.eq(id)));
        if !filter.states.is_empty() {
            condition = condition.add(Column::State.is_in(filter.states.iter().copied()));
        }
        for word in &filter.words {
            let anywhere = LikeExpr::new(format!("% {word}%"));
            condition = condition.add(
                Condition::any()
                    .add(Column::NameKey.starts_with(word.as_str()))
                    .add(Column::NameKey.like(anywhere)),
            );
        }
        Self::visible(to).filter(condition)
    }

    /// Registrations that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        let there = Self::find().filter(Column::ErasedAt.is_null());
        let mut any = Condition::any();
        if to.all {
            return there;
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
        there.filter(any.add_option(to.person.map(|id| Column::PersonId.eq(id))))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
