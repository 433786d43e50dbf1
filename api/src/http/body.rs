//! A request's body as a whole: not larger than it may be, and not slower.

use std::time::Duration;

use actix_web::{http::StatusCode, web};

use super::protocol::{Problem, codes};
use crate::error::Code;

/// How long a sender may take for a request's body.
const WITHIN: Duration = Duration::from_secs(10);

/// Reads the body, of at most `limit` bytes.
///
/// # Errors
/// 413 for a larger one, 408 for a slower one, 400 for one that breaks off.
pub(super) async fn read(payload: web::Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let too_large = || {
        let message = format!("The request's body is too large; at most {limit} bytes are allowed.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::LimitExceeded.name(), message)
    };
    match tokio::time::timeout(WITHIN, payload.to_bytes_limited(limit)).await {
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            Code::Timeout.name(),
            "The request's body took too long to arrive.",
        )),
        Ok(Err(_)) => Err(too_large()),
        Ok(Ok(Err(_))) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            codes::BAD_REQUEST,
            "The request's body could not be read.",
        )),
        Ok(Ok(Ok(bytes))) => Ok(bytes),
    }
}
