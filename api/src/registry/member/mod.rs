//! Registrations of persons in communities. Personal data: read by the person, by the offices of the
//! community in their scope, by the region's operator and by the auditor; everybody else sees counts.
//!
//! Invariants: found only through `member::Entity::visible`; a registration lies in a municipality of the
//! community's region; a person has one registration at most in a community that awaits confirmation or is in force;
//! whoever changes registrations has the region's turn (`ledger`); `member_count` of the community counts those in
//! force; after an erasure nobody finds the registration any more, and the counts of the days before stand.

pub mod graphql;
pub mod inputs;
pub mod ledger;
mod loader;
pub mod mutations;
pub mod people;
pub mod rules;
pub mod service;
pub mod write;
pub mod erase;
