//! Indicators: what a region plans and reaches in a year, computed from figures by formulas that are data.
//!
//! A figure is a named number; an indicator is a formula over figures, or the figure with its own code, which somebody
//! enters. The federal registrar keeps figures and the federation's indicators, a region's operator its own indicators and
//! all plans of the region; everybody reads.
//!
//! Invariants: a figure and an indicator have one code everywhere; a version of an indicator never changes, and a later
//! one holds from the next academic year on at the earliest; every figure of a formula that was saved is known; a share
//! has a denominator; what is not known makes no value, never 0 and never 100; all arithmetic is exact.
//!
//! Units of the shipped catalogue: what begins with «доля» or tells a «увеличение доли» is PERCENT, all else – numbers,
//! growth, extent («степень»), presence («наличие») – is NUMBER.

pub mod figures;
pub mod formula;
pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod versions;
pub mod write;
