//! The journal as its readers see it: who changed what, when, and how it was before; and the feed that others follow.
//!
//! Invariants: it holds no personal data, which an erasure could not reach; written by `db::Tx::commit` alone, in the transaction of the change; positions have no gap
//! and stand in the order of commits; found only through `journal::Entity::visible`.

pub mod changes;
pub mod feed;
pub mod graphql;
pub mod service;
