//! Clusters: organizations of a region that work at one topic together, and the tiers in which their results put them.
//!
//! Invariants: the organizations of a cluster are of its region; a cluster is judged by the indicators that it took up for
//! the year, as these were called and read then; a tier follows from results, plans and the published thresholds alone, by
//! exact arithmetic, and there is none while a result or a plan is missing; who has left a cluster keeps the tiers of the
//! years of which it has results. The region's operator keeps clusters, everybody reads them.

pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod write;
