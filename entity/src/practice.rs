//! A practice: a described way of working that others can repeat.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*, sea_query::Query};

use crate::{
    enums::PracticeState,
    ids::{CommunityId, DepartmentId, PersonId, PracticeId, ProfileId, RegionId},
    practice_author, practice_tag, profile, region, review,
    search_term::{Word, holds_all},
    year::AcademicYear,
};

/// A row of `practice`. Owned by a community or by an institute's unit, never by both.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practice")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PracticeId,
    /// Given at publication, e.g. `2024-000123`; unique, never given again.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub summary: String,
    /// The whole text.
    pub body: String,
    /// Where it stands.
    pub state: PracticeState,
    /// Grows with every change of the text.
    pub version: i32,
    /// The owning community.
    pub community_id: Option<CommunityId>,
    /// The owning unit of an institute.
    pub department_id: Option<DepartmentId>,
    /// The owner's region.
    pub region_id: RegionId,
    /// The owning community's profile.
    pub profile_id: Option<ProfileId>,
    /// Who wrote the first draft.
    pub created_by: PersonId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it entered the federal registry.
    pub published_at: Option<DateTime<Utc>>,
    /// The academic year of that moment.
    pub published_year: Option<AcademicYear>,
    /// What lists are ordered by: the publication, or the first draft while there is none.
    pub listed_at: DateTime<Utc>,
    /// How many gave one star.
    pub stars_1: i64,
    /// How many gave two stars.
    pub stars_2: i64,
    /// How many gave three stars.
    pub stars_3: i64,
    /// How many gave four stars.
    pub stars_4: i64,
    /// How many gave five stars.
    pub stars_5: i64,
    /// From how many organizations the ratings come.
    pub rating_organizations: i64,
    /// The sum, over those organizations, of the mean of the stars given in each; in micro-stars.
    pub rating_sum: i64,
}

impl Model {
    /// What everybody may know of a practice that has left the registry: that it was there, under which number and
    /// title, whose it was and since when. Its texts and ratings are gone.
    #[must_use]
    pub fn stub(self) -> Self {
        Self {
            summary: String::new(),
            body: String::new(),
            submitted_at: None,
            stars_1: 0,
            stars_2: 0,
            stars_3: 0,
            stars_4: 0,
            stars_5: 0,
            rating_organizations: 0,
            rating_sum: 0,
            ..self
        }
    }

    /// Whether that is all there is: no practice is without a text.
    #[must_use]
    pub fn is_stub(&self) -> bool {
        self.body.is_empty()
    }
}

/// Which practices a caller may see, beside the published ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All, drafts too (auditor).
    pub all: bool,
    /// All that were ever submitted (federal registrar).
    pub submitted: bool,
    /// Those ever submitted in these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those ever submitted to these communities (presidium, chair, coordinator).
    pub communities: Vec<CommunityId>,
    /// Those that this person wrote.
    pub author: Option<PersonId>,
    /// Those that this person was drawn to assess.
    pub reviewer: Option<PersonId>,
}

impl Visible {
    /// That the caller may see a practice.
    #[must_use]
    pub fn condition(&self) -> Condition {
        if self.all {
            return Condition::all();
        }
        Condition::any().add(Column::State.eq(PracticeState::Published)).add_option(self.inside())
    }

    /// What is seen beside the published ones; none where nothing is.
    fn inside(&self) -> Option<Condition> {
        let mut offices = Condition::any();
        if self.submitted {
            offices = offices.add(Expr::value(true));
        }
        if !self.regions.is_empty() {
            offices = offices.add(Column::RegionId.is_in(self.regions.iter().copied()));
        }
        if !self.communities.is_empty() {
            offices = offices.add(Column::CommunityId.is_in(self.communities.iter().copied()));
        }
        let mut any = Condition::any();
        if !offices.is_empty() {
            any = any.add(Condition::all().add(Column::SubmittedAt.is_not_null()).add(offices));
        }
        let any = any.add_option(self.author.map(|person| {
            Column::Id.in_subquery(
                Query::select()
                    .column(practice_author::Column::PracticeId)
                    .from(practice_author::Entity)
                    .and_where(practice_author::Column::PersonId.eq(person))
                    .to_owned(),
            )
        }));
        let any =
            any.add_option(self.reviewer.map(|person| Column::Id.in_subquery(review::practices_of(person))));
        (!any.is_empty()).then_some(any)
    }
}

/// What narrows a list of practices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of the region with this code only.
    pub region: Option<String>,
    /// Of the profile with this code only.
    pub profile: Option<String>,
    /// Of this community only.
    pub community: Option<CommunityId>,
    /// In one of these states; empty for any that the caller may see.
    pub states: Vec<PracticeState>,
    /// Holding every one of these words.
    pub words: Vec<Word>,
    /// Bearing every one of these tags.
    pub tags: Vec<String>,
    /// Published in this academic year.
    pub year: Option<AcademicYear>,
}

impl Filter {
    /// That a practice matches.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let mut condition = Condition::all()
            .add_option(
                self.region.as_ref().map(|code| Column::RegionId.in_subquery(region::with_code(code))),
            )
            .add_option(
                self.profile.as_ref().map(|code| Column::ProfileId.in_subquery(profile::with_code(code))),
            )
            .add_option(self.community.map(|id| Column::CommunityId.eq(id)))
            .add_option(self.year.map(|year| Column::PublishedYear.eq(year)))
            .add(holds_all(Column::Id, &self.words));
        if !self.states.is_empty() {
            condition = condition.add(Column::State.is_in(self.states.iter().copied()));
        }
        for tag in &self.tags {
            condition = condition.add(
                Column::Id.in_subquery(
                    Query::select()
                        .column(practice_tag::Column::PracticeId)
                        .from(practice_tag::Entity)
                        .and_where(practice_tag::Column::Tag.eq(tag.as_str()))
                        .to_owned(),
                ),
            );
        }
        condition
    }
}

impl Entity {
    /// Practices that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        Self::find().filter(to.condition())
    }

    /// Practices that the caller would see if they were not published: its own, and those in the scope of its
    /// offices; none where there can be none.
    pub fn inside(to: &Visible) -> Option<Select<Self>> {
        to.inside().map(|condition| Self::find().filter(condition))
    }

    /// Practices in the federal registry, which everybody may see.
    pub fn published() -> Select<Self> {
        Self::find().filter(Column::State.eq(PracticeState::Published))
    }

    /// Practices that the caller may see and that match the filter.
    pub fn matching(to: &Visible, filter: &Filter) -> Select<Self> {
        Self::visible(to).filter(filter.condition())
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
