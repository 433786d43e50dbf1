//! The pool of experts: who has agreed to assess practices of a profile, and how many at a time.
//!
//! Invariants: a person is put forward by a community – one of its members, or an employee of its region's institute –
//! and nothing is drawn for it until it has agreed, with a limit of its own; in a profile a person has one place at
//! most that has not ended; a place ends when no review is open, and is kept. The role of an expert follows from the
//! place, as those of offices follow from appointments.
//!
//! Every change of a pool, and every draw from it, first takes [the profile's turn](write::take_turn): what was counted
//! then holds until it is written. Coordinators nominate and release, with the operator of the region; the person
//! itself agrees and resigns.

pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod write;
