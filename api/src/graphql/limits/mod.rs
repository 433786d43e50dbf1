//! The document guard: costly documents are refused before the schema sees them.
//!
//! A GraphQL document can ask for far more than its size suggests: pages within pages multiply,
//! and fragments that spread each other twice double at every step. The library expands fragments
//! while it validates, so its own limits come too late. The guard reads a document in time linear
//! in its size:
//!
//! 1. `lexer` counts tokens and the nesting of brackets, before the parser recurses into them;
//! 2. the library's parser reads the document, and the operation is picked;
//! 3. `order` finds fragment cycles, `measure` adds up what the operation asks for;
//!    (`nul` and `introspection` refuse what no database holds and what was turned off);
//! 4. `variables` sees that required variables have values, `integers` refuses numbers beyond
//!    the 32 bits of `Int`.
//!
//! Fields, types and fragments that the schema does not know count as 1: reporting them is
//! the schema's validation's job.

mod integers;
mod introspection;
mod lexer;
mod measure;
mod nul;
mod order;
mod refusal;
mod variables;
#[cfg(test)]
mod tests;

use async_graphql::{
    Variables,
    parser::{
        Error, Positioned, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

use crate::graphql::index::Index;
use measure::Measure;
pub use refusal::{Refusal, codes};

/// Brackets within brackets. A field of the deepest allowed query in an inline fragment each,
/// with an argument of nested input objects, stays well below.
const NESTING: u64 = 64;
/// Selection sets within selection sets with fragments expanded: the library's own bound.
const LEVELS: u64 = 32;
/// How often introspection may go from types to their fields or relatives. Tools do it once.
const INTROSPECTION: u64 = 2;

/// What one document may ask for. Fragments count wherever they are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of the source: names, values, punctuators. GraphiQL's introspection has about 300.
    pub tokens: usize,
    /// Fields, spreads and inline fragments of the whole document, fragments expanded.
    pub selections: usize,
    /// Fields within fields. The deepest path that makes sense in this schema is about 11.
    pub depth: usize,
    /// Fields times the items of the pages and lists they are in: every region (100) with the
    /// first twenty communities and ten fields of each costs about 20,000.
    pub cost: u64,
    /// Aliases.
    pub aliases: usize,
    /// Fields at the top of the operation.
    pub root_fields: usize,
    /// Directives, `@skip` and `@include` among them.
    pub directives: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: 4_000,
            selections: 4_000,
            depth: 15,
            cost: 50_000,
            aliases: 30,
            root_fields: 20,
            directives: 30,
        }
    }
}

/// Knows the schema and the limits; built once at the start.
#[derive(Debug)]
pub struct Guard {
    index: Index,
    limits: Limits,
    introspection: bool,
}

/// A document that may go to the schema.
#[derive(Debug)]
pub struct Checked {
    /// The parsed document, for `Request::set_parsed_query`.
    pub document: ExecutableDocument,
    /// The kind of the operation that will run.
    pub kind: OperationType,
    /// Its name, if it has one.
    pub operation_name: Option<String>,
    /// What it costs, in fields.
    pub cost: u64,
    /// Its fields within fields.
    pub depth: usize,
}

impl Checked {
    /// The operation that will run.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        pick(&self.document, self.operation_name.as_deref()).ok().map(|(_, operation)| &operation.node)
    }
}

impl Guard {
    /// Reads the schema; the error is the parser's. Without `introspection` the schema is not to be asked
    /// about itself.
    pub fn new(sdl: &str, limits: Limits, introspection: bool) -> Result<Self, Error> {
        Ok(Self { index: Index::new(sdl)?, limits, introspection })
    }

    /// What the guard knows of the schema.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Parses the source and lets it pass, or says why not.
    pub fn read(
        &self,
        source: &str,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<Checked, Refusal> {
        let limits = &self.limits;
        let lexed = lexer::lex(source).map_err(|it| Refusal::unterminated(source, it.0))?;
        within("token count", lexed.tokens as u64, limits.tokens as u64)?;
        within("bracket nesting", lexed.nesting as u64, NESTING)?;

        let document = parse_query(source)?;
        if !self.introspection && introspection::is_asked(&document) {
            return Err(Refusal::introspection());
        }
        let (name, operation) = pick(&document, operation_name)?;
        // Mutations check their texts field by field, and say which.
        if operation.node.ty == OperationType::Query && nul::is_in(source, variables) {
            return Err(Refusal::nul());
        }
        let fragments = order::fragments_in_order(&document)?;
        let measure = Measure::new(&self.index, &fragments, &operation.node, variables);
        let sums = measure.operation(&operation.node);
        within("root field count", sums.fields, limits.root_fields as u64)?;
        within("alias count", sums.aliases, limits.aliases as u64)?;
        within("directive count", sums.directives, limits.directives as u64)?;
        within("depth", sums.depth, limits.depth as u64)?;
        within("selection nesting", sums.levels, LEVELS)?;
        within("introspection depth", sums.introspection, INTROSPECTION)?;
        let cost = sums.whole_cost();
        within("cost", cost, limits.cost)?;
        within("selection count", measure.document(&document), limits.selections as u64)?;
        variables::check(&self.index, &operation.node, variables)?;
        integers::check(&self.index, &document, &operation.node, variables)?;

        let kind = operation.node.ty;
        let operation_name = name.map(str::to_owned);
        let depth = usize::try_from(sums.depth).unwrap_or(usize::MAX);
        Ok(Checked { document, kind, operation_name, cost, depth })
    }
}

fn within(what: &str, actual: u64, limit: u64) -> Result<(), Refusal> {
    if actual <= limit { Ok(()) } else { Err(Refusal::beyond(what, actual, limit)) }
}

/// The operation that the request means: the one it names, or the only one there is.
fn pick<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<&'a str>, &'a Positioned<OperationDefinition>), Refusal> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok((None, operation)),
        (DocumentOperations::Single(_), Some(name)) => Err(Refusal::unknown_operation(name)),
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get_key_value(name)
            .map(|(name, operation)| (Some(name.as_str()), operation))
            .ok_or_else(|| Refusal::unknown_operation(name)),
        (DocumentOperations::Multiple(operations), None) => {
            let mut operations = operations.iter();
            match (operations.next(), operations.next()) {
                (Some((name, operation)), None) => Ok((Some(name.as_str()), operation)),
                _ => Err(Refusal::ambiguous_operation()),
            }
        }
    }
}
