//! Indicators: what a region plans and reaches in a year, computed from figures by formulas that are data.
//!
//! Invariants: a figure has one code everywhere.

pub mod figures;
