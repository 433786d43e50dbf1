//! What answers in pieces have in common: the stream behind them, refusals before the first piece, and the one line
//! that the log tells of each.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use futures::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::{
    protocol::{self, MediaType, Problem, codes},
    request_id,
};
use crate::error::{Code, Error};

/// A piece of an answer; an error breaks the transfer off, so that nobody takes a part for the whole.
pub(super) type Piece = Result<web::Bytes, std::io::Error>;

/// The pieces that are sent to a channel, until it is closed.
pub(super) fn of(receive: mpsc::Receiver<Piece>) -> impl Stream<Item = Piece> {
    futures::stream::unfold(receive, |mut receive| async { Some((receive.recv().await?, receive)) })
}

/// A request for a whole file, in or out.
pub(super) struct Asked {
    /// The request's id.
    pub(super) id: String,
    /// Which page was asked.
    operation: &'static str,
    /// Who asked, once that is known.
    pub(super) account: Option<String>,
    started: Instant,
}

impl Asked {
    pub(super) fn of(request: &HttpRequest, operation: &'static str) -> Self {
        Self { id: request_id::of(request), operation, account: None, started: Instant::now() }
    }

    /// The line of the log: never what stands in the file.
    pub(super) fn log(&self, status: StatusCode, rows: u64, outcome: &str) {
        tracing::info!(
            request_id = self.id,
            operation = self.operation,
            account = self.account,
            status = status.as_u16(),
            rows,
            outcome,
            milliseconds = self.started.elapsed().as_secs_f64() * 1000.0,
            "request"
        );
    }

    /// The refusal of the whole request.
    pub(super) fn refuse(&self, mut problem: Problem) -> HttpResponse {
        self.log(problem.status, 0, problem.code);
        let unauthorized = problem.status == StatusCode::UNAUTHORIZED;
        problem.request_id = Some(self.id.clone());
        let mut response: HttpResponse = protocol::render(problem, MediaType::Json).into();
        if unauthorized {
            let value = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }

    /// An error as the status of the whole request.
    pub(super) fn problem(&self, error: Error) -> Problem {
        let status = match error.code() {
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::BadInput | Code::BadId | Code::BadCursor | Code::CursorExpired => StatusCode::BAD_REQUEST,
            Code::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
            Code::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Code::Timeout | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        self.fault(&error);
        Problem::new(status, error.code().name(), error.message())
    }

    /// Logs the cause of a fault of ours, which the caller is not told.
    pub(super) fn fault(&self, error: &Error) {
        if let Error::Internal(cause) = error {
            tracing::error!(request_id = self.id, operation = self.operation, %cause, "fault");
        }
    }
}

/// The parameters behind the address's question mark; `known` lists them.
///
/// # Errors
/// 400 for those that are unknown, missing, given twice or no value of theirs.
pub(super) fn options<T: DeserializeOwned>(request: &HttpRequest, known: &str) -> Result<T, Problem> {
    let read = web::Query::<T>::from_query(request.query_string());
    read.map(web::Query::into_inner).map_err(|error| {
        let why = error.to_string();
        let why = why.strip_prefix("Query deserialize error: ").unwrap_or(&why);
        bad_request(format!("The address's parameters are not understood: {why}. Known are {known}."))
    })
}

/// 400.
pub(super) fn bad_request(message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
}

/// # Errors
/// 405 for any other method.
pub(super) fn only(method: &Method, request: &HttpRequest, allow: &'static str) -> Result<(), Problem> {
    if request.method() == method {
        return Ok(());
    }
    Err(Problem::wrong_method(format!("This address answers to {allow} only."), allow))
}
