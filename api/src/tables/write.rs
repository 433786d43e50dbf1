//! Writing CSV and NDJSON, row by row, to wherever bytes go.

use std::io::{self, Write};

use super::csv::is_formula;

/// A table while its rows are written.
pub struct Writer<W: Write + Send> {
    kind: Kind<W>,
    columns: usize,
}

enum Kind<W: Write> {
    Csv(Box<::csv::Writer<W>>),
    /// The keys as they are written: quoted, with their colon.
    Ndjson {
        out: W,
        keys: Vec<String>,
    },
}

pub(super) fn wrong_width(cells: usize, columns: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("The row has {cells} cells, the header has {columns}."),
    )
}

impl<W: Write + Send> Writer<W> {
    /// CSV as spreadsheets expect it where the comma is a decimal point: UTF-8 with its mark, semicolons, `\r\n`,
    /// quotes where they are needed. What a spreadsheet would take for a formula gets an apostrophe before it; who
    /// reads with [`open`](super::open) gets it without.
    ///
    /// # Errors
    /// Whatever `out` gives.
    pub fn csv(mut out: W, columns: &[&str]) -> io::Result<Self> {
        out.write_all(b"\xEF\xBB\xBF")?;
        let csv =
            ::csv::WriterBuilder::new().delimiter(b';').terminator(::csv::Terminator::CRLF).from_writer(out);
        let mut writer = Self { kind: Kind::Csv(Box::new(csv)), columns: columns.len() };
        writer.row(&columns.iter().map(|title| Some(*title)).collect::<Vec<_>>())?;
        Ok(writer)
    }

    /// NDJSON: an object a line, all columns in each, absent cells as `null`.
    ///
    /// # Errors
    /// None yet.
    pub fn ndjson(out: W, columns: &[&str]) -> io::Result<Self> {
        let keys = columns.iter().map(|key| Ok(format!("{}:", serde_json::to_string(key)?)));
        Ok(Self {
            kind: Kind::Ndjson { out, keys: keys.collect::<io::Result<_>>()? },
            columns: columns.len(),
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `InvalidInput` for a row that does not fit the header; whatever the output gives.
    pub fn row(&mut self, cells: &[Option<&str>]) -> io::Result<()> {
        if cells.len() != self.columns {
            return Err(wrong_width(cells.len(), self.columns));
        }
        match &mut self.kind {
            Kind::Csv(csv) => {
                for cell in cells {
                    let cell = cell.unwrap_or_default();
                    if is_formula(cell) {
                        csv.write_field(format!("'{cell}"))?;
                    } else {
                        csv.write_field(cell)?;
                    }
                }
                csv.write_record(None::<&[u8]>)?;
            }
            Kind::Ndjson { out, keys } => {
                for (at, (key, cell)) in keys.iter().zip(cells).enumerate() {
                    out.write_all(if at == 0 { b"{" } else { b"," })?;
                    out.write_all(key.as_bytes())?;
                    serde_json::to_writer(&mut *out, cell)?;
                }
                out.write_all(if keys.is_empty() { b"{}\n" } else { b"}\n" })?;
            }
        }
        Ok(())
    }

    /// Writes what is still held, and gives the output back.
    ///
    /// # Errors
    /// Whatever the output gives.
    pub fn finish(self) -> io::Result<W> {
        let mut out = match self.kind {
            Kind::Csv(csv) => csv.into_inner().map_err(::csv::IntoInnerError::into_error)?,
            Kind::Ndjson { out, .. } => out,
        };
        out.flush()?;
        Ok(out)
    }
}
