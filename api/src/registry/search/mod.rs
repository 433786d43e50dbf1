//! The search: practices and communities by their words, in Russian and English, in any grammatical form.
//!
//! Invariants: what is found, in which order and why is the same on every database, since words are folded, stemmed and
//! weighed here and the index is an ordinary table; the index of a thing is written in the transaction that writes the
//! thing; whether a caller may see what was found is asked of the thing itself, in the same statement; suggestions are
//! words that everybody may see now. The index is of the version that `index` names, or it is made anew.

pub mod graphql;
pub mod index;
pub mod rules;
pub mod service;
pub mod snippet;
pub mod spelling;
