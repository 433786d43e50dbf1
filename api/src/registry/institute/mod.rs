//! The regional operator and its departments.
//!
//! Invariants: one institute a region; a department supervises communities and may own practices itself.
//! Reference data: read by everybody, changed by nobody yet but the demonstration data set.

pub mod graphql;
pub mod loader;
