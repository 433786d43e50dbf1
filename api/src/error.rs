//! What can go wrong, and the one table of codes under which the outside world hears of it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// Why a request, or a part of it, was not done. These are top-level errors of an answer; what the caller
/// can mend in an input is a [`UserError`] in the mutation's payload instead.
#[derive(Clone, Debug)]
pub enum Error {
    /// Refused; the message is for the caller.
    Refused(Code, String),
    /// A fault of ours; the cause is for the log only.
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

/// A code of `extensions.code`: stable, documented, the thing that programs compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// No valid sign-in where one is needed.
    Unauthenticated,
    /// The caller may see the thing, not do this to it.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// An argument is malformed or out of bounds.
    BadInput,
    /// An id is malformed, or of another type than wanted.
    BadId,
    /// A cursor is malformed, or belongs to another list.
    BadCursor,
    /// A cursor is too old to be continued; begin again from the first page.
    CursorExpired,
    /// A limit of the API was passed; the message names it.
    LimitExceeded,
    /// The answer took too long.
    Timeout,
    /// Too many attempts; try again later.
    TooManyAttempts,
    /// The server cannot do it now; the same request may succeed later.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// The table of codes: name, and what it means to a caller.
pub const CODES: &[(Code, &str, &str)] = &[
    (Code::Unauthenticated, "UNAUTHENTICATED", "Sign in first, or refresh the access token."),
    (Code::Forbidden, "FORBIDDEN", "You may see the thing, but your roles do not allow this."),
    (Code::NotFound, "NOT_FOUND", "There is no such thing, or you may not know of it."),
    (Code::BadInput, "BAD_INPUT", "An argument is malformed or out of bounds."),
    (Code::BadId, "BAD_ID", "An id is malformed, or of another type than wanted."),
    (Code::BadCursor, "BAD_CURSOR", "A cursor is malformed, or belongs to another list."),
    (Code::CursorExpired, "CURSOR_EXPIRED", "A cursor is too old; begin again from the first page."),
    (Code::LimitExceeded, "LIMIT_EXCEEDED", "A limit was passed; the message names it."),
    (Code::Timeout, "TIMEOUT", "The answer took too long and was given up."),
    (Code::TooManyAttempts, "TOO_MANY_ATTEMPTS", "Too many attempts to sign in; try again later."),
    (Code::Unavailable, "UNAVAILABLE", "The server cannot do it now; try again later."),
    (Code::Internal, "INTERNAL", "A fault of ours; quote the requestId when you report it."),
];

impl Code {
    /// The code as it is written in `extensions.code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        CODES.iter().find(|row| row.0 == self).map_or("INTERNAL", |row| row.1)
    }
}

impl Error {
    /// There is no such thing, or the caller may not know of it.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::Refused(Code::NotFound, format!("There is no such {what}, or you may not see it."))
    }

    /// An argument is malformed or out of bounds.
    #[must_use]
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::Refused(Code::BadInput, message.into())
    }

    /// A fault of ours that is not the database's.
    pub fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(cause))
    }

    /// A broken promise of our own code, told in words.
    #[must_use]
    pub fn broken(what: &'static str) -> Self {
        #[derive(Debug)]
        struct Broken(&'static str);
        impl fmt::Display for Broken {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }
        impl std::error::Error for Broken {}
        Self::internal(Broken(what))
    }

    /// The code for the caller.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(code, _) => *code,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// The message for the caller: never the cause of a fault.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Refused(_, message) => message,
            Self::Internal(_) => "Something went wrong on our side.",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// What is wrong with an input, told in the payload of the mutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// What kind of fault.
    pub code: UserErrorCode,
    /// For a human.
    pub message: String,
    /// Which field of the input, from the outside in.
    pub path: Vec<String>,
    /// The number that is out of bounds, where the fault is one.
    pub bounds: Option<Bounds>,
}

/// A number that is out of bounds, and the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// What there is.
    pub actual: i64,
    /// What there must be at least.
    pub min: Option<i64>,
    /// What there may be at most.
    pub max: Option<i64>,
}

/// The kinds of faults that a caller can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserErrorCode {
    /// A value is empty, malformed, too long or out of range.
    Invalid,
    /// A value that must be unique is in use.
    Taken,
    /// Somebody else changed the thing meanwhile.
    Conflict,
    /// The thing's state does not allow this step.
    WrongState,
    /// A rule of the registry forbids it to this person or this thing.
    NotEligible,
    /// The login, the password or the refresh token is wrong.
    InvalidCredentials,
}

impl UserError {
    /// A fault of the input's field `field`.
    pub fn of(field: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: vec!["input".into(), field.into()], bounds: None }
    }

    /// A fault of the whole input.
    pub fn whole(code: UserErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: vec!["input".into()], bounds: None }
    }

    /// The same fault of a field within these parts of the input.
    #[must_use]
    pub fn within(mut self, parts: &[&str]) -> Self {
        let parts = parts.iter().map(|part| (*part).to_owned());
        self.path.splice(1..1, parts);
        self
    }

    /// The same, with the number that is out of bounds.
    #[must_use]
    pub fn bounded(self, actual: usize, min: Option<usize>, max: Option<usize>) -> Self {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let bounds = Bounds { actual: number(actual), min: min.map(number), max: max.map(number) };
        Self { bounds: Some(bounds), ..self }
    }
}

/// What a use case answers: done, or faults that the caller can mend; above it the [`Error`]s.
pub type Outcome<T> = Result<Result<T, Rejected>, Error>;

/// Refused for faults of the input; nothing was changed.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// What is wrong; never empty.
    pub errors: Vec<UserError>,
}

impl From<UserError> for Rejected {
    fn from(error: UserError) -> Self {
        Self { errors: vec![error] }
    }
}

impl From<Vec<UserError>> for Rejected {
    fn from(errors: Vec<UserError>) -> Self {
        Self { errors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let mut names: Vec<_> = CODES.iter().map(|row| row.1).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
        assert_eq!(Code::CursorExpired.name(), "CURSOR_EXPIRED");
    }
}
