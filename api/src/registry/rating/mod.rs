//! Ratings: 1 to 5 stars and a comment on a published practice.
//!
//! Invariants: one rating per person and practice, changeable; by active members of some weeks only, a limited
//! number a day, never of a practice
//! that one wrote or that one's own community owns; the practice's summary (stars, organizations, sum) is
//! recomputed from its ratings in the same transaction; those that were set aside (see the integrity concept) count in
//! neither and are seen by few. Ratings count by organization: see the ranking's
//! rules.

pub mod graphql;
mod loader;
pub mod rules;
pub mod service;
