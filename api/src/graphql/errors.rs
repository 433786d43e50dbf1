//! How errors leave the server: a code, a message for the caller, the request's id; never a cause.

use async_graphql::{Enum, ErrorExtensionValues, ServerError, SimpleObject};

use crate::error::{self, Code, Error};

/// What is wrong with an input. The mutation has changed nothing.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What kind of fault; this is what programs compare.
    pub code: UserErrorCode,
    /// What is wrong, for a human.
    pub message: String,
    /// Which field of the input, from the outside in, e.g. `["input", "title"]`.
    pub path: Vec<String>,
    /// The number that is out of bounds, where the fault is one.
    pub bounds: Option<Bounds>,
}

/// A number that is out of bounds, and the bounds.
#[derive(Clone, Debug, SimpleObject)]
pub struct Bounds {
    /// What there is.
    pub actual: i64,
    /// What there must be at least; null where there is no such bound.
    pub min: Option<i64>,
    /// What there may be at most; null where there is no such bound.
    pub max: Option<i64>,
}

/// The kinds of faults in an input that the caller can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "error::UserErrorCode")]
pub enum UserErrorCode {
    /// A value is empty, malformed, too long or out of range.
    Invalid,
    /// A value that must be unique is in use.
    Taken,
    /// Somebody else changed the thing meanwhile: the payload shows what stands now.
    Conflict,
    /// The thing's state does not allow this step.
    WrongState,
    /// A rule of the registry forbids it to this person or this thing.
    NotEligible,
    /// The login, the password or the refresh token is wrong.
    InvalidCredentials,
}

impl From<error::UserError> for UserError {
    fn from(error: error::UserError) -> Self {
        let bounds = error.bounds.map(|it| Bounds { actual: it.actual, min: it.min, max: it.max });
        Self { code: error.code.into(), message: error.message, path: error.path, bounds }
    }
}

/// The user errors of a payload.
pub fn user_errors(errors: Vec<error::UserError>) -> Vec<UserError> {
    errors.into_iter().map(Into::into).collect()
}

/// Makes an error of the GraphQL library fit to leave: sets `code` and `requestId`, logs faults and hides
/// their causes.
pub fn finish(mut error: ServerError, request_id: &str) -> ServerError {
    let code = match error.source::<Error>().cloned() {
        Some(own) => {
            if let Error::Internal(cause) = &own {
                tracing::error!(request_id, path = ?error.path, cause = %Causes(&**cause), "fault");
            }
            error.message = own.message().to_owned();
            own.code().name()
        }
        // The library's own: an argument that is not what the schema says, or a document that does not fit it.
        None if error.path.is_empty() => "GRAPHQL_VALIDATION_FAILED",
        None => Code::BadInput.name(),
    };
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    extensions.set("requestId", request_id);
    error.source = None;
    error
}

/// A cause with its own causes, on one line.
struct Causes<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}
