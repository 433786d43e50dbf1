//! The registry's tests: through its public door, over HTTP, on both databases.
//!
//! `support` holds what tests are written with; every other folder holds tests, named as sentences.

#[macro_use]
#[expect(dead_code, reason = "factories stand ready for tests to come")]
mod support;
mod policy;
mod cli;
mod demo;
mod http;
mod imports;
mod migrations;
mod practice_walk;
mod registry;
mod schema;
mod tidy;
