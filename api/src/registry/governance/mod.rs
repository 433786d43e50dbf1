//! Offices: coordinator, chair, presidium, council. Every office is an appointment: person × office ×
//! community (× municipality for the council) × term × order.
//!
//! Invariants: an office holder's name is public; there is one coordinator, one chair and one representative of
//! a municipality at a time; a presidium has ten members at most on every day, and is complete with eight; a
//! council is complete when every municipality of the region that is not in the archive has a representative;
//! an ended term keeps its row. Rights follow from appointments in force (see `auth::actor`), so whoever leaves
//! an office has lost its rights with the next request.
//!
//! `rules` and `terms` decide, `write` appoints, ends and confirms, `endings` ends what somebody who leaves or
//! moves can hold no longer, `bodies` shows presidium and council.

pub mod bodies;
pub mod endings;
pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod terms;
pub mod write;
