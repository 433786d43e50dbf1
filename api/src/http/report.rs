//! `GET /reports/monitoring/{region}/{year}.{format}`: a region's report on a year as a file, for those who may read it.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, EntityTag, Header, IfNoneMatch},
    },
    web,
};
use entity::AcademicYear;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    caller,
    endpoint::Endpoint,
    protocol::Problem,
    stream::{self, Asked},
};
use crate::{
    app::App,
    error::{Code, Error},
    registry::monitoring::service::{self, Which},
    reports::{self, Format},
    text,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    /// As it was accepted under this number.
    revision: Option<i32>,
    /// As the returns stand now.
    #[serde(default)]
    live: bool,
}

/// `GET /reports/monitoring/{region}/{year}.{format}`.
pub(super) async fn monitoring(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "reports/monitoring");
    let (region, file) = path.into_inner();
    match answer(&endpoint.app, &request, &region, &file, &mut asked).await {
        Ok(response) => {
            asked.log(response.status(), 1, "done");
            response
        }
        Err(problem) => asked.refuse(problem),
    }
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    region: &str,
    file: &str,
    asked: &mut Asked,
) -> Result<HttpResponse, Problem> {
    stream::only(&Method::GET, request, "GET")?;
    let named = file
        .split_once('.')
        .and_then(|(year, format)| Some((year.parse::<AcademicYear>().ok()?, Format::of_extension(format)?)));
    let (year, format) = named.ok_or_else(|| {
        let message = "Reports are named by their year: 2024-2025.xlsx, .html, .csv or .json.";
        Problem::new(StatusCode::NOT_FOUND, Code::NotFound.name(), message)
    })?;
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    let options: Options = stream::options(request, "revision and live")?;
    let which = match (options.revision, options.live) {
        (Some(_), true) => return Err(stream::bad_request("Give `revision` or `live`, not both.")),
        (Some(revision), false) => Which::Revision(revision),
        (None, true) => Which::Live,
        (None, false) => Which::Newest,
    };
    let found = service::report(app, &actor, region, year, which).await;
    let (_, report) = found
        .and_then(|found| found.ok_or_else(|| Error::not_found("report")))
        .map_err(|error| asked.problem(error))?;
    let name = format!("monitoring-{}-{year}.{}", report.region_code, format.extension());
    let is_frozen = report.signing.is_some();
    let written = web::block(move || reports::write(&report, format)).await;
    let bytes = written.map_err(Error::internal).and_then(|written| written).map_err(|e| asked.problem(e))?;
    let tag = EntityTag::new_weak(text::hex(&Sha256::digest(&bytes)));
    let caching = if is_frozen { "no-cache" } else { "no-store" };
    if let Ok(IfNoneMatch::Items(known)) = IfNoneMatch::parse(request)
        && known.iter().any(|known| known.weak_eq(&tag))
    {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag.to_string()))
            .insert_header((header::CACHE_CONTROL, caching))
            .finish());
    }
    // A page is looked at, the others are kept; neither runs anything.
    let place = if format == Format::Html { "inline" } else { "attachment" };
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("{place}; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}
