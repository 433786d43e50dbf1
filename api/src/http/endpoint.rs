//! The GraphQL endpoint: reads a request, lets the guard look at it, finds out who calls, runs it, and answers
//! by the protocol.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use async_graphql::{Request, Response, ServerError, parser::types::OperationType};

use super::{
    body, caller,
    protocol::{self, GraphqlParams, MediaType, Problem},
    request_id,
};
use crate::{
    app::App,
    auth::Actor,
    db::meter::{Meter, metered},
    error::{Code, Error},
    graphql::{
        Caller,
        complete::Plan,
        errors, ids,
        limits::{Checked, Guard, Limits},
        prepare::prepare,
        schema::{self, RegistrySchema},
    },
};

/// What answers GraphQL requests. Built once; shared by all workers.
pub(super) struct Endpoint {
    pub(super) app: App,
    schema: RegistrySchema,
    guard: Guard,
}

impl Endpoint {
    /// # Errors
    /// A fault of ours: the guard cannot read our own schema.
    pub(super) fn new(app: App) -> Result<Self, Error> {
        let limits =
            Limits { depth: app.config.query_depth, cost: app.config.query_cost, ..Limits::default() };
        let guard = Guard::new(&schema::sdl(), limits, app.config.introspection).map_err(Error::internal)?;
        let schema = schema::build(app.config.introspection);
        Ok(Self { app, schema, guard })
    }
}

/// What the log line of a request tells beside its outcome. Never the document or its variables: they hold
/// passwords and personal data.
#[derive(Default)]
struct Told {
    operation: Option<String>,
    kind: &'static str,
    cost: u64,
    depth: usize,
    account: Option<String>,
}

/// `GET` and `POST /graphql`.
pub(super) async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let started = Instant::now();
    let id = request_id::of(&request);
    let meter = Meter::default();
    let mut told = Told::default();
    let media = match protocol::negotiate(header_text(&request, &header::ACCEPT)) {
        Ok(media) => media,
        Err(problem) => return refuse(problem, MediaType::Json, &id),
    };
    let outcome = metered(Arc::clone(&meter), endpoint.answer(&request, payload, &id, &mut told)).await;
    match outcome {
        Ok(response) => {
            let errors = response.errors.len();
            let response: HttpResponse = protocol::render(response, media).into();
            tracing::info!(
                request_id = id,
                operation = told.operation,
                kind = told.kind,
                account = told.account,
                status = response.status().as_u16(),
                errors,
                cost = told.cost,
                depth = told.depth,
                statements = meter.load(Ordering::Relaxed),
                milliseconds = started.elapsed().as_secs_f64() * 1000.0,
                "request"
            );
            response
        }
        Err(problem) => refuse(problem, media, &id),
    }
}

fn refuse(mut problem: Problem, media: MediaType, id: &str) -> HttpResponse {
    tracing::info!(request_id = id, status = problem.status.as_u16(), code = problem.code, "refused");
    let unauthorized = problem.status == StatusCode::UNAUTHORIZED;
    problem.request_id = Some(id.to_owned());
    let mut response: HttpResponse = protocol::render(problem, media).into();
    if unauthorized {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            header::HeaderValue::from_static("Bearer error=\"invalid_token\""),
        );
    }
    response
}

impl Endpoint {
    async fn answer(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        id: &str,
        told: &mut Told,
    ) -> Result<Response, Problem> {
        let params = match *request.method() {
            Method::POST => {
                let body = body::read(payload, self.app.config.body_bytes).await?;
                protocol::read_post(header_text(request, &header::CONTENT_TYPE), &body)?
            }
            Method::GET => protocol::read_get(request.query_string())?,
            _ => return Err(Problem::wrong_method("Send GraphQL by POST, or a query by GET.", "GET, POST")),
        };
        let read = self.guard.read(&params.query, params.operation_name.as_deref(), &params.variables);
        let mut checked = match read {
            Ok(checked) => checked,
            Err(refusal) => return Ok(finish(Response::from_errors(vec![refusal.into()]), id)),
        };
        protocol::may_run(request.method(), checked.kind)?;
        told.operation.clone_from(&checked.operation_name);
        told.cost = checked.cost;
        told.depth = checked.depth;
        told.kind = match checked.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let now = self.app.clock.now();
        let actor = caller::actor(&self.app, request, id, now).await?;
        told.account = actor.identity.as_ref().map(|identity| ids::encode(identity.account).0);
        let plan =
            checked.operation().map(|operation| Plan::new(self.guard.index(), &checked.document, operation));
        prepare(self.guard.index(), &mut checked.document, &params.variables);
        let mut response = self.run(params, checked, actor).await;
        if let Some(plan) = plan {
            plan.complete(&mut response);
        }
        Ok(finish(response, id))
    }

    async fn run(&self, params: GraphqlParams, checked: Checked, actor: Actor) -> Response {
        let writing = checked.kind == OperationType::Mutation;
        let caller = Caller::new(self.app.clone(), actor, writing);
        let mut request = Request::new(params.query).variables(params.variables).data(caller);
        request.operation_name = checked.operation_name;
        request.set_parsed_query(checked.document);
        let within = Duration::from_secs(self.app.config.request_seconds.into());
        match tokio::time::timeout(within, self.schema.execute(request)).await {
            Ok(response) => response,
            Err(_) => {
                let seconds = within.as_secs();
                let advice = if writing {
                    "Whether the change was made is not known: look before you repeat it."
                } else {
                    "Ask for less at once."
                };
                let error = Error::Refused(
                    Code::Timeout,
                    format!("The answer took longer than {seconds} seconds and was given up. {advice}"),
                );
                Response::from_errors(vec![
                    async_graphql::Error::from(error).into_server_error(Default::default()),
                ])
            }
        }
    }
}

/// Makes the errors of an answer fit to leave.
fn finish(mut response: Response, id: &str) -> Response {
    response.errors =
        response.errors.into_iter().map(|error: ServerError| errors::finish(error, id)).collect();
    response
}

fn header_text<'a>(request: &'a HttpRequest, name: &header::HeaderName) -> Option<&'a str> {
    // What is no text is no media type either: it reads as one that nobody serves.
    request.headers().get(name).map(|value| value.to_str().unwrap_or("?"))
}
