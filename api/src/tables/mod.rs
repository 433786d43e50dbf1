//! Tables as files: CSV, NDJSON and XLSX are read and written here, and nothing is known of what they hold.
//!
//! Invariants:
//! - Memory does not grow with the file: a row is held at a time, and of a row no more than the limits allow.
//!   (Of an XLSX workbook the texts that its cells share are held, too; their size is a limit.)
//! - What makes a file unreadable as a whole is found by [`open`], before a caller has acted on any row.
//! - Whatever the bytes are, the answer is a fault that can be shown to who brought the file: never a panic. A
//!   fault names places, headers and numbers, never what a cell holds.
//!
//! All of it is synchronous: callers run it where blocking is allowed.

mod csv;
mod date;
mod encoding;
mod header;
mod markup;
mod ndjson;
mod quotes;
mod sheet;
mod write;
pub mod xlsx;
mod zip;
#[cfg(test)]
mod tests;

use std::{fs::File, io};

pub use date::parse_date;
pub use write::Writer;

/// How a table is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Cells between separators, a line a row.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// The first sheet of a workbook.
    Xlsx,
}

impl Format {
    /// By the end of a file's name, without the point, in any case.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// By a media type, with the label of the encoding if the type names one (`; charset=windows-1251`).
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<(Self, Option<String>)> {
        let mut parts = media_type.split(';').map(str::trim);
        let format = match parts.next()?.to_ascii_lowercase().as_str() {
            "text/csv" | "application/csv" | "text/tab-separated-values" => Self::Csv,
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines" => Self::Ndjson,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Self::Xlsx,
            _ => return None,
        };
        let charset = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, label)| label.trim().trim_matches('"').to_owned());
        Some((format, charset))
    }

    /// The end of a file's name, without the point.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type under which a written file is sent.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A column that a reader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, which faults name, too.
    pub name: &'static str,
    /// What else a header or a key may call it.
    pub titles: &'static [&'static str],
    /// Whether a file with a header must have it. (Whether a row's cell may be empty is the caller's matter.)
    pub required: bool,
}

/// What a file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A cell, in bytes of UTF-8.
    pub cell: usize,
    /// A line of NDJSON, in bytes.
    pub line: usize,
    /// All parts of an XLSX file unpacked, in bytes.
    pub expanded: u64,
    /// The texts that an XLSX file's cells share, in bytes.
    pub texts: u64,
    /// How many times its own size an XLSX file may unpack to.
    pub ratio: u64,
    /// Rows below the header.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cell: 64 << 10,
            line: 256 << 10,
            expanded: 1 << 30,
            texts: 40 << 20,
            ratio: 200,
            rows: 2_000_000,
        }
    }
}

/// Why a file cannot be read as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    /// What is wrong, for who brought the file.
    pub message: String,
    /// Where, counted as [`Record::row`].
    pub row: Option<u64>,
    /// In which column: its name, or what the header calls it.
    pub column: Option<String>,
}

impl Unreadable {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), row: None, column: None }
    }

    fn at(row: u64, message: impl Into<String>) -> Self {
        Self { message: message.into(), row: Some(row), column: None }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        tracing::warn!(%error, "a table's file could not be read");
        Self::new("The file could not be read to its end.")
    }
}

/// Why a row cannot be read, while others can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// In which column: its name, or what the file calls it.
    pub column: Option<String>,
    /// What is wrong, for who brought the file.
    pub message: String,
}

impl RowFault {
    fn new(message: impl Into<String>) -> Self {
        Self { column: None, message: message.into() }
    }

    fn of(column: &str, message: impl Into<String>) -> Self {
        Self { column: Some(column.to_owned()), message: message.into() }
    }

    fn too_long(column: &str, limit: usize) -> Self {
        Self::of(column, format!("The cell is longer than {limit} bytes."))
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number as a person sees it, the header counted: the record of a CSV file (empty lines counted), the line
    /// of an NDJSON file, the row of a sheet.
    pub row: u64,
    /// Its cells in the order of the columns asked for. `None` is an empty or an absent one.
    pub cells: Vec<Option<String>>,
}

/// The next row with its number, or why nothing comes after.
type Step = Result<(u64, Result<Record, RowFault>), Unreadable>;
type Steps<'a> = Box<dyn Iterator<Item = Step> + 'a>;

/// A file that can be read.
pub struct Table {
    source: Source,
    count: u64,
}

enum Source {
    Csv(csv::Source),
    Ndjson(ndjson::Source),
    Xlsx(Box<xlsx::Source>),
}

impl Source {
    fn steps(&mut self) -> Result<Steps<'_>, Unreadable> {
        match self {
            Self::Csv(source) => source.steps(),
            Self::Ndjson(source) => source.steps(),
            Self::Xlsx(source) => source.steps(),
        }
    }
}

/// Reads the whole file once, so that whatever makes it unreadable is known before any row is acted on. `encoding`
/// is the label of the character set, if somebody named one; it matters to CSV only.
///
/// # Errors
/// [`Unreadable`]: not of this format, an unknown encoding, an unknown, doubled or missing column, a quote that is
/// never closed, more than the limits allow.
pub fn open(
    file: File,
    format: Format,
    encoding: Option<&str>,
    columns: &'static [Column],
    limits: Limits,
) -> Result<Table, Unreadable> {
    let mut source = match format {
        Format::Csv => Source::Csv(csv::Source::open(file, encoding, columns, limits)?),
        Format::Ndjson => Source::Ndjson(ndjson::Source::open(file, encoding, columns, limits)?),
        Format::Xlsx => Source::Xlsx(Box::new(xlsx::Source::open(file, columns, limits)?)),
    };
    let mut count = 0;
    for step in source.steps()? {
        let (row, _) = step?;
        count += 1;
        if count > limits.rows {
            return Err(Unreadable::at(row, format!("The file has more than {} rows.", limits.rows)));
        }
    }
    Ok(Table { source, count })
}

impl Table {
    /// How many rows [`Table::rows`] will give, those with a fault counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The rows from the first, each with its number. May be called again, and begins anew.
    ///
    /// Should the file break off that could be read to its end when it was opened, the last item is a fault that
    /// says so: a table never just looks shorter than it is.
    ///
    /// # Errors
    /// [`Unreadable`] when the file can no longer be read.
    pub fn rows(&mut self) -> Result<impl Iterator<Item = (u64, Result<Record, RowFault>)>, Unreadable> {
        let mut last = 0;
        let mut broken = false;
        let steps = self.source.steps()?;
        // Whoever asks again after the end hears the end again: reading an XLSX sheet on would give a fault.
        Ok(steps.fuse().map_while(move |step| match step {
            _ if broken => None,
            Ok((row, read)) => {
                last = row;
                Some((row, read))
            }
            Err(unreadable) => {
                broken = true;
                let fault = RowFault { column: unreadable.column, message: unreadable.message };
                Some((unreadable.row.unwrap_or(last + 1), Err(fault)))
            }
        }))
    }
}
