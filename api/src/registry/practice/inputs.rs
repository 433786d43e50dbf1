//! The inputs and the payload of the mutations on practices.

use async_graphql::{ID, InputObject, SimpleObject};
use entity::practice;

use super::graphql::Practice;
use crate::{
    error::Rejected,
    graphql::errors::{UserError, user_errors},
};

/// A new practice.
#[derive(InputObject)]
pub struct PracticeCreateInput {
    /// For which community; the caller must be a member of it.
    pub community_id: ID,
    /// One line, 1 to 300 characters.
    pub title: String,
    /// A paragraph, 1 to 2,000 characters.
    pub summary: String,
    /// The whole text, 1 to 100,000 characters.
    pub body: String,
    /// Up to 20 tags of up to 50 characters; kept in lower case.
    pub tags: Option<Vec<String>>,
}

/// A change of a draft's text; what is left out stays as it is.
#[derive(InputObject)]
pub struct PracticeUpdateInput {
    /// Which practice.
    pub practice_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// One line, 1 to 300 characters.
    pub title: Option<String>,
    /// A paragraph, 1 to 2,000 characters.
    pub summary: Option<String>,
    /// The whole text, 1 to 100,000 characters.
    pub body: Option<String>,
    /// Up to 20 tags of up to 50 characters; they replace the former ones.
    pub tags: Option<Vec<String>>,
}

/// A step that needs nothing but the practice.
#[derive(InputObject)]
pub struct PracticeActionInput {
    /// Which practice.
    pub practice_id: ID,
}

/// A step that needs a reason.
#[derive(InputObject)]
pub struct PracticeReasonInput {
    /// Which practice.
    pub practice_id: ID,
    /// Why, 1 to 2,000 characters; kept, and shown to the authors.
    pub reason: String,
}

/// A rating.
#[derive(InputObject)]
pub struct PracticeRateInput {
    /// Which practice.
    pub practice_id: ID,
    /// 1 to 5.
    pub stars: i32,
    /// In the rater's own words, up to 2,000 characters.
    pub comment: Option<String>,
}

/// What a mutation of a practice answers.
#[derive(SimpleObject)]
pub struct PracticePayload {
    /// The practice as it stands after the mutation; after a refused change, as it stands for the caller to
    /// go on from; null when there is none.
    pub practice: Option<Practice>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl PracticePayload {
    /// The payload of an outcome; `current` is what stands after a refused change.
    pub fn of(outcome: Result<practice::Model, Rejected>, current: Option<practice::Model>) -> Self {
        match outcome {
            Ok(row) => Self { practice: Some(Practice(row)), user_errors: Vec::new() },
            Err(rejected) => {
                Self { practice: current.map(Practice), user_errors: user_errors(rejected.errors) }
            }
        }
    }
}
