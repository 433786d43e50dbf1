//! A review: a practice in the hands of an expert who was drawn for it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    Condition, ExprTrait,
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::{
    enums::{PracticeState, ReviewState},
    ids::{CommunityId, ExpertId, PersonId, PracticeId, RegionId, ReviewDrawId, ReviewId},
    practice, practice_author, profile, region,
};

/// A row of `review`. A person has one of a practice at most, beside those that were called off.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewId,
    /// Of which practice.
    pub practice_id: PracticeId,
    /// Of which edition of its text, by the practice's version that was handed in.
    pub edition: i32,
    /// The practice's community, repeated so that a scope is one comparison.
    pub community_id: Option<CommunityId>,
    /// The practice's region, repeated for the same reason.
    pub region_id: RegionId,
    /// By which expert.
    pub expert_id: ExpertId,
    /// The expert's person, repeated so that nobody is asked twice under two places in the pool.
    pub person_id: PersonId,
    /// By which draw.
    pub draw_id: ReviewDrawId,
    /// In the place of which review; none for the first ones.
    pub replaces: Option<ReviewId>,
    /// Where it stands.
    pub state: ReviewState,
    /// When the expert was drawn.
    pub assigned_at: DateTime<Utc>,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// When it was finished, or ended otherwise.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended, in the words of who ended it.
    pub reason: Option<String>,
}

/// Which reviews a caller may see. Authors see none of their own practices before these are published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor).
    pub all: bool,
    /// Those of the practices of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those of the practices of these communities (coordinator).
    pub communities: Vec<CommunityId>,
    /// One's own.
    pub person: Option<PersonId>,
}

impl Visible {
    /// The practices' reviews that the caller manages; `practice`, `community` and `region` are the columns that tell
    /// of which practice something is.
    #[must_use]
    pub fn managed<C: ColumnTrait>(&self, practice: C, community: C, region: C) -> Condition {
        let mut any = Condition::any().add(Expr::value(self.all));
        if !self.regions.is_empty() {
            any = any.add(region.is_in(self.regions.iter().copied()));
        }
        if !self.communities.is_empty() {
            any = any.add(community.is_in(self.communities.iter().copied()));
        }
        let own = self.person.map(|person| practice.not_in_subquery(unpublished_of(person)));
        Condition::all().add(any).add_option(own)
    }
}

/// What somebody wrote and is not published: of its reviews an author knows nothing.
fn unpublished_of(person: PersonId) -> SelectStatement {
    Query::select()
        .column((practice_author::Entity, practice_author::Column::PracticeId))
        .from(practice_author::Entity)
        .inner_join(
            practice::Entity,
            Expr::col((practice::Entity, practice::Column::Id))
                .equals((practice_author::Entity, practice_author::Column::PracticeId)),
        )
        .and_where(practice_author::Column::PersonId.eq(person))
        .and_where(practice::Column::State.ne(PracticeState::Published))
        .to_owned()
}

/// The practices that a person reads as an expert: those to be assessed, and those that it has assessed.
#[must_use]
pub fn practices_of(person: PersonId) -> SelectStatement {
    Query::select()
        .column(Column::PracticeId)
        .from(Entity)
        .and_where(Column::PersonId.eq(person))
        .and_where(Column::State.is_in([ReviewState::Assigned, ReviewState::Finished]))
        .to_owned()
}

/// What narrows a list of reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of practices of the region with this code only.
    pub region: Option<String>,
    /// Of practices of the profile with this code only.
    pub profile: Option<String>,
    /// Of this practice only.
    pub practice: Option<PracticeId>,
    /// By this person only.
    pub person: Option<PersonId>,
    /// In one of these states; empty for any.
    pub states: Vec<ReviewState>,
    /// Open ones that were due before this day only.
    pub due_before: Option<NaiveDate>,
    /// Those only for which an expert is missing.
    pub vacant: bool,
}

/// Ended without an assessment since the practice was last submitted, while it still is, and nobody was drawn instead.
#[must_use]
pub fn vacant() -> Condition {
    let replaced = Query::select()
        .column(Column::Replaces)
        .from(Entity)
        .and_where(Column::Replaces.is_not_null())
        .to_owned();
    let submitted = Query::select()
        .expr(Expr::value(1))
        .from(practice::Entity)
        .and_where(practice::Column::State.eq(PracticeState::Submitted))
        .and_where(Expr::col((practice::Entity, practice::Column::Id)).equals((Entity, Column::PracticeId)))
        .and_where(
            Expr::col((practice::Entity, practice::Column::SubmittedAt))
                .lte(Expr::col((Entity, Column::AssignedAt))),
        )
        .to_owned();
    let fell_out = [ReviewState::Declined, ReviewState::Conflict, ReviewState::Expired];
    Condition::all()
        .add(Column::State.is_in(fell_out))
        .add(Column::Id.not_in_subquery(replaced))
        .add(Expr::exists(submitted))
}

/// In an expert's hands, or waiting for one to be drawn: an assessment is still to come of it.
#[must_use]
pub fn awaited() -> Condition {
    Condition::any().add(Column::State.eq(ReviewState::Assigned)).add(vacant())
}

impl Entity {
    /// Reviews that the caller may see.
    pub fn visible(to: &Visible) -> Select<Self> {
        let any = Condition::any().add(to.managed(Column::PracticeId, Column::CommunityId, Column::RegionId));
        Self::find().filter(any.add_option(to.person.map(|person| Column::PersonId.eq(person))))
    }

    /// Reviews that the caller may see and that match the filter.
    pub fn matching(to: &Visible, filter: &Filter) -> Select<Self> {
        let of_profile = filter.profile.as_ref().map(|code| {
            let practices = Query::select()
                .column(practice::Column::Id)
                .from(practice::Entity)
                .and_where(practice::Column::ProfileId.in_subquery(profile::with_code(code)))
                .to_owned();
            Column::PracticeId.in_subquery(practices)
        });
        let mut condition = Condition::all()
            .add_option(
                filter.region.as_ref().map(|code| Column::RegionId.in_subquery(region::with_code(code))),
            )
            .add_option(of_profile)
            .add_option(filter.practice.map(|id| Column::PracticeId.eq(id)))
            .add_option(filter.person.map(|id| Column::PersonId.eq(id)));
        if !filter.states.is_empty() {
            condition = condition.add(Column::State.is_in(filter.states.iter().copied()));
        }
        if let Some(day) = filter.due_before {
            condition = condition.add(Column::State.eq(ReviewState::Assigned)).add(Column::DueOn.lt(day));
        }
        if filter.vacant {
            condition = condition.add(vacant());
        }
        Self::visible(to).filter(condition)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
