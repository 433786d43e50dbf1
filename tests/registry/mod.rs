//! What the registry is about, a file per concept.

mod practice_way;
mod rating;
mod community;
mod freshness;
mod integrators;
mod paging;
mod ranking;
mod session;
mod visibility;
mod statements;
