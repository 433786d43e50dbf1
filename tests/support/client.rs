//! Requests over HTTP, and their answers.

use std::sync::Arc;

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::app::Served;

/// What sends requests. The client that the store of files brings along needs to know by what to encrypt.
pub fn http() -> reqwest::Client {
    api::files::store::use_ring();
    reqwest::Client::new()
}

/// What sends requests to an application.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    served: Arc<Served>,
}

impl Client {
    /// For this server.
    pub fn new(served: Arc<Served>) -> Self {
        Self { http: http(), served }
    }

    /// A request to a page, to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.served.url(path))
    }

    /// Sends a GraphQL request.
    pub async fn graphql(&self, token: Option<&str>, document: &str, variables: Value) -> Answer {
        let mut request = self
            .request(Method::POST, "/graphql")
            .header("accept", "application/graphql-response+json")
            .json(&json!({ "query": document, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.unwrap()).await
    }
}

/// An answer with its HTTP side.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The whole body; null where it is no JSON.
    pub body: Value,
}

impl Answer {
    /// Reads a response.
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// The data of an answer without errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.errors().is_empty(), "{self:#?}");
        assert_eq!(self.status, StatusCode::OK, "{self:#?}");
        &self.body["data"]
    }

    /// What the answer's only root field holds.
    #[track_caller]
    pub fn payload(&self) -> &Value {
        let fields = self.data().as_object().unwrap_or_else(|| panic!("{self:#?}"));
        assert_eq!(fields.len(), 1, "{self:#?}");
        fields.values().next().unwrap_or(&Value::Null)
    }

    /// The payload of a mutation that had nothing to find fault with.
    #[track_caller]
    pub fn done(&self) -> &Value {
        assert_eq!(self.user_errors(), [] as [(String, String); 0], "{self:#?}");
        self.payload()
    }

    /// The top-level errors.
    pub fn errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The code of the only top-level error; `none` where there is none.
    #[track_caller]
    pub fn error_code(&self) -> &str {
        match self.errors() {
            [] => "none",
            [error] => error["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{self:#?}")),
            _ => panic!("several errors: {self:#?}"),
        }
    }

    /// Code and path of the payload's user errors; the path's parts are joined by dots.
    #[track_caller]
    pub fn user_errors(&self) -> Vec<(String, String)> {
        let errors = self.payload()["userErrors"].as_array().unwrap_or_else(|| panic!("{self:#?}"));
        let path = |error: &Value| {
            let parts: Vec<_> =
                error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            parts.join(".")
        };
        errors.iter().map(|error| (error["code"].as_str().unwrap_or("?").to_owned(), path(error))).collect()
    }

    /// The code of the payload's only user error.
    #[track_caller]
    pub fn user_error(&self) -> String {
        let errors = self.user_errors();
        assert_eq!(errors.len(), 1, "{self:#?}");
        errors[0].0.clone()
    }

    /// How a mutation ended, in a word: `done`, a user error's code, or a top-level error's code.
    pub fn outcome(&self) -> String {
        match self.error_code() {
            "none" => match self.user_errors().first() {
                None => "done".to_owned(),
                Some((code, _)) => code.clone(),
            },
            code => code.to_owned(),
        }
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
