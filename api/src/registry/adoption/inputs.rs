//! The inputs and the payload of the mutations on adoptions.

use async_graphql::{ID, InputObject, SimpleObject};
use entity::adoption;

use super::graphql::Adoption;
use crate::{
    error::Rejected,
    graphql::{
        errors::{UserError, user_errors},
        scalars::Date,
    },
};

/// That the caller's organization uses a practice.
#[derive(InputObject)]
pub struct AdoptionDeclareInput {
    /// Which practice; a published one.
    pub practice_id: ID,
    /// As a member of which community: the organization is the one that the registration there names, and the
    /// community's coordinator confirms.
    pub community_id: ID,
    /// Since when the organization uses it; not in the future.
    pub adopted_on: Date,
    /// What came of it, 1 to 2,000 characters.
    pub result: String,
}

/// An adoption to be confirmed.
#[derive(InputObject)]
pub struct AdoptionConfirmInput {
    /// Which adoption.
    pub adoption_id: ID,
}

/// An adoption to be declined or withdrawn.
#[derive(InputObject)]
pub struct AdoptionReasonInput {
    /// Which adoption.
    pub adoption_id: ID,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

/// What a mutation of an adoption answers.
#[derive(SimpleObject)]
pub struct AdoptionPayload {
    /// The adoption as it stands after the mutation; after a refused step, as it stands for the caller to go on from.
    pub adoption: Option<Adoption>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl AdoptionPayload {
    /// The payload of an outcome; `current` is what stands after a refused step.
    pub fn of(outcome: Result<adoption::Model, Rejected>, current: Option<adoption::Model>) -> Self {
        match outcome {
            Ok(row) => Self { adoption: Some(Adoption(row)), user_errors: Vec::new() },
            Err(rejected) => {
                Self { adoption: current.map(Adoption), user_errors: user_errors(rejected.errors) }
            }
        }
    }
}
