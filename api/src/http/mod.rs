//! HTTP: actix and nothing else knows it. The protocol of GraphQL over HTTP, the endpoint that runs it, the
//! page to try it on, the tokens of clients, files in and out, health, and the server around them.

mod body;
mod caller;
mod client_credentials;
mod download;
mod endpoint;
mod export;
pub mod graphiql;
mod import;
pub mod protocol;
mod report;
mod request_id;
pub mod server;
mod service_pages;
mod stream;
mod token;
mod upload;
