//! The inputs and the payload of the mutations on the pool of experts.

use async_graphql::{ID, InputObject};

use super::graphql::Expert;
use crate::graphql::payload;

/// Somebody to be put forward by a community: exactly one of a member and an employee.
#[derive(InputObject)]
pub struct ExpertNominateInput {
    /// By which community; the person comes into the pool of its profile.
    pub community_id: ID,
    /// The person of this registration in the community, which is in force.
    pub member_id: Option<ID>,
    /// This employee of the region's institute.
    pub employee_id: Option<ID>,
}

/// The person's consent.
#[derive(InputObject)]
pub struct ExpertConsentInput {
    /// Which place in the pool.
    pub expert_id: ID,
    /// How many reviews the person takes at a time, 1 to 20.
    pub load_limit: i32,
}

/// The end of a place in the pool, by the person.
#[derive(InputObject)]
pub struct ExpertResignInput {
    /// Which place in the pool.
    pub expert_id: ID,
}

/// The end of a place in the pool, by those who nominate.
#[derive(InputObject)]
pub struct ExpertReleaseInput {
    /// Which place in the pool.
    pub expert_id: ID,
}

payload!(ExpertPayload { expert: Expert(expert) }, "a place in the pool of experts", by ExpertId);
