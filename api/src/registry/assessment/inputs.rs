//! The inputs and payloads of the mutations on assessments and rubrics.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::{
    graphql::{Assessment, Rubric},
    rules::{Criterion, Score},
};
use crate::graphql::payload;

/// An assessment to be handed in.
#[derive(InputObject)]
pub struct AssessmentSubmitInput {
    /// Of which review; it is in the caller's hands, and its day has not passed.
    pub review_id: ID,
    /// One for each criterion of the rubric that was in force when the review was assigned.
    pub scores: Vec<AssessmentScoreInput>,
    /// The conclusion, 1 to 10,000 characters.
    pub conclusion: String,
}

/// What is given for one criterion.
#[derive(InputObject)]
pub struct AssessmentScoreInput {
    /// The criterion's code, e.g. `RELEVANCE`.
    pub criterion: String,
    /// 1 to 5.
    pub score: i32,
    /// Why, 1 to 2,000 characters.
    pub comment: String,
}

impl From<AssessmentScoreInput> for Score {
    fn from(input: AssessmentScoreInput) -> Self {
        Self { criterion: input.criterion, score: input.score, comment: input.comment }
    }
}

/// The next version of the rubric.
#[derive(InputObject)]
pub struct RubricCreateInput {
    /// What is scored, in order: 1 to 20 criteria.
    pub criteria: Vec<RubricCriterionInput>,
    /// Since when it holds for the reviews that are assigned, within the next 366 days; left out, from now on.
    pub effective_from: Option<DateTime<Utc>>,
}

/// A criterion of the next version of the rubric.
#[derive(InputObject)]
pub struct RubricCriterionInput {
    /// What it is called by programs: up to 40 capital letters, digits and `_`.
    pub code: String,
    /// What it is called, in Russian, 1 to 200 characters.
    pub title: String,
    /// What the expert is asked, in Russian, 1 to 1,000 characters.
    pub question: String,
}

impl From<RubricCriterionInput> for Criterion {
    fn from(input: RubricCriterionInput) -> Self {
        Self { code: input.code, title: input.title, question: input.question }
    }
}

payload!(AssessmentPayload { assessment: Assessment(assessment) }, "an assessment");
payload!(RubricPayload { rubric: Rubric(rubric) }, "the rubric");
