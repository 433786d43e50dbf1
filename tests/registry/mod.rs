//! What the registry is about, a file per concept.

mod practice_way;
mod rating;
mod community;
mod offices;
mod bodies;
mod endings;
mod freshness;
mod integrators;
mod paging;
mod ranking;
mod session;
mod visibility;
mod statements;
mod sync;
mod members;
mod changes;
