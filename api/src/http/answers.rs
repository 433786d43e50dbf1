//! Answers that are kept for other visitors who ask the same: while nothing has changed, and for half a second at most.
//!
//! Whoever asks without a token sees what everybody sees, so one visitor's answer is every visitor's. It is kept under all
//! that was asked, byte for byte; never for who brings a token, never with an error, never of a mutation. A change by this
//! process makes all of them stale before whoever made it hears of it; one by another process shows when they are too old.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, ETag, EntityTag, Header as _, IfNoneMatch, TryIntoHeaderValue as _},
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use super::{
    compression,
    protocol::{Answer, MediaType},
};
use crate::app::App;

/// How many bytes of questions and answers are kept.
const BYTES: u64 = 32 << 20;
/// How many different questions of usual length there is room for.
const USUAL: usize = 4_096;
/// A question or answer longer than this is not kept.
const LONGEST: usize = 256 << 10;

/// What was asked, to the last byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question(Box<[u8]>);

impl Question {
    /// What is asked; none where it is asked at too great length.
    pub(super) fn of(request: &HttpRequest, media: MediaType, text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let sent_as = request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
        let sent_as = sent_as.unwrap_or_default();
        let method = request.method().as_str().as_bytes();
        let parts = [media.content_type().as_bytes(), method, sent_as, text];
        // No header holds a line's end, so no two questions give the same bytes.
        Some(Self(parts.join(&b'\n').into_boxed_slice()))
    }

    /// How many bytes it takes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A question of a visitor: of nobody else an answer is looked for or kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitors<'a>(&'a Question);

impl<'a> Visitors<'a> {
    /// The question, where who asks brings no token, good or bad.
    pub(super) fn of(request: &HttpRequest, question: &'a Question) -> Option<Self> {
        (!request.headers().contains_key(header::AUTHORIZATION)).then_some(Self(question))
    }
}

/// An answer to a visitor.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    body: Bytes,
    /// In gzip, from the first who takes it so.
    packed: Arc<OnceLock<Option<Bytes>>>,
    content_type: &'static str,
    tag: EntityTag,
    begun: Begun,
    /// What a log line tells of the operation.
    pub(super) operation: Option<String>,
}

#[derive(Clone, Debug)]
struct Length;

impl Weighter<Question, Kept> for Length {
    fn weight(&self, question: &Question, kept: &Kept) -> u64 {
        // Packed it takes half as much again at most.
        (question.len() + kept.body.len() * 3 / 2) as u64 + 256
    }
}

/// When an answer begins to be made: what it will know is not older.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    state: u64,
    /// By the application's clock, on which answers may depend, and which may be set.
    at: DateTime<Utc>,
    /// By one that only goes on.
    instant: Instant,
}

impl Begun {
    pub(super) fn now(app: &App) -> Self {
        Self { state: app.db.state(), at: app.clock.now(), instant: Instant::now() }
    }
}

/// The answers that are kept.
pub(super) struct Answers {
    kept: Cache<Question, Kept, Length>,
    fresh_for: Duration,
}

impl Answers {
    pub(super) fn new(app: &App) -> Self {
        let fresh_for = Duration::from_millis(app.config.answers_milliseconds.into());
        Self { kept: Cache::with_weighter(USUAL, BYTES, Length), fresh_for }
    }

    /// The answer that was given to this question, where it would still be the same.
    pub(super) fn find(&self, Visitors(question): Visitors<'_>, now: Begun) -> Option<Kept> {
        let kept = self.kept.get(question)?;
        let begun = kept.begun;
        let is_fresh = begun.state == now.state
            && now.instant.saturating_duration_since(begun.instant) < self.fresh_for
            && (now.at - begun.at).abs().to_std().is_ok_and(|age| age < self.fresh_for);
        is_fresh.then_some(kept)
    }

    /// Keeps an answer that everybody would be given. It was begun to be made at `begun`.
    pub(super) fn keep(
        &self,
        Visitors(question): Visitors<'_>,
        answer: &Answer,
        begun: Begun,
        operation: Option<String>,
    ) -> Option<Kept> {
        if self.fresh_for.is_zero() || answer.body.len() > LONGEST {
            return None;
        }
        let digest = Sha256::digest(&answer.body);
        // Half of it is unique enough to tell answers to one question apart.
        let digest = digest.get(..16).unwrap_or_default();
        let kept = Kept {
            body: answer.body.clone(),
            packed: Arc::default(),
            content_type: answer.content_type,
            tag: EntityTag::new_weak(URL_SAFE_NO_PAD.encode(digest)),
            begun,
            operation,
        };
        self.kept.insert(question.clone(), kept.clone());
        Some(kept)
    }
}

impl Kept {
    /// The answer as it leaves; to a GET from somebody who has it already, only that it is the same.
    pub(super) fn answer(self, request: &HttpRequest) -> HttpResponse {
        let answer =
            Answer { status: StatusCode::OK, content_type: self.content_type, allow: None, body: self.body };
        let respond = |answer| {
            let pack = |body: &Bytes| self.packed.get_or_init(|| compression::gzip(body)).clone();
            compression::respond(answer, request, pack)
        };
        if *request.method() != Method::GET {
            return respond(answer);
        }
        let is_known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&self.tag)),
            Ok(IfNoneMatch::Any) | Err(_) => false,
        };
        let mut response = if is_known { HttpResponse::NotModified().finish() } else { respond(answer) };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
        let varies = header::HeaderValue::from_static("Accept, Accept-Encoding, Authorization");
        headers.insert(header::VARY, varies);
        if let Ok(tag) = ETag(self.tag).try_into_value() {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}
