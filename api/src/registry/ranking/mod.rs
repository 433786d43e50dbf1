//! Rankings: method × filter × period.
//!
//! Invariants: `rank` is shared by equals and then skips, `position` is 1..n; tie-breakers order equals and
//! never change a rank; a score is an integer of micro-points, and what is shown is what orders. A page is
//! read from a board kept in the database, so it costs the same wherever it lies; every rebuilding makes a
//! new generation, and a cursor goes on in the generation in which it began.
//!
//! - `rules`: places, pure;
//! - `method`: what the methods are, and how each tells of itself in words;
//! - `board`: how boards are named, read and written;
//! - `build`: how they are made, from the data of `communities` and `practices`;
//! - `job`: follows the journal and rebuilds what a change has made stale.

pub mod board;
mod build;
mod communities;
pub mod graphql;
pub mod job;
mod loader;
pub mod method;
mod practices;
pub mod rules;
pub mod service;
