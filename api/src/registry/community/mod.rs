//! A professional community: region + profile, with its links, papers and figures.
//!
//! Invariants: the slug is unique and never changes, nor do region and profile; `practice_count` and
//! `member_count` are kept by the transactions that change what they count; the supervising department is a unit of
//! the region's institute; a community in the archive changes no more until it is taken out, accepts no new
//! practices, registrations or appointments, and stands in no list and no ranking. Read by everybody; founded and
//! archived by the region's operator, changed by its coordinator, too, registered by the federal registrar.
//! Personal data of members is another concept's.

pub mod graphql;
mod inputs;
mod loader;
pub mod mutations;
mod papers;
pub mod rules;
pub mod service;
pub mod write;
