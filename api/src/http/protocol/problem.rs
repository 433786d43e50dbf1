//! What can be wrong with a request before it is GraphQL.

use actix_web::http::StatusCode;
use async_graphql::{ErrorExtensionValues, ServerError};

/// The codes of HTTP-level problems, as they appear in `extensions.code`.
pub mod codes {
    /// Malformed JSON, a missing `query`, a parameter of the wrong type.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// The method does not fit.
    pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    /// None of the media types that the client accepts is on offer.
    pub const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
    /// The body is not declared as JSON in UTF-8.
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
}

/// A request that gets a status of its own instead of being executed.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The status, whatever the media type of the answer.
    pub status: StatusCode,
    /// The only error in the body; more can be added to its extensions.
    pub error: ServerError,
    /// The methods for the `Allow` header of a 405.
    pub allow: Option<&'static str>,
}

impl Problem {
    /// A problem with a code for programs and a message for people.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code);
        let mut error = ServerError::new(message, None);
        error.extensions = Some(extensions);
        Self { status, error, allow: None }
    }

    /// 405 with the methods that are allowed.
    pub fn wrong_method(message: impl Into<String>, allow: &'static str) -> Self {
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, codes::METHOD_NOT_ALLOWED, message);
        Self { allow: Some(allow), ..problem }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
    }
}
