//! A professional community: region + profile, with its links, papers and figures.
//!
//! Invariants: the slug is unique; `practice_count` and `member_count` are kept by the transactions that
//! change what they count. Read by everybody; personal data of members is another concept's.

pub mod graphql;
mod loader;
pub mod rules;
pub mod service;
