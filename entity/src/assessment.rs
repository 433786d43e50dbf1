//! An expert's finished assessment of a practice. Never changed, and never deleted.

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, ExprTrait, QuerySelect, QueryTrait,
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::{
    enums::PracticeState,
    ids::{AssessmentId, CommunityId, PersonId, PracticeId, RegionId, ReviewId, RubricId},
    practice, practice_author,
};

/// A row of `assessment`. A review has one at most.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    /// What it finished.
    pub review_id: ReviewId,
    /// The review's practice, repeated so that a practice's assessments are one comparison.
    pub practice_id: PracticeId,
    /// The review's edition of the text.
    pub edition: i32,
    /// The review's expert, repeated so that severity is reckoned without the reviews.
    pub person_id: PersonId,
    /// By which version of the rubric.
    pub rubric_id: RubricId,
    /// When the review was assigned, repeated to tell whether it judged what was submitted last.
    pub assigned_at: DateTime<Utc>,
    /// The mean of the scores, in micro-points.
    pub mean: i64,
    /// The expert's conclusion.
    pub conclusion: String,
    /// When it was handed in.
    pub finished_at: DateTime<Utc>,
}

/// Which assessments a caller may see, beside those of published practices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (registrar, auditor).
    pub all: bool,
    /// Those of the practices of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those of the practices of these communities (coordinator, chair, presidium).
    pub communities: Vec<CommunityId>,
    /// Those of the practices that this person wrote, and those that it made as an expert.
    pub person: Option<PersonId>,
}

impl Visible {
    fn condition(&self) -> Condition {
        if self.all {
            return Condition::all();
        }
        let mut practices = Condition::any().add(practice::Column::State.eq(PracticeState::Published));
        if !self.regions.is_empty() {
            practices = practices.add(practice::Column::RegionId.is_in(self.regions.iter().copied()));
        }
        if !self.communities.is_empty() {
            practices = practices.add(practice::Column::CommunityId.is_in(self.communities.iter().copied()));
        }
        let practices = Query::select()
            .column(practice::Column::Id)
            .from(practice::Entity)
            .cond_where(practices)
            .to_owned();
        Condition::any()
            .add(Column::PracticeId.in_subquery(practices))
            .add_option(self.person.map(|person| Column::PersonId.eq(person)))
            .add_option(self.person.map(|person| Column::PracticeId.in_subquery(written_by(person))))
    }
}

fn written_by(person: PersonId) -> SelectStatement {
    Query::select()
        .column(practice_author::Column::PracticeId)
        .from(practice_author::Entity)
        .and_where(practice_author::Column::PersonId.eq(person))
        .to_owned()
}

impl Entity {
    /// Assessments that the caller may see, as long as the practice is one to see.
    pub fn visible(to: &Visible) -> Select<Self> {
        Self::find().filter(to.condition())
    }
}

/// Of what was submitted last, not of an edition that went back to its authors.
#[must_use]
pub fn of_last_submission() -> Expr {
    let submitted = practice::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(Expr::col((practice::Entity, practice::Column::Id)).equals((Entity, Column::PracticeId)))
        .filter(
            Expr::col((practice::Entity, practice::Column::SubmittedAt))
                .lte(Expr::col((Entity, Column::AssignedAt))),
        );
    Expr::exists(submitted.into_query())
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
