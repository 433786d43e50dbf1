//! Monitoring: the institute's yearly report, made of what the registry knows and what communities return.
//!
//! Invariants: a figure that was corrected keeps both values, and the reason; nothing is counted back from a share; an
//! amount is exact to the millionth; the query, the frozen report and every file of it are written from one value.

pub mod accept;
pub mod amount;
pub mod checks;
pub mod difference;
pub mod figures;
pub mod gather;
pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod known;
pub mod making;
pub mod mutations;
pub mod report;
pub mod report_graphql;
pub mod rows_graphql;
pub mod rules;
pub mod service;
pub mod whole;
pub mod write;
