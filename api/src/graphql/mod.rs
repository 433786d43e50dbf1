//! What all concepts share on their way through GraphQL: the root lists, connections, ids, scalars, errors.

pub mod caller;
pub mod complete;
pub mod connection;
pub mod errors;
pub mod ids;
pub mod index;
pub mod limits;
mod payload;
pub mod prepare;
pub mod rests;
pub mod scalars;
pub mod schema;

pub use caller::Caller;
pub(crate) use payload::payload;
pub use rests::Rests;
