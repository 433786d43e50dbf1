//! Events: seminars, webinars, contests, publications of one or several communities.
//!
//! Invariants: an event is counted once, for its leading community, in the academic year of its first day, and only when
//! that day has come; chair and coordinator of that community enter it; the same title on the same day is entered once,
//! unless somebody says that it is another event; what was removed counts nowhere and is kept with its reason; who
//! took part is told as a number, as registrations of members – each person once –, or both, and then the number is not
//! smaller; what nobody told is unknown, never zero.

pub mod graphql;
pub mod import;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod participants;
pub mod rules;
pub mod service;
pub mod write;
