//! What the registry is about, a file per concept.

mod practice_way;
mod rating;
mod access;
mod community;
mod offices;
mod bodies;
mod endings;
mod founding;
mod headcount;
mod lists;
mod setting_up;
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
mod imports;
mod import_refusals;
mod reconcile;
mod exports;
mod personal_data;
