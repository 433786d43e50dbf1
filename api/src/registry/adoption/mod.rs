//! Adoptions: an organization elsewhere uses a practice, and says with what result.
//!
//! Invariants: one adoption per organization and practice, which may be declared again after it was declined or
//! withdrawn; declared by an active member for the organization of the registration, never for one in which an author
//! works; confirmed or declined by the coordinator of the member's community, who is not the one who declared it.
//! Everybody sees the confirmed ones, and only these count. What is confirmed or withdrawn is told of the practice as
//! well, so that its followers and rankings take notice.

pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod write;
