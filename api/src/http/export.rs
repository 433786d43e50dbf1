//! `GET /export/members.{csv,ndjson,xlsx}`: all registrations that the caller may see, streamed.

use std::{
    io::{self, Seek, Write},
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    rt, web,
};
use serde::Deserialize;
use tokio::{io::AsyncReadExt, sync::mpsc};

use super::{
    caller,
    endpoint::Endpoint,
    protocol::Problem,
    stream::{self, Asked, Piece},
};
use crate::{
    app::App,
    auth::{Action, policy},
    error::{Code, Error},
    graphql::ids,
    registry::sync::export::{self, Export, Row},
    tables::{Format, Writer, xlsx::Sheet},
};

/// Pieces that wait for a slow reader.
const WAITING: usize = 2;
/// Bytes of a workbook in one piece.
const PIECE: usize = 64 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    /// Of this region only.
    region_code: Option<String>,
    /// Of this community only.
    community_slug: Option<String>,
}

/// `GET /export/members.{format}`.
pub(super) async fn members(
    request: HttpRequest,
    format: web::Path<String>,
    endpoint: web::Data<Endpoint>,
) -> HttpResponse {
    let mut asked = Asked::of(&request, "export/members");
    match begin(&endpoint.app, &request, &format, &mut asked).await {
        Ok((format, export)) => answer(endpoint.app.clone(), format, export, asked),
        Err(problem) => asked.refuse(problem),
    }
}

async fn begin(
    app: &App,
    request: &HttpRequest,
    format: &str,
    asked: &mut Asked,
) -> Result<(Format, Export), Problem> {
    stream::only(&Method::GET, request, "GET")?;
    let format = match format {
        "csv" => Format::Csv,
        "ndjson" => Format::Ndjson,
        "xlsx" => Format::Xlsx,
        _ => {
            let message = "Members are exported as members.csv, members.ndjson and members.xlsx.";
            return Err(Problem::new(StatusCode::NOT_FOUND, Code::NotFound.name(), message));
        }
    };
    let actor = caller::actor(app, request, &asked.id, app.clock.now()).await?;
    asked.account = actor.identity.as_ref().map(|identity| identity.login.clone());
    policy::signed_in(&actor, Action::MembersRead).map_err(|error| asked.problem(error))?;
    let options: Options = stream::options(request, "regionCode and communitySlug")?;
    let (region, community) = (options.region_code.as_deref(), options.community_slug.as_deref());
    let export = export::may(app, &actor, region, community).await.map_err(|error| asked.problem(error))?;
    Ok((format, export))
}

fn answer(app: App, format: Format, export: Export, asked: Asked) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    let file = format!("attachment; filename=\"members.{}\"", format.extension());
    response.content_type(format.media_type()).insert_header((header::CONTENT_DISPOSITION, file));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    let (send, receive) = mpsc::channel::<Piece>(WAITING);
    rt::spawn(async move {
        let sent = match format {
            Format::Xlsx => workbook(&app, &export, &send).await,
            Format::Csv => text(&app, &export, Writer::csv, &send).await,
            Format::Ndjson => text(&app, &export, Writer::ndjson, &send).await,
        };
        match sent {
            Ok(rows) => {
                asked.log(StatusCode::OK, rows, if send.is_closed() { "nobody listened" } else { "done" })
            }
            Err(error) => {
                asked.fault(&error);
                asked.log(StatusCode::OK, 0, error.code().name());
                // Breaks the transfer off.
                let _ = send.send(Err(io::Error::other("the export broke off"))).await;
            }
        }
    });
    response.streaming(stream::of(receive))
}

/// What was written since it was last taken.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A page of registrations is a piece of the answer.
async fn text(
    app: &App,
    export: &Export,
    begin: impl FnOnce(Written, &[&str]) -> io::Result<Writer<Written>>,
    send: &mpsc::Sender<Piece>,
) -> Result<u64, Error> {
    let written = Written::default();
    let mut writer = begin(written.clone(), &export::titles()).map_err(Error::internal)?;
    let rows = pages(app, export, async |page| {
        for row in page {
            with_cells(&row, |cells| writer.row(cells)).map_err(Error::internal)?;
        }
        Ok(send.send(Ok(written.take().into())).await.is_ok())
    })
    .await?;
    writer.finish().map_err(Error::internal)?;
    let _ = send.send(Ok(written.take().into())).await;
    Ok(rows)
}

/// A workbook is known to be whole only at its end: it is put together in a temporary file first.
async fn workbook(app: &App, export: &Export, send: &mpsc::Sender<Piece>) -> Result<u64, Error> {
    let mut sheet = Sheet::new(&export::titles()).map_err(Error::internal)?;
    let rows = pages(app, export, async |page| {
        for row in page {
            with_cells(&row, |cells| sheet.row(cells)).map_err(Error::internal)?;
        }
        Ok(!send.is_closed())
    })
    .await?;
    let file = web::block(move || {
        let mut file = tempfile::tempfile()?;
        sheet.finish(&mut file)?;
        file.rewind()?;
        Ok::<_, io::Error>(file)
    });
    let file = file.await.map_err(Error::internal)?.map_err(Error::internal)?;
    let mut file = tokio::fs::File::from_std(file);
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await.map_err(Error::internal)?;
        if read == 0 || send.send(Ok(piece.into())).await.is_err() {
            return Ok(rows);
        }
    }
}

/// Gives each page to `take`, until there are no more or nobody listens.
async fn pages(
    app: &App,
    export: &Export,
    mut take: impl AsyncFnMut(Vec<Row>) -> Result<bool, Error>,
) -> Result<u64, Error> {
    let (mut rows, mut after) = (0, None);
    loop {
        let page = export.page(app, after).await?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = Some(last.member.id);
        rows += page.len() as u64;
        if !take(page).await? {
            return Ok(rows);
        }
    }
}

/// The cells in the order of [`export::titles`].
fn with_cells<T>(row: &Row, take: impl FnOnce(&[Option<&str>]) -> T) -> T {
    let member = &row.member;
    let (joined_on, left_on) = (member.joined_on.to_string(), member.left_on.map(|day| day.to_string()));
    let state = match member.state {
        entity::MemberState::Pending => "PENDING",
        entity::MemberState::Active => "ACTIVE",
        entity::MemberState::Left => "LEFT",
        entity::MemberState::Declined => "DECLINED",
    };
    let id = ids::encode(member.id);
    take(&[
        member.external_id.as_deref(),
        Some(&row.community),
        Some(&member.full_name),
        member.email.as_deref(),
        row.organization.as_deref(),
        member.position.as_deref(),
        Some(&row.municipality),
        Some(&joined_on),
        left_on.as_deref(),
        member.phone.as_deref(),
        Some(state),
        member.source.as_deref(),
        Some(&id),
    ])
}
