//! Indicators: what a region plans and reaches in a year. Data, not code: formulas over named figures.
//!
//! Invariants: a figure has one code everywhere; a version of an indicator never changes, and the next one holds from the
//! next academic year on; a formula is checked when it is saved, and computed exactly; what cannot be computed has no
//! value and says why, never 0 or 100; without a plan there is no verdict.

pub mod figures;
pub mod graphql;
pub mod inputs;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod versions;
pub mod write;
