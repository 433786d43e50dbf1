//! Where and for whom: regions with their municipalities, organizations, and the federal list of profiles.
//!
//! Invariants: a region is known by its ISO 3166-2 code; a municipality's name is unique in its region.
//! Reference data: read by everybody, changed by nobody yet but the demonstration data set.

pub mod graphql;
mod loader;
pub mod service;
