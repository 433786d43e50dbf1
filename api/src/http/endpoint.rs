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
use async_graphql::{Request, Response, ServerError, ValidationMode, parser::types::OperationType};
use bytes::Bytes;

use super::{
    answers::{Answers, Begun, Question, Visitors},
    body, caller, compression,
    protocol::{self, MediaType, Problem},
    questions::{Questions, Ready},
    request_id,
};
use crate::{
    app::App,
    auth::Actor,
    db::meter::{Meter, metered},
    error::{Code, Error},
    graphql::{
        Caller, Rests, errors, ids,
        limits::{Guard, Limits},
        schema::{self, RegistrySchema},
    },
};

/// What answers GraphQL requests. Built once; all threads share what it remembers.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) app: App,
    schema: RegistrySchema,
    /// The same, for documents that the first has found valid.
    trusting: RegistrySchema,
    guard: Arc<Guard>,
    questions: Arc<Questions>,
    answers: Arc<Answers>,
}

impl Endpoint {
    /// # Errors
    /// A fault of ours: the guard cannot read our own schema.
    pub(super) fn new(app: App) -> Result<Self, Error> {
        let limits =
            Limits { depth: app.config.query_depth, cost: app.config.query_cost, ..Limits::default() };
        let guard = Guard::new(&schema::sdl(), limits, app.config.introspection).map_err(Error::internal)?;
        let schema = schema::build(app.config.introspection, ValidationMode::Strict);
        let trusting = schema::build(app.config.introspection, ValidationMode::Fast);
        let (questions, answers) = (Arc::new(Questions::new()), Arc::new(Answers::new(&app)));
        Ok(Self { app, schema, trusting, guard: Arc::new(guard), questions, answers })
    }

    /// The same for the thread of this number.
    pub(super) fn of_thread(&self, number: usize) -> Self {
        let mut of_thread = self.clone();
        of_thread.app.db = self.app.db.of_thread(number);
        of_thread
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
    let asked = match endpoint.read(&request, payload).await {
        Ok(asked) => asked,
        Err(problem) => return refuse(problem, media, &id),
    };
    let begun = Begun::now(&endpoint.app);
    let question = Question::of(&request, media, asked.bytes(&request));
    let asks = question.as_ref().and_then(|question| Visitors::of(&request, question));
    if let Some(kept) = asks.and_then(|asks| endpoint.answers.find(asks, begun)) {
        tracing::info!(
            request_id = id,
            operation = kept.operation,
            kind = "query",
            kept = true,
            statements = 0,
            milliseconds = started.elapsed().as_secs_f64() * 1000.0,
            "request"
        );
        return kept.answer(&request);
    }
    let outcome =
        metered(Arc::clone(&meter), endpoint.answer(&request, asked, question.as_ref(), &id, &mut told))
            .await;
    match outcome {
        Ok(response) => {
            let errors = response.errors.len();
            let answer = protocol::render(response, media);
            tracing::info!(
                request_id = id,
                operation = told.operation,
                kind = told.kind,
                account = told.account,
                status = answer.status.as_u16(),
                errors,
                cost = told.cost,
                depth = told.depth,
                statements = meter.load(Ordering::Relaxed),
                milliseconds = started.elapsed().as_secs_f64() * 1000.0,
                "request"
            );
            let asks = asks.filter(|_| errors == 0 && told.kind == "query");
            let kept = asks.and_then(|asks| endpoint.answers.keep(asks, &answer, begun, told.operation));
            match kept {
                Some(kept) => kept.answer(&request),
                None => compression::respond(answer, &request, |body| compression::gzip(body)),
            }
        }
        Err(problem) => refuse(problem, media, &id),
    }
}

/// What came in, before anybody has looked at it: the body of a POST; all of a GET stands in its address.
struct Asked(Bytes);

impl Asked {
    /// What tells this question from others.
    fn bytes<'a>(&'a self, request: &'a HttpRequest) -> &'a [u8] {
        if *request.method() == Method::POST { &self.0 } else { request.query_string().as_bytes() }
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
    async fn read(&self, request: &HttpRequest, payload: web::Payload) -> Result<Asked, Problem> {
        match *request.method() {
            Method::POST => Ok(Asked(body::read(payload, self.app.config.body_bytes).await?)),
            Method::GET => Ok(Asked(Bytes::new())),
            _ => Err(Problem::wrong_method("Send GraphQL by POST, or a query by GET.", "GET, POST")),
        }
    }

    async fn answer(
        &self,
        request: &HttpRequest,
        Asked(body): Asked,
        question: Option<&Question>,
        id: &str,
        told: &mut Told,
    ) -> Result<Response, Problem> {
        let known = question.and_then(|question| self.questions.find(question));
        let is_valid = known.is_some();
        let ready = match known {
            Some(ready) => ready,
            None => {
                let params = match *request.method() {
                    Method::POST => protocol::read_post(header_text(request, &header::CONTENT_TYPE), &body)?,
                    _ => protocol::read_get(request.query_string())?,
                };
                match Ready::read(&self.guard, params) {
                    Ok(ready) => Arc::new(ready),
                    Err(refusal) => return Ok(finish(Response::from_errors(vec![refusal.into()]), id)),
                }
            }
        };
        protocol::may_run(request.method(), ready.kind)?;
        told.operation.clone_from(&ready.operation);
        told.cost = ready.cost;
        told.depth = ready.depth;
        told.kind = match ready.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let now = self.app.clock.now();
        let actor = caller::actor(&self.app, request, id, now).await?;
        told.account = actor.identity.as_ref().map(|identity| ids::encode(identity.account).0);
        let mut response = self.run(&ready, is_valid, actor).await;
        if let Some(question) = question.filter(|_| !is_valid && !protocol::is_request_error(&response)) {
            self.questions.keep(question.clone(), Arc::clone(&ready));
        }
        if let Some(plan) = &ready.plan {
            plan.complete(&mut response);
        }
        Ok(finish(response, id))
    }

    /// Runs a question; one that is known to be valid is not examined again.
    async fn run(&self, ready: &Ready, is_valid: bool, actor: Actor) -> Response {
        let writing = ready.kind == OperationType::Mutation;
        let rests = Rests::default();
        let caller = Caller::new(self.app.clone(), actor, writing, &rests);
        let mut request = Request::new(String::new()).variables(ready.variables.clone()).data(caller);
        request.operation_name.clone_from(&ready.operation);
        request.set_parsed_query(ready.document.clone());
        let schema = if is_valid { &self.trusting } else { &self.schema };
        let within = Duration::from_secs(self.app.config.request_seconds.into());
        match tokio::time::timeout(within, rests.of(schema.execute(request))).await {
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
