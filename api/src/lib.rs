//! The registry of professional teacher communities and their practices.

// Each concept's queries and mutations wrap those of the others in one more future.
#![recursion_limit = "256"]

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod files;
pub mod graphql;
pub mod http;
pub mod registry;
pub mod reports;
pub mod tables;
pub mod text;

/// Answers are made of many small pieces, on several threads: the system's allocator is slower at that, and keeps more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
