//! Keeping registrations in step with other systems: batches by the API, whole files by the import, files out by the
//! export.
//!
//! Invariants: a registration is found again by region, source and external id; an unchanged row writes nothing; a
//! batch is one transaction, and a bad row in it does not stop the good ones; all batches of a region come one after
//! the other, so none is lost and none comes twice; a key that was used answers as it did the first time.

pub mod batch;
pub mod directory;
pub mod export;
pub mod file;
pub mod graphql;
pub mod import;
pub mod lines;
pub mod plan;
pub mod rules;
pub mod service;
