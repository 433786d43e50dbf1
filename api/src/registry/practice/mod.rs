//! Practices: described ways of working that others can repeat; written by members, reviewed by the
//! presidium, published in the federal registry with a number.
//!
//! Invariants: a practice moves only along the steps of `rules`; the number is given at publication and
//! never again to another; the text changes only in the hands of its authors, and only with the version
//! they have seen; a return, rejection, withdrawal or annulment has a reason, kept for ever; the owning
//! community's `practice_count` changes in the same transaction. Found only through
//! `practice::Entity::visible`.

pub mod graphql;
mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod write;
