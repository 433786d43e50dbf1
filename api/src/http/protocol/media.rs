//! Content negotiation: which of the two media types the client wants.

use actix_web::http::StatusCode;

use super::problem::{Problem, codes};

/// How the answer is labelled; it also decides the status of request errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status tells a request error.
    GraphqlResponse,
    /// `application/json`, for older clients: a request error of a well-formed request is a 200.
    Json,
}

impl MediaType {
    /// The value of the `Content-Type` header.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// One entry of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// The weight in thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    /// `None` for an entry that is malformed or wants another charset: it matches nothing.
    fn parse(entry: &'a str) -> Option<Self> {
        let mut parts = entry.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut weight = 1_000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            if name.trim().eq_ignore_ascii_case("q") {
                let q = value.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q))?;
                weight = (q * 1_000.0) as u16;
            } else if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(value) {
                return None;
            }
        }
        Some(Self { kind, subtype, weight })
    }

    /// How exactly the range names the media type; `None` where it does not.
    fn matches(&self, media: MediaType) -> Option<u8> {
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (kind, "*") if kind.eq_ignore_ascii_case("application") => Some(1),
            (kind, subtype)
                if kind.eq_ignore_ascii_case("application")
                    && subtype.eq_ignore_ascii_case(media.subtype()) =>
            {
                Some(2)
            }
            _ => None,
        }
    }
}

/// Picks the media type by the client's weights. Between equals the one that is named wins over
/// one that a wildcard lets in, and the newer of two that are named; who names none (a browser,
/// `curl`, an older client) gets plain JSON.
pub fn negotiate(accept: Option<&str>) -> Result<MediaType, Problem> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return Ok(MediaType::Json);
    };
    let ranges: Vec<Range<'_>> = accept.split(',').filter_map(Range::parse).collect();
    let weigh = |media: MediaType| {
        // The most exact range speaks for the type, even where a broader one is kinder.
        let matching = ranges.iter().filter_map(|range| Some((range.matches(media)?, range.weight)));
        matching.max().filter(|(_, weight)| *weight > 0).map(|(exact, weight)| (weight, exact))
    };
    match (weigh(MediaType::GraphqlResponse), weigh(MediaType::Json)) {
        (Some(newer), Some(json)) if newer > json => Ok(MediaType::GraphqlResponse),
        (Some(newer), Some(json)) if newer == json && newer.1 == 2 => Ok(MediaType::GraphqlResponse),
        (_, Some(_)) => Ok(MediaType::Json),
        (Some(_), None) => Ok(MediaType::GraphqlResponse),
        (None, None) => Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            codes::NOT_ACCEPTABLE,
            "Answers come as application/graphql-response+json or application/json in UTF-8.",
        )),
    }
}

pub(super) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::{MediaType::*, *};

    fn picked(accept: &str) -> Option<MediaType> {
        negotiate(Some(accept)).ok()
    }

    #[test]
    fn who_names_nothing_gets_json() {
        assert_eq!(negotiate(None).unwrap(), Json);
        for accept in ["", " ", "*/*", "application/*", "text/html, */*;q=0.8"] {
            assert_eq!(picked(accept), Some(Json), "{accept}");
        }
    }

    #[test]
    fn a_named_type_is_given() {
        assert_eq!(picked("application/graphql-response+json"), Some(GraphqlResponse));
        assert_eq!(picked("Application/GraphQL-Response+JSON; charset=UTF-8"), Some(GraphqlResponse));
        assert_eq!(picked("application/json; charset=\"utf-8\""), Some(Json));
        assert_eq!(picked("application/json, multipart/mixed"), Some(Json));
        assert_eq!(picked("application/graphql-response+json, */*"), Some(GraphqlResponse));
        assert_eq!(picked("application/json, */*"), Some(Json));
    }

    #[test]
    fn weights_decide() {
        assert_eq!(picked("application/json, application/graphql-response+json"), Some(GraphqlResponse));
        assert_eq!(picked("application/json;q=0.9, application/graphql-response+json;q=0.8"), Some(Json));
        assert_eq!(
            picked("application/graphql-response+json, application/json;q=0.9"),
            Some(GraphqlResponse)
        );
        assert_eq!(picked("application/json;q=0, */*"), Some(GraphqlResponse));
    }

    #[test]
    fn nothing_acceptable_is_406() {
        for accept in
            ["text/html", "application/json;q=0", "application/json;charset=latin1", "json", "*/json"]
        {
            let problem = negotiate(Some(accept)).unwrap_err();
            assert_eq!(problem.status.as_u16(), 406, "{accept}");
        }
    }
}
