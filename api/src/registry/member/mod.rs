//! Registrations of persons in communities. Personal data: read by the person, by the offices of the
//! community in their scope, by the region's operator and by the auditor; everybody else sees counts.
//!
//! Invariants: found only through `member::Entity::visible`; a registration lies in a municipality of the
//! community's region.

pub mod graphql;
mod loader;
pub mod rules;
pub mod service;
