//! HTTP: actix and nothing else knows it. The protocol of GraphQL over HTTP, the endpoint that runs it, the
//! page to try it on, the tokens of clients, files in and out, health, and the server around them.

mod answers;
mod body;
mod caller;
mod client_credentials;
mod compression;
mod download;
mod endpoint;
mod export;
pub mod graphiql;
mod import;
mod import_events;
pub mod protocol;
mod questions;
mod report;
mod request_id;
pub mod server;
mod service_pages;
mod stream;
mod token;
mod upload;
