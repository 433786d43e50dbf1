//! `registry report`: a region's report on a year, written to a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use entity::AcademicYear;

use super::{connect, pending, print, told};
use crate::{
    clock::Clock,
    config::Config,
    registry::monitoring::{gather, service},
    reports::{self, Format},
};

/// Which report, and where to.
#[derive(Args)]
pub(super) struct Which {
    /// The region's ISO 3166-2 code, e.g. RU-KDA
    #[arg(long)]
    region: String,
    /// The academic year, e.g. 2024-2025
    #[arg(long)]
    year: AcademicYear,
    /// How it is written
    #[arg(long, value_enum, default_value = "xlsx")]
    format: Kind,
    /// The file that is written; a report that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// As the returns stand now, instead of as it was accepted
    #[arg(long)]
    live: bool,
}

/// How a report is written.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// A workbook with charts
    Xlsx,
    /// A page that is ready for print
    Html,
    /// A line a number
    Csv,
    /// For programs
    Json,
}

impl From<Kind> for Format {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Xlsx => Self::Xlsx,
            Kind::Html => Self::Html,
            Kind::Csv => Self::Csv,
            Kind::Json => Self::Json,
        }
    }
}

pub(super) async fn run(config: Config, which: Which) -> Result<(), String> {
    let db = connect(&config).await?;
    let pending = pending(&db).await?;
    if pending > 0 {
        return Err(format!("the database lacks {pending} steps of the schema; run `registry migrate`"));
    }
    let row = service::by_code(&db, &which.region, which.year).await.map_err(|e| told(&e))?;
    let none = || format!("there is no monitoring of {} in {}", which.region, which.year);
    let row = row.ok_or_else(none)?;
    let report = match row.revision > 0 && !which.live {
        true => service::frozen(&db, row.id, row.revision).await.map_err(|e| told(&e))?,
        false => gather::standing(db.read(), row.id, Clock::default().now()).await.map_err(|e| told(&e))?,
    };
    db.close().await;
    let bytes = reports::write(&report.ok_or_else(none)?, which.format.into()).map_err(|e| told(&e))?;
    let written = tokio::fs::write(&which.out, &bytes).await;
    written.map_err(|e| format!("{} cannot be written: {e}", which.out.display()))?;
    print(&format!("{}: {} bytes\n", which.out.display(), bytes.len()))
}
