//! Rankings: method × filter × period.
//!
//! Invariants: `rank` is shared by equals and then skips, `position` is 1..n; tie-breakers order equals and
//! never change a rank; a score is an integer of micro-points, and what is shown is what orders. A page is
//! read from a board kept in the database, so it costs the same wherever it lies; every rebuilding makes a
//! new generation, and a cursor goes on in the generation in which it began. A version of a method never changes, and a
//! new one holds from the next academic year on. The boards of a closed year are frozen: a correction is a revision
//! beside them, and what stood there before can still be read.
//!
//! Versions are published, years closed and revised by the federal registrar.
//!
//! - `rules`: places, pure, and when a year may be closed;
//! - `method`: what the methods are, and how each tells of itself in words; `formula`: how each computes, pure;
//!   `versions`: which version holds in which year;
//! - `spec`: how boards are named; `board`: how they are read and written;
//! - `field`: who takes part (`entrant`), read by `communities`, `practices`, `experts` and `regions`, and what a process
//!   remembers of it; `build`: how boards are made of that;
//! - `job`: follows the journal and rebuilds what a change has made stale; `touched`: what that is;
//! - `freeze`: the closing of a year and its revisions; `frozen`: how frozen boards are found again;
//! - `verify`: recomputes all of it.

pub mod board;
pub mod build;
mod communities;
pub mod entrant;
mod experts;
pub mod explanation;
pub mod field;
mod formula;
pub mod freeze;
pub mod frozen;
pub mod graphql;
pub mod history;
pub mod history_graphql;
pub mod inputs;
pub mod job;
mod loader;
pub mod method;
pub mod mutations;
mod practices;
mod regions;
pub mod rules;
pub mod service;
pub mod spec;
mod touched;
pub mod verify;
pub mod versions;
pub mod write;
