//! Accounts: signing in and out, and what the signed-in caller is told of itself.
//!
//! Invariants: passwords are kept as argon2id hashes; a refresh token is kept as a hash and used once, a
//! second use revokes its whole family; a revoked session or closed account lets nobody in from the next
//! request on.

pub mod graphql;
pub mod service;
