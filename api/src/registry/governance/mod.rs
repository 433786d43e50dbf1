//! Offices: coordinator, chair, presidium, council. Every office is an appointment: person × office ×
//! community (× municipality for the council) × term × order.
//!
//! Invariants: an office holder's name is public; a presidium is complete with 8 to 10 members; a council
//! is complete when every municipality of the region has a representative; an ended term keeps its row.
//! Rights follow from appointments in force (see `auth::actor`).

pub mod graphql;
pub mod loader;
pub mod rules;
