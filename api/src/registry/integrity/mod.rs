//! Integrity: a check, nightly and on demand, that finds ratings which look arranged and texts that are nearly
//! copies, and what the federal registrar does about them.
//!
//! Invariants: what is found is a sign, never a verdict, and changes nothing by itself; what is found again is the
//! same finding; one that was decided is opened anew only when as much has come to it as would make a finding by
//! itself. A rating that was set aside stays where it is, is seen by the registrar, the auditor and who gave it, counts
//! nowhere, and can be restored; both are in the journal. At most one check is unfinished, whatever the number of
//! processes. `rules` and `shingles` hold what is looked for, with the thresholds; `gather` reads it, `check` keeps
//! it, `job` runs it.

mod check;
mod gather;
pub mod graphql;
mod inputs;
pub mod job;
mod loader;
pub mod mutations;
pub mod rules;
mod service;
pub mod shingles;
mod write;
