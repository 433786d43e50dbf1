//! `registry import registrations FILE`: the same import as by HTTP, for whoever has the database's keys.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{connect, print, told};
use crate::{
    app::App,
    auth::{Action, Permit},
    clock::Clock,
    config::Config,
    registry::sync::{
        file,
        import::{self, Import, Line, MAX_ENDED, Prepared, Summary},
        lines,
        service::Word,
    },
    tables::{self, Format, Limits, Unreadable},
};

/// What can be imported.
#[derive(Subcommand)]
pub(super) enum What {
    /// Registrations of a region's members, as another system knows them
    Registrations(Registrations),
}

/// How registrations are imported.
#[derive(Args)]
pub(super) struct Registrations {
    /// CSV, NDJSON or XLSX, by its ending; the columns' names stand in the first row
    file: PathBuf,
    /// The region in which they lie, e.g. RU-KDA
    #[arg(long, value_name = "CODE")]
    region: String,
    /// The system whose keys (externalId) the rows bear
    #[arg(long, value_name = "NAME")]
    source: String,
    /// End registrations of the source that the file does not name
    #[arg(long)]
    reconcile: bool,
    /// Refuse to end more than this share of them, in percent [default: 10]
    #[arg(long, value_name = "PERCENT", requires = "reconcile", value_parser = clap::value_parser!(u32).range(0..=100))]
    max_ended: Option<u32>,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// The file's character set, where it is not recognised: utf-8 or windows-1251
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Write a line of JSON for every row to this file, and a summary as the last; without it only rejected rows
    /// are told
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
}

pub(super) async fn run(config: Config, what: What) -> Result<(), String> {
    let What::Registrations(asked) = what;
    let table = {
        let (file, encoding) = (asked.file.clone(), asked.encoding.clone());
        tokio::task::spawn_blocking(move || open(&file, encoding.as_deref()))
            .await
            .map_err(|e| format!("cannot read the file: {e}"))??
    };
    let db = connect(&config).await?;
    db.migrate().await.map_err(|e| format!("cannot bring the schema up to date: {e}"))?;
    let app =
        App::new(config, db, Clock::default()).await.map_err(|e| format!("cannot start: {}", told(&e)))?;
    let outcome = in_app(&app, asked, table).await;
    app.db.close().await;
    outcome
}

fn open(path: &Path, encoding: Option<&str>) -> Result<tables::Table, String> {
    let shown = path.display();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let format = Format::of_extension(ending)
        .ok_or_else(|| format!("{shown}: the file's name must end in .csv, .ndjson or .xlsx"))?;
    let file = File::open(path).map_err(|e| format!("cannot open {shown}: {e}"))?;
    tables::open(file, format, encoding, &file::COLUMNS, Limits::default())
        .map_err(|fault| format!("{shown}{}: {}", place(&fault), fault.message))
}

fn place(fault: &Unreadable) -> String {
    let row = fault.row.map(|row| format!(", row {row}")).unwrap_or_default();
    let column = fault.column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
    row + &column
}

async fn in_app(app: &App, asked: Registrations, table: tables::Table) -> Result<(), String> {
    let region = entity::region::Entity::find()
        .filter(entity::region::Column::Code.eq(&asked.region))
        .one(app.db.read())
        .await
        .map_err(|e| e.to_string())?
        .ok_or_else(|| format!("there is no region {}", asked.region))?;
    let reconcile = asked.reconcile.then(|| asked.max_ended.unwrap_or(MAX_ENDED));
    let import = Import { region: region.id, source: asked.source, reconcile, dry_run: asked.dry_run };
    let prepared = match import::prepare(app, import, table).await.map_err(|e| told(&e))? {
        Ok(prepared) => prepared,
        Err(rejected) => {
            return Err(rejected.errors.into_iter().map(|e| e.message).collect::<Vec<_>>().join(" "));
        }
    };
    let results = match &asked.results {
        None => None,
        Some(path) => Some(BufWriter::new(
            File::create(path).map_err(|e| format!("cannot write {}: {e}", path.display()))?,
        )),
    };
    let summary = with_progress(app, prepared, results).await?;
    let Summary { created, updated, unchanged, rejected, ended, .. } = summary;
    let note = if asked.dry_run { " (dry run: nothing was written)" } else { "" };
    print(&format!(
        "created {created}, updated {updated}, unchanged {unchanged}, rejected {rejected}, ended {ended}{note}\n"
    ))
}

/// Runs it with a bar on the standard error, where that is a terminal.
async fn with_progress(
    app: &App,
    prepared: Prepared,
    mut results: Option<BufWriter<File>>,
) -> Result<Summary, String> {
    let bar = ProgressBar::new(prepared.count());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let mut fault = None;
    let leave = async |at: DateTime<Utc>| Ok(Permit::at_command_line(Action::MembersSync, at));
    let summary = prepared.run(app, leave, async |line| {
        if let Line::Progress { done, .. } = line {
            bar.set_position(done);
        }
        fault = tell(&line, results.as_mut(), &bar).err();
        fault.is_none()
    });
    let summary = summary.await.map_err(|e| told(&e))?;
    bar.finish_and_clear();
    if let (Some(file), None) = (&mut results, &fault) {
        let last = lines::summary(&summary, None).map_err(|e| told(&e))?;
        fault = writeln!(file, "{last}").and_then(|()| file.flush()).err().map(|e| e.to_string());
    }
    match fault {
        Some(fault) => Err(format!("cannot write the results: {fault}; run the same import again")),
        None => Ok(summary),
    }
}

/// To the file of results all of it, of each batch as soon as it is done; to the screen only what somebody should look
/// at.
fn tell(line: &Line, results: Option<&mut BufWriter<File>>, bar: &ProgressBar) -> Result<(), String> {
    match (results, line) {
        (Some(file), Line::Progress { .. }) => file.flush().map_err(|e| e.to_string()),
        (Some(file), Line::Row { .. } | Line::Ended { .. }) => {
            writeln!(file, "{}", lines::line(line)).map_err(|e| e.to_string())
        }
        (_, Line::Kept { message, .. }) => bar.suspend(|| print(&format!("{message}\n"))),
        (None, Line::Row { result, .. }) if result.outcome == Word::Rejected => {
            bar.suspend(|| print(&format!("{}\n", lines::line(line))))
        }
        _ => Ok(()),
    }
}
