//! Editions: the texts with which a practice was handed in.
//!
//! Invariants: every submission freezes the text as an edition, and an edition never changes; it bears the practice's
//! version, by which ratings, decisions and assessments say what they judged; a text that comes back and is handed in
//! again unchanged is the same edition. Found only through `practice_edition::Entity::visible`.

pub mod graphql;
mod loader;
pub mod rules;
pub mod service;
