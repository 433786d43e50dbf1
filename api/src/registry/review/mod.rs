//! Reviews: experts drawn by lot for a submitted practice.
//!
//! Invariants: drawn are experts of the practice's profile who agreed to it, and none who is an author or was a
//! co-author within three years, of an author's community, organization or region, in a declared conflict, at the limit
//! of the own load, one of a pair that assess each other within an academic year, or drawn for the practice already.
//! A draw keeps its seed, its pool and all exclusions with their reasons, so that anybody can do it again; the journal
//! keeps a digest of it. Nobody draws until the experts please: the first experts are drawn once while a practice is
//! submitted, and after that only who is missing. Who declines, declares a conflict or lets the day pass is replaced by
//! another draw at once; where nobody is left the place stays vacant, which those who manage the reviews see. When the
//! practice leaves the state SUBMITTED, open reviews are called off.
//!
//! Who manages them – the community's coordinator, the region's operator, registrar and auditor – sees the experts'
//! names. An expert sees the own reviews and no other expert. Authors see none of it before the publication, whatever
//! their offices.
//!
//! Rows are locked in one order: the practice, [the profile's turn](super::expert::write::take_turn), the review.

pub mod draw;
pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod lot;
pub mod mutations;
pub mod pool;
pub mod rules;
pub mod service;
pub mod write;
