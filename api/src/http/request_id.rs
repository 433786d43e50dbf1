//! Every request has an id: the one its sender gave it, or a new one. It stands in the answer's header, in
//! every error, in the log and in the journal.

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};
use uuid::Uuid;

/// The header that carries it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id, among the request's extensions.
#[derive(Clone)]
struct RequestId(String);

/// The id of the request.
pub(super) fn of(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Gives the request its id, and its answer the header.
pub(super) async fn give(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = match given.filter(|id| is_fit(id)) {
        Some(id) => id.to_owned(),
        None => Uuid::now_v7().simple().to_string(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}

/// Only what can neither break a log line nor swell it.
fn is_fit(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::is_fit;

    #[test]
    fn a_senders_id_is_taken_only_when_it_is_short_and_plain() {
        assert!(is_fit("0194a-_.B"));
        for bad in ["", "a b", "a\"b", "ё", &"a".repeat(65)] {
            assert!(!is_fit(bad), "{bad}");
        }
    }
}
