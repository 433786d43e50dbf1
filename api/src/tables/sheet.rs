//! Writing an XLSX sheet: rows go to a temporary file as they come, and from there into the workbook.

use std::{fs::File, io};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::write::wrong_width;

/// The rows that fit below the header.
const MOST_ROWS: u32 = 1_048_575;
const NARROWEST: usize = 12;
const WIDEST: usize = 40;

/// A workbook of one sheet while its rows are written: a bold header that stays in view, filters, texts.
pub struct Sheet {
    book: Workbook,
    sheet: Worksheet,
    columns: usize,
    rows: u32,
}

impl Sheet {
    /// Begins with the header.
    ///
    /// # Errors
    /// When no temporary file can be written, or the columns are more than a sheet has.
    pub fn new(columns: &[&str]) -> io::Result<Self> {
        let mut book = Workbook::new();
        let mut sheet = book.new_worksheet_with_constant_memory().map_err(io_error)?;
        let bold = Format::new().set_bold();
        for (at, title) in columns.iter().enumerate() {
            let width = (title.chars().count() + 4).clamp(NARROWEST, WIDEST);
            sheet
                .set_column_width(column(at)?, u32::try_from(width).unwrap_or_default())
                .map_err(io_error)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(io_error)?;
        for (at, title) in columns.iter().enumerate() {
            sheet.write_string_with_format(0, column(at)?, *title, &bold).map_err(io_error)?;
        }
        Ok(Self { book, sheet, columns: columns.len(), rows: 0 })
    }

    /// Adds a row of texts. `None` leaves the cell empty.
    ///
    /// # Errors
    /// `InvalidInput` for a row that does not fit the header, a text longer than the 32,767 characters that a cell
    /// takes, or more rows than the 1,048,575 that a sheet takes; whatever writing the temporary file gives.
    pub fn row(&mut self, cells: &[Option<&str>]) -> io::Result<()> {
        if cells.len() != self.columns {
            return Err(wrong_width(cells.len(), self.columns));
        }
        if self.rows == MOST_ROWS {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("A sheet takes {MOST_ROWS} rows below its header. Use CSV or NDJSON for more."),
            ));
        }
        self.rows += 1;
        for (at, cell) in cells.iter().enumerate() {
            if let Some(text) = cell {
                self.sheet.write_string(self.rows, column(at)?, *text).map_err(io_error)?;
            }
        }
        Ok(())
    }

    /// Writes the workbook.
    ///
    /// # Errors
    /// Whatever writing gives.
    pub fn finish(mut self, out: &mut File) -> io::Result<()> {
        if let Some(last) = self.columns.checked_sub(1) {
            self.sheet.autofilter(0, 0, self.rows, column(last)?).map_err(io_error)?;
        }
        self.book.push_worksheet(self.sheet);
        self.book.save_to_writer(out).map_err(io_error)
    }

    /// As if so many rows were written already.
    #[cfg(test)]
    pub(super) fn skip_to(&mut self, rows: u32) {
        self.rows = rows;
    }
}

fn column(at: usize) -> io::Result<u16> {
    u16::try_from(at).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

/// The library's words for what is too long do not repeat it.
fn io_error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        XlsxError::MaxStringLengthExceeded => {
            io::Error::new(io::ErrorKind::InvalidInput, "A sheet's cell takes 32767 characters.")
        }
        error => io::Error::other(error),
    }
}
