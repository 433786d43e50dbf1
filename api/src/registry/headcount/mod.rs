//! How many teachers of a profile a region has in an academic year: the denominator of engagement.
//!
//! Invariants: one figure a region, profile and year; entered, never guessed; more than zero where there is one.
//! Read by everybody, set by the region's operator. A figure below the number of members is a warning beside the
//! engagement, never an error: both are counted by somebody, and either may be out of date.

pub mod graphql;
pub mod loader;
pub mod rules;
pub mod service;
