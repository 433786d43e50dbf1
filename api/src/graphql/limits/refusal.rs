//! Why the guard does not let a document pass.

use async_graphql::{ErrorExtensionValues, Pos, ServerError, parser};

/// The codes of the guard's refusals, as they appear in `extensions.code`.
pub mod codes {
    /// The document is not GraphQL.
    pub const PARSE: &str = "GRAPHQL_PARSE_FAILED";
    /// The document is GraphQL but not valid.
    pub const VALIDATION: &str = "GRAPHQL_VALIDATION_FAILED";
    /// The request does not say which operation to run, or names one that is not there.
    pub const OPERATION: &str = "OPERATION_NOT_FOUND";
    /// The document asks for more than is allowed.
    pub const LIMIT: &str = "LIMIT_EXCEEDED";
    /// A text holds a character that no database of ours keeps.
    pub const INPUT: &str = "BAD_INPUT";
}

/// Numbers beyond this are not worth spelling out: the arithmetic saturates anyway.
const COUNTLESS: u64 = 1_000_000_000;

/// A document refused before anything of it was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One of [`codes`].
    pub code: &'static str,
    /// What is wrong, for the people who wrote the document.
    pub message: String,
    /// Where in the document, as far as it can be said.
    pub locations: Vec<Pos>,
}

impl Refusal {
    /// A text with U+0000.
    pub(super) fn nul() -> Self {
        let message = "A text holds the character U+0000, which cannot be stored or looked for.";
        Self { code: codes::INPUT, message: message.to_owned(), locations: Vec::new() }
    }

    /// A question about the schema, where they are turned off.
    pub(super) fn introspection() -> Self {
        let message = "Introspection is turned off here: the schema cannot be asked about itself.";
        Self { code: codes::VALIDATION, message: message.to_owned(), locations: Vec::new() }
    }

    pub(super) fn beyond(what: &str, actual: u64, limit: u64) -> Self {
        let actual = match actual > COUNTLESS {
            true => format!("over {COUNTLESS}"),
            false => actual.to_string(),
        };
        let message = format!("The query's {what} is {actual}; at most {limit} is allowed.");
        Self { code: codes::LIMIT, message, locations: Vec::new() }
    }

    pub(super) fn unknown_operation(name: &str) -> Self {
        let message = format!("The document has no operation named \"{name}\".");
        Self { code: codes::OPERATION, message, locations: Vec::new() }
    }

    pub(super) fn ambiguous_operation() -> Self {
        let message = "The document has several operations: name one in operationName.";
        Self { code: codes::OPERATION, message: message.to_owned(), locations: Vec::new() }
    }

    /// A string that begins at this byte does not end.
    pub(super) fn unterminated(source: &str, byte: usize) -> Self {
        let before = source.get(..byte).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let at = Pos { line: before.matches('\n').count() + 1, column };
        let message = format!("Syntax error at {at}: the string does not end.");
        Self { code: codes::PARSE, message, locations: vec![at] }
    }
}

impl From<parser::Error> for Refusal {
    fn from(error: parser::Error) -> Self {
        let locations: Vec<Pos> = error.positions().collect();
        let (code, message) = match &error {
            parser::Error::Syntax { message, start, .. } => {
                // The parser draws the source line, however long; only the last line says why.
                let why = message.lines().last().unwrap_or_default().trim();
                let why = why.strip_prefix("= ").unwrap_or(why);
                (codes::PARSE, format!("Syntax error at {start}: {why}."))
            }
            parser::Error::MissingOperation => {
                (codes::OPERATION, "The document has no operation.".to_owned())
            }
            parser::Error::OperationDuplicated { operation, .. } => {
                (codes::VALIDATION, format!("The operation \"{operation}\" is defined twice."))
            }
            parser::Error::FragmentDuplicated { fragment, .. } => {
                (codes::VALIDATION, format!("The fragment \"{fragment}\" is defined twice."))
            }
            parser::Error::MultipleOperations { .. } => (
                codes::VALIDATION,
                "An operation without a name must be the only one in the document.".to_owned(),
            ),
            _ => (codes::PARSE, format!("The document cannot be read: {error}")),
        };
        Self { code, message, locations }
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut error = Self::new(refusal.message, None);
        error.locations = refusal.locations;
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", refusal.code);
        error
    }
}
