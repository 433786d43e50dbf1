//! The parameters of a GraphQL request, from the body of a POST or the query string of a GET.

use std::collections::HashMap;

use actix_web::{http::StatusCode, web::Query};
use async_graphql::{Extensions, Variables};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::{RawValue, to_raw_value};

use super::{
    media::is_utf8,
    problem::{Problem, codes},
};

/// What a GraphQL request says.
#[derive(Debug, Clone, Default)]
pub struct GraphqlParams {
    /// The document.
    pub query: String,
    /// Which operation of the document to run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
    /// Whatever the client adds for extensions of the protocol.
    pub extensions: Extensions,
}

/// Reads a POST. Only JSON is taken: a browser sends forms and plain text to other sites without
/// asking them first, so taking those would let a foreign page act in its visitor's name.
pub fn read_post(content_type: Option<&str>, body: &[u8]) -> Result<GraphqlParams, Problem> {
    if !content_type.is_some_and(is_json) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            codes::UNSUPPORTED_MEDIA_TYPE,
            "The body must be sent with Content-Type: application/json, in UTF-8.",
        ));
    }
    if body.is_empty() {
        return Err(Problem::bad_request("The body is empty; it must be a JSON object with \"query\"."));
    }
    match body.trim_ascii_start().first() {
        Some(b'{') => read(parse(body, "The body")?),
        Some(b'[') => Err(parse::<IgnoredAny>(body, "The body").err().unwrap_or_else(|| {
            let advice =
                "Batches are not taken: send one operation a request, or several root fields in one.";
            Problem::bad_request(advice)
        })),
        _ => Err(parse::<IgnoredAny>(body, "The body")
            .err()
            .unwrap_or_else(|| Problem::bad_request("The body must be a JSON object with \"query\"."))),
    }
}

/// Reads a GET. `variables` and `extensions` are JSON; an empty parameter counts as absent.
pub fn read_get(query_string: &str) -> Result<GraphqlParams, Problem> {
    let pairs = Query::<Vec<(String, String)>>::from_query(query_string)
        .map_err(|_| Problem::bad_request("The query string is malformed."))?;
    let mut parameters = Parameters::new();
    for (name, text) in pairs.into_inner() {
        let value = match name.as_str() {
            "variables" | "extensions" if !text.is_empty() => {
                parse(text.as_bytes(), &format!("The parameter \"{name}\""))?
            }
            _ if text.is_empty() => RawValue::NULL.to_owned(),
            _ => to_raw_value(&text).map_err(|_| Problem::bad_request("The query string is malformed."))?,
        };
        if parameters.contains_key(&name) {
            // Two readers could take a different one of the two.
            return Err(Problem::bad_request(format!("The parameter \"{name}\" is given twice.")));
        }
        parameters.insert(name, value);
    }
    read(parameters)
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|it| it.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter_map(|it| it.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset") || is_utf8(value.trim().trim_matches('"'))
        })
}

/// The parameters as they were sent. Each is read once, into what it is for: variables can be long.
type Parameters = HashMap<String, Box<RawValue>>;

/// The library's reader stops at 128 levels of nesting, so the stack is safe.
fn parse<T: DeserializeOwned>(text: &[u8], what: &str) -> Result<T, Problem> {
    serde_json::from_slice(text)
        .map_err(|error| Problem::bad_request(format!("{what} is not valid JSON: {error}.")))
}

fn read(mut parameters: Parameters) -> Result<GraphqlParams, Problem> {
    let mut take = |name| parameters.remove(name).filter(|value| value.get() != "null");
    let query = match take("query") {
        Some(text) => serde_json::from_str(text.get()).map_err(|_| wrong("query", "a string"))?,
        None => return Err(Problem::bad_request("The parameter \"query\" is missing.")),
    };
    let operation_name: Option<String> = match take("operationName") {
        Some(text) => serde_json::from_str(text.get()).map_err(|_| wrong("operationName", "a string"))?,
        None => None,
    };
    Ok(GraphqlParams {
        query,
        // Some clients send an empty name for none.
        operation_name: operation_name.filter(|name| !name.is_empty()),
        variables: object("variables", take("variables"))?,
        extensions: object("extensions", take("extensions"))?,
    })
}

fn object<T: DeserializeOwned + Default>(name: &str, value: Option<Box<RawValue>>) -> Result<T, Problem> {
    match value {
        Some(text) if text.get().starts_with('{') => parse(text.get().as_bytes(), &format!("\"{name}\"")),
        Some(_) => Err(wrong(name, "a JSON object")),
        None => Ok(T::default()),
    }
}

fn wrong(name: &str, expected: &str) -> Problem {
    Problem::bad_request(format!("The parameter \"{name}\" must be {expected}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(body: &str) -> Result<GraphqlParams, Problem> {
        read_post(Some("application/json"), body.as_bytes())
    }

    fn said(result: Result<GraphqlParams, Problem>) -> (u16, String) {
        let problem = result.unwrap_err();
        (problem.status.as_u16(), problem.message)
    }

    #[test]
    fn a_post_is_read() {
        let params =
            post(r#"{"query":"{a}","operationName":"A","variables":{"n":1},"extensions":{"x":[]},"more":1}"#)
                .unwrap();
        assert_eq!((params.query.as_str(), params.operation_name.as_deref()), ("{a}", Some("A")));
        assert_eq!(params.variables.get("n"), Some(&async_graphql::Value::from(1)));
        assert_eq!(params.extensions.len(), 1);
        let nulls = post(r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#);
        assert!(nulls.unwrap().variables.is_empty());
    }

    #[test]
    fn only_json_in_utf_8_is_taken() {
        for content_type in ["application/json", "Application/JSON; charset=\"UTF-8\""] {
            assert!(read_post(Some(content_type), b"{\"query\":\"{a}\"}").is_ok());
        }
        for content_type in [
            None,
            Some(""),
            Some("text/plain"),
            Some("text/plain; application/json"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/json; charset=latin1"),
            Some("application/graphql"),
        ] {
            assert_eq!(said(read_post(content_type, b"{\"query\":\"{a}\"}")).0, 415, "{content_type:?}");
        }
    }

    #[test]
    fn a_wrong_body_says_what_is_wrong() {
        for (body, text) in [
            ("", "The body is empty"),
            ("{ \"not", "The body is not valid JSON: "),
            ("[{\"query\":\"{a}\"}]", "Batches are not taken"),
            ("7", "The body must be a JSON object"),
            ("{}", "The parameter \"query\" is missing."),
            ("{\"query\":0}", "The parameter \"query\" must be a string."),
            ("{\"query\":\"\",\"operationName\":[]}", "The parameter \"operationName\" must be a string."),
            ("{\"query\":\"\",\"variables\":[]}", "The parameter \"variables\" must be a JSON object."),
            ("{\"query\":\"\",\"extensions\":\"x\"}", "The parameter \"extensions\" must be a JSON object."),
        ] {
            let (status, message) = said(post(body));
            assert!(status == 400 && message.starts_with(text), "{body}: {message}");
        }
        assert_eq!(said(read_post(Some("application/json"), b"{\"query\":\"\xff\"}")).0, 400);
        let deep = "[".repeat(100_000);
        assert_eq!(said(post(&deep)).0, 400);
        let (list, deep) = ("[".repeat(200) + &"]".repeat(200), format!("{{\"query\":\"\",\"x\":{deep}"));
        assert_eq!(said(post(&deep)).0, 400);
        let (status, message) = said(post(&format!("{{\"query\":\"\",\"variables\":{{\"a\":{list}}}}}")));
        assert!(
            status == 400 && message.starts_with("\"variables\" is not valid JSON: recursion"),
            "{message}"
        );
    }

    #[test]
    fn a_get_is_read() {
        let params = read_get(
            "query=query+A(%24n%3AInt)%7Ba%7D&operationName=A&variables=%7B%22n%22%3A1%7D&extensions=null",
        )
        .unwrap();
        assert_eq!(params.query, "query A($n:Int){a}");
        assert_eq!(params.operation_name.as_deref(), Some("A"));
        assert_eq!(params.variables.get("n"), Some(&async_graphql::Value::from(1)));
        let empty = read_get("query=%7Ba%7D&operationName=&variables=").unwrap();
        assert!(empty.operation_name.is_none() && empty.variables.is_empty());
    }

    #[test]
    fn a_wrong_get_says_what_is_wrong() {
        for (query_string, text) in [
            ("", "The parameter \"query\" is missing."),
            ("query=%7Ba%7D&query=%7Bb%7D", "The parameter \"query\" is given twice."),
            ("query=x&operationName=&operationName=A", "The parameter \"operationName\" is given twice."),
            ("query=x&variables=%7B", "The parameter \"variables\" is not valid JSON: "),
            ("query=x&variables=1", "The parameter \"variables\" must be a JSON object."),
            ("query=x&extensions=%5B%5D", "The parameter \"extensions\" must be a JSON object."),
        ] {
            let (status, message) = said(read_get(query_string));
            assert!(status == 400 && message.starts_with(text), "{query_string}: {message}");
        }
    }
}
