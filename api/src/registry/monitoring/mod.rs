//! Monitoring: the institute's yearly report, made of what the registry knows and what communities return.

pub mod amount;
pub mod report;
