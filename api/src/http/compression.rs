//! Answers in gzip, for those who take it. The server's own compression hands everything longer than a kilobyte to another
//! thread, which takes longer than to compress what an answer usually holds; it is left what is shorter or longer.

use std::io::Write;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, Encoding, Header as _, HeaderValue},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use super::protocol::Answer;

/// What is shorter the server compresses at once, too.
const SHORTEST: usize = 1 << 10;
/// Longer than this it would hold up others.
const LONGEST: usize = 256 << 10;

/// The answer as it leaves; in gzip, by `pack`, where who asks takes that.
pub(super) fn respond(
    mut answer: Answer,
    request: &HttpRequest,
    pack: impl FnOnce(&Bytes) -> Option<Bytes>,
) -> HttpResponse {
    let packed = if is_wanted(request, answer.body.len()) { pack(&answer.body) } else { None };
    let Some(packed) = packed else { return answer.into() };
    answer.body = packed;
    let mut response = HttpResponse::from(answer);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn is_wanted(request: &HttpRequest, length: usize) -> bool {
    if !(SHORTEST..=LONGEST).contains(&length) {
        return false;
    }
    let Ok(accepted) = AcceptEncoding::parse(request) else { return false };
    accepted.negotiate([Encoding::gzip(), Encoding::identity()].iter()) == Some(Encoding::gzip())
}

/// In gzip; none where that fails, which it does not in memory.
pub(super) fn gzip(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}
