//! What the registry is about, a file per concept.

mod practice_way;
mod rating;
mod session;
mod visibility;
