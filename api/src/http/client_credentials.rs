//! What a client sends for an access token, as RFC 6749 has it (sections 2.3.1 and 4.4): pure functions from
//! header and body to who asks for what.

use actix_web::{http::StatusCode, web::Query};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode;

/// A client that asks for a token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ClientRequest {
    /// What it names itself by.
    pub(super) client_id: String,
    /// What it proves that with.
    pub(super) secret: String,
    /// What it wants the token to reach; none for all that it may.
    pub(super) scope: Option<String>,
}

/// Why there is no token, in the words of RFC 6749 (section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// `error`, for programs.
    pub(super) error: &'static str,
    /// `error_description`, for people: ASCII without quotes and backslashes, and never what was sent.
    pub(super) description: String,
    /// Seconds for the header `Retry-After`.
    pub(super) retry_after: Option<i64>,
}

impl Refused {
    /// Refused with this status, code and description.
    pub(super) fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), retry_after: None }
    }

    /// The request is not one for a token.
    pub(super) fn request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// The client has not proven who it is.
    pub(super) fn client(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }
}

/// The parameters that mean anything here; others are ignored, as the RFC demands.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

/// Reads a request for a token: its `Content-Type` and `Authorization` headers, and its body.
///
/// # Errors
/// What of it is not as the RFC has it.
pub(super) fn read(
    content_type: Option<&str>,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<ClientRequest, Refused> {
    if !content_type.is_some_and(is_form) {
        let description = "Send the body with Content-Type: application/x-www-form-urlencoded, in UTF-8.";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", description));
    }
    let form = read_form(body)?;
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        None => return Err(Refused::request("The parameter grant_type is missing.")),
        Some(_) => {
            let description = "The only grant_type is client_credentials.";
            return Err(Refused::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description));
        }
    }
    let (client_id, secret) = match (authorization, form.client_id, form.client_secret) {
        (Some(_), _, Some(_)) => {
            let description = "The client proves itself twice: in the header Authorization and in the body.";
            return Err(Refused::request(description));
        }
        (Some(header), named, None) => {
            let (client_id, secret) = read_basic(header).ok_or_else(|| {
                Refused::client("The header Authorization is not Basic with client id and secret.")
            })?;
            if named.is_some_and(|named| named != client_id) {
                return Err(Refused::request("The body names another client than the header Authorization."));
            }
            (client_id, secret)
        }
        (None, Some(client_id), Some(secret)) => (client_id, secret),
        (None, None, Some(_)) => return Err(Refused::request("The parameter client_id is missing.")),
        (None, _, None) => {
            let description =
                "Send client id and secret by HTTP Basic, or as client_id and client_secret in the body.";
            return Err(Refused::client(description));
        }
    };
    Ok(ClientRequest { client_id, secret, scope: form.scope })
}

fn is_form(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|it| it.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        && parts.filter_map(|it| it.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

fn read_form(body: &[u8]) -> Result<Form, Refused> {
    let unreadable = || Refused::request("The body is no form in UTF-8.");
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| unreadable())?.into_inner();
    let mut form = Form::default();
    for (name, value) in pairs {
        let (name, field) = match name.as_str() {
            "grant_type" => ("grant_type", &mut form.grant_type),
            "client_id" => ("client_id", &mut form.client_id),
            "client_secret" => ("client_secret", &mut form.client_secret),
            "scope" => ("scope", &mut form.scope),
            _ => continue,
        };
        // What is sent without a value counts as left out.
        if value.is_empty() {
            continue;
        }
        if field.replace(value).is_some() {
            return Err(Refused::request(format!("The parameter {name} is given twice.")));
        }
    }
    Ok(form)
}

/// Client id and secret of an `Authorization: Basic` header, each decoded as a form's value.
fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    let decode = |value: &str| {
        let spaced = value.replace('+', " ");
        percent_decode(spaced.as_bytes()).decode_utf8().ok().map(|text| text.into_owned())
    };
    Some((decode(client_id)?, decode(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    const GRANT: &[u8] = b"grant_type=client_credentials";

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn error(content_type: Option<&str>, authorization: Option<&str>, body: &str) -> (u16, &'static str) {
        match read(content_type, authorization, body.as_bytes()) {
            Ok(_) => (200, "none"),
            Err(refused) => (refused.status.as_u16(), refused.error),
        }
    }

    #[test]
    fn client_and_secret_come_by_basic_or_in_the_body() {
        let by_header = read(FORM, Some(&basic("kda:s3cret")), GRANT).ok().unwrap();
        assert_eq!((by_header.client_id.as_str(), by_header.secret.as_str()), ("kda", "s3cret"));
        let body = b"grant_type=client_credentials&client_id=kda&client_secret=s3cret&scope=&x=1&x=2";
        let in_body =
            read(Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), None, body).ok().unwrap();
        assert!(in_body == by_header && in_body.scope.is_none());
        // The name alone proves nothing, so it may stand in both places.
        assert!(
            read(FORM, Some(&basic("kda:s3cret")), b"grant_type=client_credentials&client_id=kda").is_ok()
        );
    }

    #[test]
    fn both_parts_of_basic_are_decoded() {
        let header = basic("a%3Ab:p%25+s%2B:%D1%91");
        let read = read(FORM, Some(&header), GRANT).ok().unwrap();
        assert_eq!((read.client_id.as_str(), read.secret.as_str()), ("a:b", "p% s+:ё"));
    }

    #[test]
    fn what_is_no_basic_proves_nothing() {
        for header in ["", "Basic", "Basic ", "Basic !", "Bearer abc", &basic("nocolon"), &basic("a:%ff")] {
            assert_eq!(
                error(FORM, Some(header), "grant_type=client_credentials"),
                (401, "invalid_client"),
                "{header}"
            );
        }
    }

    #[test]
    fn what_is_not_as_the_rfc_has_it_is_refused_by_its_codes() {
        let good = basic("kda:s");
        let header = Some(good.as_str());
        for (type_, header, body, wanted) in [
            (None, header, "grant_type=client_credentials", (415, "invalid_request")),
            (Some("application/json"), header, "{}", (415, "invalid_request")),
            (Some("application/x-www-form-urlencoded; charset=latin1"), header, "", (415, "invalid_request")),
            (FORM, header, "", (400, "invalid_request")),
            (FORM, header, "grant_type=", (400, "invalid_request")),
            (FORM, header, "grant_type=password", (400, "unsupported_grant_type")),
            (FORM, header, "grant_type=client_credentials&scope=a&scope=b", (400, "invalid_request")),
            (FORM, header, "grant_type=client_credentials&client_secret=s", (400, "invalid_request")),
            (FORM, header, "grant_type=client_credentials&client_id=other", (400, "invalid_request")),
            (FORM, None, "grant_type=client_credentials&client_secret=s", (400, "invalid_request")),
            (FORM, None, "grant_type=client_credentials&client_id=kda", (401, "invalid_client")),
            (FORM, None, "grant_type=client_credentials", (401, "invalid_client")),
        ] {
            assert_eq!(error(type_, header, body), wanted, "{type_:?} {body}");
        }
        assert_eq!(read(FORM, None, b"\xff").err().unwrap().error, "invalid_request");
    }
}
