//! What all concepts share on the GraphQL side.

pub mod limits;
