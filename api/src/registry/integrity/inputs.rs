//! The inputs and payloads of the mutations on findings and on ratings in question.

use async_graphql::{ID, InputObject, SimpleObject};
use entity::integrity_check;

use super::{
    graphql::{IntegrityCheck, IntegrityFinding},
    write::Done,
};
use crate::{
    error::Rejected,
    graphql::{
        errors::{UserError, user_errors},
        payload,
    },
    registry::rating::graphql::Rating,
};

/// A finding to be dismissed.
#[derive(InputObject)]
pub struct IntegrityFindingDismissInput {
    /// Which finding; an open one.
    pub finding_id: ID,
    /// Why, 1 to 2,000 characters, without names.
    pub reason: String,
}

/// Ratings to be set aside.
#[derive(InputObject)]
pub struct RatingsSetAsideInput {
    /// Which ratings, 1 to 100, each once.
    pub rating_ids: Vec<ID>,
    /// For which finding; it must concern all of them. Left out when there is none.
    pub finding_id: Option<ID>,
    /// Why, 1 to 2,000 characters, without names; who gave the rating reads it.
    pub reason: String,
}

/// Ratings to be restored.
#[derive(InputObject)]
pub struct RatingsRestoreInput {
    /// Which ratings, 1 to 100, each once; all of them set aside.
    pub rating_ids: Vec<ID>,
    /// Why, 1 to 2,000 characters, without names.
    pub reason: String,
}

/// What the mutation that asks for a check answers.
#[derive(SimpleObject)]
pub struct IntegrityCheckPayload {
    /// The check; it goes on when the answer is given. Look it up by its id until `finishedAt` is there.
    pub check: Option<IntegrityCheck>,
    /// What is wrong with the input; always empty, since there is none.
    pub user_errors: Vec<UserError>,
}

impl IntegrityCheckPayload {
    /// The payload of a check that was asked for.
    pub fn of(row: integrity_check::Model) -> Self {
        Self { check: Some(IntegrityCheck(row)), user_errors: Vec::new() }
    }
}

payload!(IntegrityFindingPayload { finding: IntegrityFinding(integrity_finding) }, "a finding", by FindingId);

/// What the mutations on ratings in question answer.
#[derive(SimpleObject)]
pub struct RatingsPayload {
    /// The ratings as they stand after the mutation, in the order of the input; empty after a refused one.
    pub ratings: Vec<Rating>,
    /// The finding for which they were set aside, as it stands; null where there is none.
    pub finding: Option<IntegrityFinding>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl RatingsPayload {
    /// The payload of an outcome.
    pub fn of(outcome: Result<Done, Rejected>) -> Self {
        match outcome {
            Ok(done) => Self {
                ratings: done.ratings.into_iter().map(Into::into).collect(),
                finding: done.finding.map(IntegrityFinding),
                user_errors: Vec::new(),
            },
            Err(rejected) => {
                Self { ratings: Vec::new(), finding: None, user_errors: user_errors(rejected.errors) }
            }
        }
    }
}
