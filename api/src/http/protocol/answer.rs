//! The HTTP answer: status, headers and body for whatever became of a request.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use async_graphql::{Response, ServerError, Value};
use bytes::Bytes;
use serde::Serialize;

use super::{media::MediaType, problem::Problem};

/// More errors than this help nobody: a wrong document is mended from the top.
const MOST_REQUEST_ERRORS: usize = 50;

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// It reached the schema, or the document was refused before.
    Response(Response),
    /// It was not a GraphQL request that can be taken.
    Problem(Problem),
}

impl From<Response> for Outcome {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

impl From<Problem> for Outcome {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A rendered answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The `Allow` header, with a 405.
    pub allow: Option<&'static str>,
    /// JSON in UTF-8.
    pub body: Bytes,
}

/// The body; `errors` come first, where people look.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a [ServerError]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}

/// Renders the outcome as the media type wants it.
pub fn render(outcome: impl Into<Outcome>, media: MediaType) -> Answer {
    let (status, allow, body) = match &outcome.into() {
        Outcome::Problem(problem) => {
            let errors = [problem.error()];
            let body = Body { errors: Some(&errors), data: None, extensions: None };
            (problem.status, problem.allow, serde_json::to_vec(&body))
        }
        Outcome::Response(response) => {
            let refused = is_request_error(response);
            // Older clients take anything but a 200 for a failure of the network.
            let status = match (refused, media) {
                (true, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
                _ => StatusCode::OK,
            };
            let shown = if refused { MOST_REQUEST_ERRORS } else { usize::MAX };
            let errors = response.errors.get(..shown).unwrap_or(&response.errors);
            let body = Body {
                errors: (!errors.is_empty()).then_some(errors),
                data: (!refused).then_some(&response.data),
                extensions: (!response.extensions.is_empty()).then_some(&response.extensions),
            };
            (status, None, serde_json::to_vec(&body))
        }
    };
    let content_type = media.content_type();
    match body {
        Ok(body) => Answer { status, content_type, allow, body: body.into() },
        // Values and strings always serialise; should that ever change, better this than a panic.
        Err(_) => Answer {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            content_type,
            allow: None,
            body: Bytes::from_static(
                br#"{"errors":[{"message":"Internal error.","extensions":{"code":"INTERNAL"}}]}"#,
            ),
        },
    }
}

/// Whether nothing was executed: a field error carries the path of its field.
pub fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> Self {
        let mut response = HttpResponse::build(answer.status);
        response
            .content_type(answer.content_type)
            // What is visible depends on who asks.
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::VARY, "Accept, Accept-Encoding"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if let Some(allow) = answer.allow {
            response.insert_header((header::ALLOW, allow));
        }
        response.body(answer.body)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::{MediaType::*, *};

    struct Query;

    #[Object]
    impl Query {
        async fn hello(&self) -> &str {
            "здравствуй"
        }
        async fn failing(&self) -> async_graphql::Result<i32> {
            Err(async_graphql::Error::new("not now"))
        }
        async fn maybe(&self) -> Option<async_graphql::Result<i32>> {
            Some(Err(async_graphql::Error::new("not now")))
        }
    }

    fn answer(query: &str, media: MediaType) -> (u16, serde_json::Value) {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = render(runtime.block_on(schema.execute(query)), media);
        assert_eq!(answer.content_type, media.content_type());
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn an_executed_answer_is_200_with_data() {
        for media in [GraphqlResponse, Json] {
            let (status, body) = answer("{ hello }", media);
            assert_eq!((status, body), (200, serde_json::json!({"data": {"hello": "здравствуй"}})));
        }
    }

    #[test]
    fn a_request_error_has_no_data_and_the_media_type_decides_the_status() {
        for query in ["{", "{ nonsense }", "mutation { a }", "subscription { a }"] {
            for (media, expected) in [(GraphqlResponse, 400), (Json, 200)] {
                let (status, body) = answer(query, media);
                assert_eq!(status, expected, "{query}");
                assert!(body.get("data").is_none() && body["errors"][0]["message"].is_string(), "{body}");
            }
        }
    }

    #[test]
    fn a_field_error_keeps_data_even_where_it_is_null() {
        for media in [GraphqlResponse, Json] {
            let (status, body) = answer("{ failing }", media);
            assert_eq!((status, &body["data"]), (200, &serde_json::Value::Null));
            assert!(body.as_object().unwrap().contains_key("data"));
            assert_eq!(body["errors"][0]["path"][0], "failing");
            let (status, body) = answer("{ hello maybe }", media);
            assert_eq!((status, &body["data"]["maybe"]), (200, &serde_json::Value::Null));
        }
    }

    #[test]
    fn many_request_errors_are_cut() {
        let query = format!("{{ {} }}", (0..60).map(|n| format!("unknown{n} ")).collect::<String>());
        let (_, body) = answer(&query, GraphqlResponse);
        assert_eq!(body["errors"].as_array().unwrap().len(), MOST_REQUEST_ERRORS);
    }

    #[test]
    fn a_problem_keeps_its_status_in_either_media_type() {
        for media in [GraphqlResponse, Json] {
            let answer = render(Problem::wrong_method("GET executes queries only.", "POST"), media);
            assert_eq!((answer.status.as_u16(), answer.allow), (405, Some("POST")));
            assert_eq!(
                serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap(),
                serde_json::json!({"errors": [{"message": "GET executes queries only.",
                    "extensions": {"code": "METHOD_NOT_ALLOWED"}}]})
            );
            let response = HttpResponse::from(answer);
            assert_eq!(response.headers().get(header::ALLOW).unwrap(), "POST");
            assert_eq!(response.headers().get(header::VARY).unwrap(), "Accept, Accept-Encoding");
        }
    }
}
