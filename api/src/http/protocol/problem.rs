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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status, whatever the media type of the answer.
    pub status: StatusCode,
    /// `extensions.code`, for programs.
    pub code: &'static str,
    /// The message, for people.
    pub message: String,
    /// `extensions.requestId`, by which the log is searched.
    pub request_id: Option<String>,
    /// The methods for the `Allow` header of a 405.
    pub allow: Option<&'static str>,
}

impl Problem {
    /// A problem without further headers.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), request_id: None, allow: None }
    }

    /// 405 with the methods that are allowed.
    pub fn wrong_method(message: impl Into<String>, allow: &'static str) -> Self {
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, codes::METHOD_NOT_ALLOWED, message);
        Self { allow: Some(allow), ..problem }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
    }

    /// The error in the answer's body.
    pub(super) fn error(&self) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        if let Some(request_id) = &self.request_id {
            extensions.set("requestId", request_id.as_str());
        }
        let mut error = ServerError::new(&self.message, None);
        error.extensions = Some(extensions);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_carries_code_and_request_id() {
        let mut problem = Problem::bad_request("No.");
        problem.request_id = Some("r1".to_owned());
        let extensions = problem.error().extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&async_graphql::Value::from("BAD_REQUEST")));
        assert_eq!(extensions.get("requestId"), Some(&async_graphql::Value::from("r1")));
    }
}
