//! Accounts: opening them, signing in and out, explicit rights, what the signed-in caller is told of itself, and the
//! service accounts of other systems with their secrets.
//!
//! Invariants: a login is unique; a person has one open account, and nobody opens it who does not care for all that
//! the person may do; explicit rights are those that nobody can infer, given and ended by the federal registrar, each
//! with the scope that it needs; passwords are kept as argon2id hashes; a refresh token is kept as a hash and used once, a
//! second use revokes its whole family; a revoked session or closed account lets nobody in from the next
//! request on. A service account is nobody's (no person), has no password and is of one region; its secrets are
//! random, shown once and kept as hashes; the session of a client ends with its access token.

pub mod clients;
mod grants;
pub mod graphql;
mod inputs;
pub mod integrators;
pub mod integrators_graphql;
pub mod loader;
pub mod mutations;
mod open;
pub mod rules;
pub mod service;
