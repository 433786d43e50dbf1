//! GraphQL over HTTP, as its specification has it: pure functions from what came in to what goes out.
//!
//! <https://graphql.github.io/graphql-over-http/draft/>
//!
//! A request takes four steps: [`negotiate`] the media type of the answer, read the parameters
//! ([`read_post`], [`read_get`]), see that the method [`may_run`] the operation, and [`render`]
//! the outcome. Two kinds of failure are told apart throughout: a *request error*, where nothing
//! was executed and the answer has no `data`; and a *field error*, where `data` is there, if only
//! as `null`, and the status is 200.

mod answer;
mod media;
mod params;
mod problem;

use actix_web::http::Method;
use async_graphql::parser::types::OperationType;

pub use answer::{Answer, Outcome, is_request_error, render};
pub use media::{MediaType, negotiate};
pub use params::{GraphqlParams, read_get, read_post};
pub use problem::{Problem, codes};

/// Whether an operation of this kind may come by this method: GET only reads,
/// because links, prefetching and caches repeat it freely.
pub fn may_run(method: &Method, kind: OperationType) -> Result<(), Problem> {
    if *method == Method::POST || kind == OperationType::Query {
        return Ok(());
    }
    Err(Problem::wrong_method("GET executes queries only: send this operation by POST.", "POST"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn get_runs_queries_only() {
        assert!(may_run(&Method::GET, OperationType::Query).is_ok());
        assert!(may_run(&Method::POST, OperationType::Mutation).is_ok());
        for kind in [OperationType::Mutation, OperationType::Subscription] {
            let problem = may_run(&Method::GET, kind).unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.allow), (405, Some("POST")));
        }
    }
}
