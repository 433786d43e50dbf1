//! Accounts: signing in and out, what the signed-in caller is told of itself, and the service accounts of other
//! systems with their secrets.
//!
//! Invariants: passwords are kept as argon2id hashes; a refresh token is kept as a hash and used once, a
//! second use revokes its whole family; a revoked session or closed account lets nobody in from the next
//! request on. A service account is nobody's (no person), has no password and is of one region; its secrets are
//! random, shown once and kept as hashes; the session of a client ends with its access token.

pub mod clients;
pub mod graphql;
pub mod integrators;
pub mod integrators_graphql;
pub mod loader;
pub mod rules;
pub mod service;
