//! Where and for whom: regions with their municipalities, organizations, and the federal list of profiles.
//!
//! Invariants: a region is known by its ISO 3166-2 code, a profile by its code, and neither changes; a
//! municipality's name is unique in its region, an organization's in its municipality; what is in the archive has
//! no living things hanging on it, stands in no list, and nothing new refers to it; nothing is deleted. Read by
//! everybody; regions and profiles are kept by the federal registrar, the rest by the region's operator, too.

pub mod graphql;
mod inputs;
mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
mod write;
