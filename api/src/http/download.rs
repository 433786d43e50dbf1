//! `GET /materials/{materialId}`: a file of a practice, as it was added.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{
        Method, StatusCode,
        header::{self, EntityTag, Header, IfNoneMatch, IfRange},
    },
    web,
};
use async_graphql::ID;
use entity::ids::MaterialId;
use futures::StreamExt;

use super::{
    caller,
    endpoint::Endpoint,
    protocol::Problem,
    stream::{Asked, Piece},
};
use crate::{
    app::App,
    auth::visibility,
    error::Error,
    files::names,
    graphql::ids,
    registry::material::service::{self, Kept},
};

const METHODS: &str = "GET, HEAD";

/// `GET` and `HEAD /materials/{materialId}`.
pub(super) async fn material(
    request: HttpRequest,
    id: web::Path<String>,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "materials/download");
    match answer(&endpoint.app, &request, ID(id.into_inner()), &mut asked).await {
        Ok(response) => {
            asked.log(response.status(), 1, "begun");
            response
        }
        Err(problem) => asked.refuse(problem),
    }
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    id: ID,
    asked: &mut Asked,
) -> Result<HttpResponse, Problem> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Err(Problem::wrong_method("A file is read by GET or HEAD.", METHODS));
    }
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    let id = ids::decode::<MaterialId>(&id).map_err(|error| asked.problem(error))?;
    let seen = service::require(app.db.read(), &visibility::visible_practices(&actor), id).await;
    let kept = seen.map(Kept::of).map_err(|error| asked.problem(error))?;
    let Some(kept) = kept else {
        return Err(asked.problem(Error::not_found("file: the material is a link")));
    };
    let tag = EntityTag::new_strong(kept.sha256.clone());
    if let Ok(IfNoneMatch::Items(known)) = IfNoneMatch::parse(request)
        && known.iter().any(|known| known.weak_eq(&tag))
    {
        return Ok(headers(HttpResponse::NotModified(), &tag).finish());
    }
    let (status, first, length) = match asked_range(request, kept.bytes, &tag) {
        Wanted::All => (StatusCode::OK, 0, kept.bytes),
        Wanted::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((header::CONTENT_RANGE, format!("bytes */{}", kept.bytes)))
                .finish());
        }
    };
    let mut response = headers(HttpResponse::build(status), &tag);
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{}", first + length - 1, kept.bytes);
        response.insert_header((header::CONTENT_RANGE, range));
    }
    response
        .content_type(match kept.media_type.as_str() {
            "text/plain" => "text/plain; charset=utf-8".to_owned(),
            other => other.to_owned(),
        })
        .insert_header((header::CONTENT_DISPOSITION, names::disposition(&kept.name)))
        // A compressed answer has no length.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    if request.method() == Method::HEAD {
        return Ok(response.body(SizedStream::new(length, futures::stream::empty::<Piece>())));
    }
    let pieces = app.store.read(&kept.key, first..first + length).await;
    let pieces = pieces.map_err(|error| asked.problem(error))?;
    Ok(response.body(SizedStream::new(length, pieces.map(|piece| piece as Piece))))
}

/// What all answers about a file bear. It is not to be shown in the place of a page, whatever it holds; and whoever
/// keeps it asks again whether it may still be seen.
fn headers(mut response: HttpResponseBuilder, tag: &EntityTag) -> HttpResponseBuilder {
    response
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    response
}

/// What is asked of a file.
enum Wanted {
    All,
    /// From one byte to another.
    Part(u64, u64),
    /// Nothing that it has.
    Nothing,
}

/// One range is answered; several, and what is no range, are answered by the whole.
fn asked_range(request: &HttpRequest, bytes: u64, tag: &EntityTag) -> Wanted {
    let same = match IfRange::parse(request) {
        Ok(IfRange::EntityTag(known)) => known.strong_eq(tag),
        Ok(IfRange::Date(_)) => false,
        Err(_) => !request.headers().contains_key(header::IF_RANGE),
    };
    let asked = header::Range::parse(request).ok().filter(|_| same && request.method() == Method::GET);
    match asked {
        Some(header::Range::Bytes(ranges)) => match ranges.as_slice() {
            [range] => range.to_satisfiable_range(bytes).map_or(Wanted::Nothing, |(a, b)| Wanted::Part(a, b)),
            _ => Wanted::All,
        },
        _ => Wanted::All,
    }
}
