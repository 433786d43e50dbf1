//! Questions that were read before: parsed, found fit, and planned, so that the same one need only be answered.
//!
//! Kept under all that was asked, byte for byte, variables too, so whatever was found out holds again. Only of queries: what a
//! mutation is sent may be a password.

use std::sync::Arc;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use quick_cache::{Weighter, sync::Cache};

use super::answers::Question;
use super::protocol::GraphqlParams;
use crate::graphql::{
    complete::Plan,
    limits::{Guard, Refusal},
    prepare::prepare,
};

/// How many bytes are kept, about.
const BYTES: u64 = 32 << 20;
/// How many different questions of usual length there is room for.
const USUAL: usize = 1_024;
/// How many bytes a parsed question takes for each of its own, about.
const PARSED: u64 = 30;

/// A question that may go to the schema.
#[derive(Debug)]
pub(super) struct Ready {
    /// The document, as the library wants it.
    pub(super) document: ExecutableDocument,
    /// The values of its variables.
    pub(super) variables: Variables,
    /// The kind of the operation that will run.
    pub(super) kind: OperationType,
    /// Its name, if it has one.
    pub(super) operation: Option<String>,
    /// What it costs, in fields.
    pub(super) cost: u64,
    /// Its fields within fields.
    pub(super) depth: usize,
    /// The shape of its answer.
    pub(super) plan: Option<Plan>,
}

impl Ready {
    /// Reads a question, or says why it is refused.
    pub(super) fn read(guard: &Guard, params: GraphqlParams) -> Result<Self, Refusal> {
        let GraphqlParams { query, operation_name, variables, .. } = params;
        let mut checked = guard.read(&query, operation_name.as_deref(), &variables)?;
        let plan =
            checked.operation().map(|operation| Plan::new(guard.index(), &checked.document, operation));
        prepare(guard.index(), &mut checked.document, &variables);
        Ok(Self {
            document: checked.document,
            variables,
            kind: checked.kind,
            operation: checked.operation_name,
            cost: checked.cost,
            depth: checked.depth,
            plan,
        })
    }
}

#[derive(Clone, Debug)]
struct Length;

impl Weighter<Question, Arc<Ready>> for Length {
    fn weight(&self, question: &Question, _: &Arc<Ready>) -> u64 {
        question.len() as u64 * PARSED
    }
}

/// The questions that the schema has found valid.
pub(super) struct Questions(Cache<Question, Arc<Ready>, Length>);

impl Questions {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(USUAL, BYTES, Length))
    }

    pub(super) fn find(&self, question: &Question) -> Option<Arc<Ready>> {
        self.0.get(question)
    }

    /// Keeps a question that the schema has answered.
    pub(super) fn keep(&self, question: Question, ready: Arc<Ready>) {
        if ready.kind == OperationType::Query {
            self.0.insert(question, ready);
        }
    }
}
