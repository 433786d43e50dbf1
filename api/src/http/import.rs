//! `POST /import/registrations`: a whole file of registrations, answered line by line.
//!
//! The file is taken in first, to a temporary file that has no name: what makes it unreadable as a whole, or breaks
//! it off, is told before any row is acted on.

use std::fs::File;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, rt, web};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use serde::Deserialize;
use tokio::{io::AsyncWriteExt, sync::mpsc, task::spawn_blocking};

use super::{
    caller,
    endpoint::Endpoint,
    protocol::{Problem, codes},
    request_id, stream,
};
use crate::{
    app::App,
    auth::Actor,
    error::{Code, Error, Rejected},
    registry::sync::{
        import::{self, Import, MAX_ENDED, Prepared},
        lines, service,
    },
    tables::{self, Format, Limits, Unreadable},
};

/// Lines that wait for a slow reader.
const WAITING: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    /// The system whose keys the rows bear.
    source: String,
    #[serde(default)]
    mode: Mode,
    /// For `reconcile`: the share in percent.
    max_ended: Option<u32>,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Registers and changes what the file names.
    #[default]
    Upsert,
    /// Ends what it does not name, too.
    Reconcile,
}

/// `POST /import/registrations`.
pub(super) async fn registrations(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let id = request_id::of(&request);
    match begin(&endpoint.app, &request, payload, &id).await {
        Ok((prepared, actor)) => answer(endpoint.app.clone(), prepared, actor, id),
        Err(problem) => stream::refuse(problem, &id),
    }
}

async fn begin(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
    id: &str,
) -> Result<(Prepared, Actor), Problem> {
    let actor = caller::actor(app, request, id, app.clock.now()).await?;
    let (region, _) = service::may_sync(&actor).map_err(stream::problem)?;
    let options = web::Query::<Options>::from_query(request.query_string()).map_err(|error| {
        let message =
            format!("The query is not understood: {error}. Known are source, mode, maxEnded and dryRun.");
        Problem::new(StatusCode::BAD_REQUEST, Code::BadInput.name(), message)
    })?;
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some((format, encoding)) = media.and_then(Format::of_media_type) else {
        let message = "Send text/csv, application/x-ndjson, or \
                       application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE, message));
    };
    let Options { source, mode, max_ended, dry_run } = options.into_inner();
    let reconcile = match mode {
        Mode::Upsert => None,
        Mode::Reconcile => Some(max_ended.unwrap_or(MAX_ENDED)),
    };
    let file = take_in(payload, app.config.import_bytes).await?;
    let table = spawn_blocking(move || {
        tables::open(file, format, encoding.as_deref(), import::COLUMNS, Limits::default())
    });
    let table = table.await.map_err(|error| stream::problem(Error::internal(error)))?.map_err(unreadable)?;
    let import = Import { region, source, reconcile, dry_run };
    match import::prepare(app, import, table).await.map_err(stream::problem)? {
        Ok(prepared) => Ok((prepared, actor)),
        Err(rejected) => Err(refused(rejected)),
    }
}

/// The body in a temporary file without a name, which goes with its handle.
async fn take_in(mut payload: web::Payload, limit: u64) -> Result<File, Problem> {
    let fault = |error: std::io::Error| stream::problem(Error::internal(error));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(fault)?);
    let mut taken = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            let message = "The file broke off; nothing was done.";
            Problem::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
        })?;
        taken += chunk.len() as u64;
        if taken > limit {
            let message = format!("The file is too large; at most {limit} bytes are allowed.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::LimitExceeded.name(), message));
        }
        file.write_all(&chunk).await.map_err(fault)?;
    }
    file.flush().await.map_err(fault)?;
    Ok(file.into_std().await)
}

fn unreadable(fault: Unreadable) -> Problem {
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

fn refused(rejected: Rejected) -> Problem {
    let messages: Vec<_> = rejected.errors.into_iter().map(|error| error.message).collect();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BadInput.name(), messages.join(" "))
}

/// Answers as it goes. Who stops reading stops the import after the batch that is being written.
fn answer(app: App, prepared: Prepared, actor: Actor, id: String) -> HttpResponse {
    let (send, receive) = mpsc::channel::<Result<web::Bytes, std::io::Error>>(WAITING);
    let rows = prepared.count();
    rt::spawn(async move {
        let leave = async |at: DateTime<Utc>| {
            let caller = actor.as_of(app.db.read(), at).await?;
            service::may_sync(&caller).map(|(_, permit)| permit)
        };
        let mut text = Vec::new();
        let done = prepared
            .run(&app, leave, async |line| {
                let ends_batch = matches!(line, import::Line::Progress { .. });
                text.extend_from_slice(lines::line(&line).to_string().as_bytes());
                text.push(b'\n');
                // A batch is one piece of the answer.
                !ends_batch || send.send(Ok(std::mem::take(&mut text).into())).await.is_ok()
            })
            .await;
        let last = done.and_then(|summary| {
            tracing::info!(request_id = id, rows, ?summary, "import");
            lines::summary(&summary, Some(&actor))
        });
        let last = last.unwrap_or_else(|error| {
            if let Error::Internal(cause) = &error {
                tracing::error!(request_id = id, %cause, "import");
            }
            lines::broken(&error, &id)
        });
        text.extend_from_slice(format!("{last}\n").as_bytes());
        let _ = send.send(Ok(text.into())).await;
    });
    HttpResponse::Ok()
        .content_type("application/x-ndjson")
        // Compression would hold the progress back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(stream::of(receive))
}
