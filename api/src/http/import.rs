//! `POST /import/registrations`: a whole file of registrations, answered line by line.
//!
//! The file is taken in first, to a temporary file that has no name: what makes it unreadable as a whole, or breaks
//! it off, is told before any row is acted on.

use std::{fs::File, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    rt, web,
};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use serde::Deserialize;
use tokio::{io::AsyncWriteExt, sync::mpsc, task::spawn_blocking, time::timeout};

use super::{
    caller,
    endpoint::Endpoint,
    protocol::{Problem, codes},
    stream::{self, Asked, Piece},
};
use crate::{
    app::App,
    auth::Actor,
    error::{Code, Error, Rejected},
    registry::sync::{
        file,
        import::{self, Import, Line, MAX_ENDED, Prepared},
        lines, service,
    },
    tables::{self, Format, Limits, Unreadable},
};

/// How long a sender may be silent before its file is whole.
const SILENCE: Duration = Duration::from_secs(30);
/// What the address takes.
const KNOWN: &str = "source, mode, maxEnded and dryRun";
/// Lines that wait for a slow reader.
const WAITING: usize = 4;

/// As they stand in the address; what is wrong with a value is told with its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    /// The system whose keys the rows bear.
    source: String,
    /// `upsert` registers and changes what the file names; `reconcile` ends what it does not name, too.
    mode: Option<String>,
    /// For `reconcile`: the most that may be ended, in percent.
    max_ended: Option<String>,
    /// Only tell what would be done.
    dry_run: Option<String>,
}

impl Options {
    /// What share may be ended; none ends nothing.
    fn reconcile(&self) -> Result<Option<u32>, Problem> {
        let share = match &self.max_ended {
            None => None,
            Some(text) => {
                let share = text.parse().ok().filter(|share| *share <= 100);
                Some(
                    share
                        .ok_or_else(|| stream::bad_request("`maxEnded` is a share in percent, 0 to 100."))?,
                )
            }
        };
        match (self.mode.as_deref(), share) {
            (None | Some("upsert"), None) => Ok(None),
            (None | Some("upsert"), Some(_)) => {
                Err(stream::bad_request("`maxEnded` goes with mode=reconcile only."))
            }
            (Some("reconcile"), share) => Ok(Some(share.unwrap_or(MAX_ENDED))),
            (Some(_), _) => Err(stream::bad_request("`mode` is upsert or reconcile.")),
        }
    }

    fn dry_run(&self) -> Result<bool, Problem> {
        match self.dry_run.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(stream::bad_request("`dryRun` is true or false.")),
        }
    }
}

/// `POST /import/registrations`.
pub(super) async fn registrations(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "import/registrations");
    match begin(&endpoint.app, &request, payload, &mut asked).await {
        Ok((prepared, actor)) => answer(endpoint.app.clone(), prepared, actor, asked),
        Err(problem) => asked.refuse(problem),
    }
}

async fn begin(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
    asked: &mut Asked,
) -> Result<(Prepared, Actor), Problem> {
    stream::only(&Method::POST, request, "POST")?;
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    let (region, _) = service::may_sync(&actor).map_err(|error| asked.problem(error))?;
    let options: Options = stream::options(request, KNOWN)?;
    let (reconcile, dry_run) = (options.reconcile()?, options.dry_run()?);
    let (format, encoding) = format(request)?;
    let file = take_in(request, payload, app.config.import_bytes, asked).await?;
    let table = spawn_blocking(move || {
        tables::open(file, format, encoding.as_deref(), &file::COLUMNS, Limits::default())
    });
    let table = table.await.map_err(|error| asked.problem(Error::internal(error)))?.map_err(unreadable)?;
    let import = Import { region, source: options.source, reconcile, dry_run };
    match import::prepare(app, import, table).await.map_err(|error| asked.problem(error))? {
        Ok(prepared) => Ok((prepared, actor)),
        Err(rejected) => Err(refused(rejected)),
    }
}

/// How the file is written, by its header.
pub(super) fn format(request: &HttpRequest) -> Result<(Format, Option<String>), Problem> {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let unsupported =
        |message| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE, message);
    if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(unsupported("Send the file as it is, without Content-Encoding."));
    }
    text(header::CONTENT_TYPE).and_then(Format::of_media_type).ok_or_else(|| {
        unsupported(
            "Send text/csv, application/x-ndjson, or \
             application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.",
        )
    })
}

/// The body in a temporary file without a name, which goes with its handle.
pub(super) async fn take_in(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: u64,
    asked: &Asked,
) -> Result<File, Problem> {
    let too_large = || {
        let message = format!("The file is too large; at most {limit} bytes are allowed. Nothing was done.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::LimitExceeded.name(), message)
    };
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if told.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let fault = |error: std::io::Error| asked.problem(Error::internal(error));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(fault)?);
    let mut taken = 0;
    loop {
        let next = timeout(SILENCE, payload.next()).await.map_err(|_| {
            let message = "The file took too long to arrive; nothing was done.";
            Problem::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout.name(), message)
        })?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|_| stream::bad_request("The file broke off; nothing was done."))?;
        taken += chunk.len() as u64;
        if taken > limit {
            return Err(too_large());
        }
        file.write_all(&chunk).await.map_err(fault)?;
    }
    file.flush().await.map_err(fault)?;
    Ok(file.into_std().await)
}

pub(super) fn unreadable(fault: Unreadable) -> Problem {
    let mut place = String::new();
    if let Some(row) = fault.row {
        place = format!("Row {row}");
        if let Some(column) = &fault.column {
            place += &format!(", column {column}");
        }
        place += ": ";
    } else if let Some(column) = &fault.column {
        place = format!("Column {column}: ");
    }
    let message = format!("{place}{} Nothing was done.", fault.message);
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BadInput.name(), message)
}

pub(super) fn refused(rejected: Rejected) -> Problem {
    let messages: Vec<_> = rejected.errors.into_iter().map(|error| error.message).collect();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BadInput.name(), messages.join(" "))
}

/// Answers as it goes. Who stops reading stops the import after the batch that is being written.
fn answer(app: App, prepared: Prepared, actor: Actor, asked: Asked) -> HttpResponse {
    let (send, receive) = mpsc::channel::<Piece>(WAITING);
    let region = prepared.region();
    rt::spawn(async move {
        let leave = async |at: DateTime<Utc>| service::may_go_on(&app, &actor, region, at).await;
        let (mut text, mut rows) = (Vec::new(), 0);
        let done = prepared.run(&app, leave, async |line| {
            let ends_batch = match line {
                Line::Progress { done, .. } => {
                    rows = done;
                    true
                }
                _ => false,
            };
            text.extend_from_slice(lines::line(&line).to_string().as_bytes());
            text.push(b'\n');
            // A batch is one piece of the answer.
            !ends_batch || send.send(Ok(std::mem::take(&mut text).into())).await.is_ok()
        });
        let done = done.await.and_then(|summary| lines::summary(&summary, Some(&actor)));
        let (last, outcome) = match &done {
            Ok(summary) => (summary.clone(), "done"),
            Err(error) => (lines::broken(error, &asked.id), error.code().name()),
        };
        if let Err(error) = &done {
            asked.fault(error);
        }
        text.extend_from_slice(format!("{last}\n").as_bytes());
        let heard = send.send(Ok(text.into())).await.is_ok();
        asked.log(StatusCode::OK, rows, if heard { outcome } else { "nobody listened" });
    });
    HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compression would hold the progress back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(stream::of(receive))
}
