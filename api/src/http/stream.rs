//! What answers in pieces have in common: the stream behind them, and refusals before the first piece.

use actix_web::{HttpResponse, http::StatusCode, http::header, web};
use futures::Stream;
use tokio::sync::mpsc;

use super::protocol::{self, MediaType, Problem};
use crate::error::{Code, Error};

/// A piece of an answer; an error breaks the transfer off, so that nobody takes a part for the whole.
pub(super) type Piece = Result<web::Bytes, std::io::Error>;

/// The pieces that are sent to a channel, until it is closed.
pub(super) fn of(receive: mpsc::Receiver<Piece>) -> impl Stream<Item = Piece> {
    futures::stream::unfold(receive, |mut receive| async { Some((receive.recv().await?, receive)) })
}

/// The refusal of a whole request.
pub(super) fn refuse(mut problem: Problem, id: &str) -> HttpResponse {
    tracing::info!(request_id = id, status = problem.status.as_u16(), code = problem.code, "refused");
    let unauthorized = problem.status == StatusCode::UNAUTHORIZED;
    problem.request_id = Some(id.to_owned());
    let mut response: HttpResponse = protocol::render(problem, MediaType::Json).into();
    if unauthorized {
        let value = header::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// An error as the status of a whole request.
pub(super) fn problem(error: Error) -> Problem {
    if let Error::Internal(cause) = &error {
        tracing::error!(%cause, "fault");
    }
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
    Problem::new(status, error.code().name(), error.message())
}
