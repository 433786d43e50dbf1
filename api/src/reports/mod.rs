//! How a region's yearly report is written down: XLSX, HTML for print, CSV and JSON, all from one value, in Russian.
//!
//! Knows the report and nothing of databases, rights, GraphQL or HTTP. What the files show in tables is described once, in
//! [`tables`], so they cannot differ. What is not known is told as such, never as zero.

mod csv;
mod html;
mod json;
mod tables;
#[cfg(test)]
mod tests;
mod xlsx;

use crate::{error::Error, registry::monitoring::report::Report};

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook: a sheet a table, with charts.
    Xlsx,
    /// A page that is ready for print, with charts.
    Html,
    /// All tables, a line a number.
    Csv,
    /// For programs.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Xlsx, Self::Html, Self::Csv, Self::Json];

    /// By the end of a file's name, without the point.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The end of a file's name, without the point.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The media type under which it is sent.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// Writes a report down; the same report gives the same bytes.
///
/// # Errors
/// A fault of ours: the file cannot be put together.
pub fn write(report: &Report, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Xlsx => xlsx::write(report).map_err(Error::internal),
        Format::Html => Ok(html::write(report).into_bytes()),
        Format::Csv => csv::write(report).map_err(Error::internal),
        Format::Json => serde_json::to_vec_pretty(&json::of(report)).map_err(Error::internal),
    }
}
