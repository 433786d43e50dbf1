//! HTTP: the protocol of GraphQL over it, and the page to try it on.

pub mod graphiql;
pub mod protocol;
