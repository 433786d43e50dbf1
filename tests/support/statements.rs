//! How many SQL statements a request ran: read from the line that the endpoint logs of every request. All that the
//! server logs when nobody says otherwise is heard here, and handed on to [`super::log`].

use std::{
    collections::HashMap,
    sync::{Mutex, Once, PoisonError},
};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};
use uuid::Uuid;

use super::{actor::Actor, client::Answer};

/// Statements by request id.
static COUNTED: Mutex<Option<HashMap<String, u64>>> = Mutex::new(None);

/// Sends a request and tells how many statements it ran beside its answer.
pub async fn counted(actor: &Actor, document: &str, variables: Value) -> (Answer, u64) {
    listen();
    let id = Uuid::now_v7().simple().to_string();
    let mut request = actor
        .client
        .request(Method::POST, "/graphql")
        .header("accept", "application/graphql-response+json")
        .header("x-request-id", &id)
        // With a comment of its own it is asked for the first time, and its answer is made for it.
        .json(&json!({ "query": format!("{document}\n# {id}"), "variables": variables }));
    if let Some(token) = &actor.token {
        request = request.bearer_auth(token);
    }
    let answer = Answer::of(request.send().await.unwrap()).await;
    (answer, taken(&id))
}

/// The same for any other request that is logged with its statements.
pub async fn counted_request(request: RequestBuilder) -> (Answer, u64) {
    listen();
    let id = Uuid::now_v7().simple().to_string();
    let answer = Answer::of(request.header("x-request-id", &id).send().await.unwrap()).await;
    (answer, taken(&id))
}

fn taken(id: &str) -> u64 {
    let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    counted.get_or_insert_default().remove(id).expect("a line of the log with the request's id")
}

/// The statements of a query whose answer must be without errors: the fewest of some times, because a batch
/// is closed by the clock, and a busy machine may tear one in two.
pub async fn statements(actor: &Actor, document: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..6 {
        let (answer, statements) = counted(actor, document, json!({})).await;
        answer.data();
        fewest = fewest.min(statements);
    }
    fewest
}

/// From now on every request of this process is listened to: its line is written in the server's thread.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let heard = tracing_subscriber::registry().with(Endpoint);
        tracing::subscriber::set_global_default(heard).expect("nobody else listens");
    });
}

/// Hears what the server's own filter lets through.
struct Endpoint;

fn concerns(metadata: &Metadata<'_>) -> bool {
    let ours = metadata.target().starts_with("api") && *metadata.level() <= Level::INFO;
    ours || *metadata.level() <= Level::WARN
}

impl<S: Subscriber> Layer<S> for Endpoint {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if concerns(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        concerns(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        if super::log::is_listening() {
            super::log::hear(&line.text);
        }
        if let (Some(id), Some(statements)) = (line.request_id, line.statements) {
            let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
            counted.get_or_insert_default().insert(id, statements);
        }
    }
}

#[derive(Default)]
struct Line {
    request_id: Option<String>,
    statements: Option<u64>,
    /// All fields, one after the other.
    text: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text += &format!("{field}={value} ");
        if field.name() == "request_id" {
            self.request_id = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "statements" {
            self.statements = Some(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.text += &format!("{field}={value:?} ");
    }
}
