//! `POST /practices/{practiceId}/materials`: a file that a practice's author adds to it.
//!
//! The file is taken in first, to a temporary file that has no name: only what has arrived as a whole and is what it is
//! said to be reaches the store.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use async_graphql::ID;
use entity::{ids::PracticeId, material};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncSeekExt, AsyncWriteExt},
    task::spawn_blocking,
    time::timeout,
};

use super::{
    caller,
    endpoint::Endpoint,
    protocol::{Problem, codes},
    stream::{self, Asked},
};
use crate::{
    app::App,
    auth::{Action, policy},
    error::{Code, Error, Rejected, UserErrorCode},
    files::{
        content,
        kinds::{self, Kind, Refused},
        names,
    },
    graphql::ids,
    registry::material::{
        graphql::download_path,
        rules::TITLE_MAX,
        write::{self, Added, NewFile},
    },
};

/// How long a sender may be silent before its form is whole.
const SILENCE: Duration = Duration::from_secs(30);
/// What a form holds beside the file.
const ENVELOPE: u64 = 16 << 10;
/// A character of a title has up to four bytes.
const TITLE_BYTES: usize = TITLE_MAX * 4;

/// The address takes no parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

/// A form as it was received.
#[derive(Default)]
struct Form {
    title: Option<String>,
    file: Option<Received>,
}

/// A file as it was received.
struct Received {
    name: String,
    kind: &'static Kind,
    bytes: u64,
    sha256: String,
    file: tokio::fs::File,
}

/// `POST /practices/{practiceId}/materials`.
pub(super) async fn material(
    request: HttpRequest,
    practice: web::Path<String>,
    payload: web::Payload,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "materials/add");
    let done = add(&endpoint.app, &request, ID(practice.into_inner()), payload, &mut asked).await;
    match done {
        Ok(Added { row, was_there }) => {
            let status = if was_there { StatusCode::OK } else { StatusCode::CREATED };
            asked.log(status, 1, if was_there { "was there" } else { "done" });
            HttpResponse::build(status)
                .insert_header((header::LOCATION, download_path(row.id)))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .json(told(&row))
        }
        Err(problem) => asked.refuse(problem),
    }
}

/// As the schema tells it.
fn told(row: &material::Model) -> serde_json::Value {
    json!({ "material": {
        "id": ids::encode(row.id).0,
        "kind": row.kind,
        "title": row.title,
        "fileName": row.file_name,
        "mediaType": row.media_type,
        "size": row.bytes,
        "sha256": row.sha256,
        "download": download_path(row.id),
        "version": row.version,
        "addedAt": row.added_at.to_rfc3339(),
    } })
}

async fn add(
    app: &App,
    request: &HttpRequest,
    practice: ID,
    payload: web::Payload,
    asked: &mut Asked,
) -> Result<Added, Problem> {
    stream::only(&Method::POST, request, "POST")?;
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    policy::signed_in(&actor, Action::MaterialWrite).map_err(|error| asked.problem(error))?;
    let Options {} = stream::options(request, "none")?;
    let to = ids::decode::<PracticeId>(&practice).map_err(|error| asked.problem(error))?;
    // Whoever may not add it need not send it.
    let may = write::may_add(app, &actor, to).await.map_err(|error| asked.problem(error))?;
    may.map_err(refused)?;
    let form = receive(app, request, payload, asked).await?;
    let file =
        form.file.ok_or_else(|| stream::bad_request("The form has no part `file`; nothing was done."))?;
    let given = check(form.title, file, asked).await?;
    // Sending may have taken minutes: who sent it may do so no more, and it is now that it is added.
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    write::add_file(app, &actor, to, given).await.map_err(|error| asked.problem(error))?.map_err(refused)
}

/// What the sender can mend.
fn refused(rejected: Rejected) -> Problem {
    let state = rejected.errors.iter().any(|error| error.code == UserErrorCode::WrongState);
    let messages: Vec<_> = rejected.errors.into_iter().map(|error| error.message).collect();
    match state {
        true => Problem::new(StatusCode::CONFLICT, "WRONG_STATE", messages.join(" ")),
        false => unprocessable(messages.join(" ")),
    }
}

fn unprocessable(message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BadInput.name(), message)
}

fn unsupported(message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE, message)
}

fn too_large(limit: u64) -> Problem {
    let message = format!("The file is too large; at most {limit} bytes are allowed. Nothing was done.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::LimitExceeded.name(), message)
}

/// The form's parts, each once.
async fn receive(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
    asked: &Asked,
) -> Result<Form, Problem> {
    let limit = app.config.materials_bytes;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit + ENVELOPE) {
        return Err(too_large(limit));
    }
    let mut parts = Multipart::new(request.headers(), payload);
    let mut form = Form::default();
    while let Some(part) = within(parts.next()).await? {
        let mut part = part.map_err(broken)?;
        match part.name() {
            Some("file") if form.file.is_none() => {
                form.file = Some(take_in(app, part, limit, asked).await?);
            }
            Some("title") if form.title.is_none() => {
                let text = within(part.bytes(TITLE_BYTES)).await?;
                let text = text.map_err(|_| unprocessable("The title is too long."))?.map_err(broken)?;
                let text = String::from_utf8(text.to_vec());
                form.title = Some(text.map_err(|_| unprocessable("The title is no text in UTF-8."))?);
            }
            _ => return Err(stream::bad_request("A form has one part `file` and at most one `title`.")),
        }
    }
    Ok(form)
}

async fn within<T>(step: impl Future<Output = T>) -> Result<T, Problem> {
    timeout(SILENCE, step).await.map_err(|_| {
        let message = "The file took too long to arrive; nothing was done.";
        Problem::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout.name(), message)
    })
}

fn broken(error: MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing => {
            unsupported("Send the file as multipart/form-data, in a part `file`.")
        }
        _ => stream::bad_request("The form is malformed or broke off; nothing was done."),
    }
}

/// The part's content in a temporary file without a name, which goes with its handle.
async fn take_in(app: &App, mut part: Field, limit: u64, asked: &Asked) -> Result<Received, Problem> {
    let given = part.content_disposition().and_then(|it| {
        let full = it.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
        full.or_else(|| it.get_filename().map(ToOwned::to_owned))
    });
    let name = names::check(given.as_deref().unwrap_or_default()).map_err(unprocessable)?;
    let declared = part.content_type().map(|media_type| media_type.essence_str().to_owned());
    let kind =
        kinds::of(&name, declared.as_deref(), &app.config.materials_types).map_err(|error| match error {
            Refused::Kind(message) => unsupported(message),
            Refused::Name(message) => unprocessable(message),
        })?;
    let fault = |error: std::io::Error| asked.problem(Error::internal(error));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(fault)?);
    let (mut bytes, mut digest) = (0, Sha256::new());
    while let Some(chunk) = within(part.next()).await? {
        let chunk = chunk.map_err(broken)?;
        bytes += chunk.len() as u64;
        if bytes > limit {
            return Err(too_large(limit));
        }
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(fault)?;
    }
    file.flush().await.map_err(fault)?;
    let sha256 = crate::text::hex(&digest.finalize());
    Ok(Received { name, kind, bytes, sha256, file })
}

/// Whether the file is what it is said to be.
async fn check(title: Option<String>, received: Received, asked: &Asked) -> Result<NewFile, Problem> {
    let Received { name, kind, bytes, sha256, file } = received;
    if bytes == 0 {
        return Err(unprocessable("The file is empty."));
    }
    let fault = |error| asked.problem(error);
    let mut file = file.into_std().await;
    let looked = spawn_blocking(move || content::is(&mut file, kind).map(|is| (is, file))).await;
    let (is, file) =
        looked.map_err(Error::internal).map_err(fault)?.map_err(Error::internal).map_err(fault)?;
    if !is {
        return Err(unprocessable(format!("The file's content is not of type {}.", kind.media_type)));
    }
    let mut file = tokio::fs::File::from_std(file);
    file.rewind().await.map_err(Error::internal).map_err(fault)?;
    Ok(NewFile { title, name, media_type: kind.media_type, bytes, sha256, file })
}
