//! What the registry is about, a file per concept.

mod freshness;
mod paging;
mod ranking;
mod session;
mod statements;
