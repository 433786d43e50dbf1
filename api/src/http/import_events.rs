//! `POST /import/events`: a file of events, taken in as a whole or not at all, answered row by row.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::{
    caller,
    endpoint::Endpoint,
    import::{format, refused, take_in, unreadable},
    protocol::Problem,
    stream::{self, Asked},
};
use crate::{
    app::App,
    auth::{Action, policy},
    error::{Error, UserError},
    graphql::ids,
    registry::event::import::{self, COLUMNS, Done, Line, ROWS_MAX},
    tables::{self, Limits},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    /// The system whose keys the rows bear.
    source: String,
    /// Only tell what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// `POST /import/events`.
pub(super) async fn events(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "import/events");
    match answer(&endpoint.app, &request, payload, &mut asked).await {
        Ok((response, rows)) => {
            asked.log(StatusCode::OK, rows, "done");
            response
        }
        Err(problem) => asked.refuse(problem),
    }
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
    asked: &mut Asked,
) -> Result<(HttpResponse, u64), Problem> {
    stream::only(&Method::POST, request, "POST")?;
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    policy::signed_in(&actor, Action::EventWrite).map_err(|error| asked.problem(error))?;
    let options: Options = stream::options(request, "source and dryRun")?;
    let (format, encoding) = format(request)?;
    let file = take_in(request, payload, app.config.import_bytes, asked).await?;
    let rows = spawn_blocking(move || {
        let limits = Limits { rows: ROWS_MAX, ..Limits::default() };
        let mut table = tables::open(file, format, encoding.as_deref(), &COLUMNS, limits)?;
        let rows: Vec<_> = table.rows()?.collect();
        Ok(rows)
    });
    let rows = rows.await.map_err(|error| asked.problem(Error::internal(error)))?.map_err(unreadable)?;
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let done = import::run(app, &actor, &options.source, options.dry_run, rows).await;
    let lines = done.map_err(|error| asked.problem(error))?.map_err(refused)?;
    let body = body(&lines, options.dry_run);
    let response = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body);
    Ok((response, count))
}

/// The whole answer: how many rows became what, and each row.
fn body(lines: &[Line], dry_run: bool) -> Value {
    let count =
        |wanted| lines.iter().filter(|line| matches!(line.done, Ok((done, _)) if done == wanted)).count();
    let line = |line: &Line| match &line.done {
        Ok((done, id)) => {
            let id = (!dry_run || *done != Done::Created).then(|| ids::encode(*id));
            json!({ "row": line.row, "externalId": line.key, "outcome": done.name(), "eventId": id, "userErrors": [] })
        }
        Err(errors) => {
            let told = |error: &UserError| {
                let path: Vec<_> = error.path.iter().skip(1).collect();
                json!({ "code": error.code, "message": error.message, "path": path })
            };
            let errors: Vec<_> = errors.iter().map(told).collect();
            json!({ "row": line.row, "externalId": line.key, "outcome": "REJECTED", "eventId": null, "userErrors": errors })
        }
    };
    json!({
        "dryRun": dry_run,
        "created": count(Done::Created),
        "updated": count(Done::Updated),
        "unchanged": count(Done::Unchanged),
        "rejected": lines.iter().filter(|line| line.done.is_err()).count(),
        "rows": lines.iter().map(line).collect::<Vec<_>>(),
    })
}
