//! Reading CSV: UTF-8 or Windows-1251, any of three separators, a header in any order.

use std::{fs::File, io::Read};

use ::csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{
    Column, Limits, Record, RowFault, Step, Steps, Unreadable,
    encoding::Encoding,
    header::{Header, Names},
    quotes::{Fault, Quotes},
};

/// In the order in which they are preferred when the header tells nothing.
const SEPARATORS: [u8; 3] = [b';', b'\t', b','];
/// Within how much of the text the header is looked for.
const SAMPLE: u64 = 64 << 10;
/// What the parser reads at once.
pub(super) const BUFFER: usize = 64 << 10;
/// What spreadsheets take for the beginning of a formula.
pub(super) const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A CSV file whose header is known.
pub(super) struct Source {
    file: File,
    encoding: Encoding,
    separator: u8,
    header: Header,
    names: Names,
    limits: Limits,
}

impl Source {
    pub(super) fn open(
        mut file: File,
        encoding: Option<&str>,
        columns: &'static [Column],
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let names = Names::new(columns);
        let encoding = Encoding::recognise(&mut file, encoding)?;
        let separator = separator(&mut file, encoding, &names)?;
        let mut lines = Lines::new(encoding.reader(&mut file)?, separator);
        let header = match lines.next() {
            None => return Err(Unreadable::new("The file is empty: it has no header.")),
            Some(Err(fault)) => return Err(unreadable(fault, None, &names)),
            Some(Ok(row)) => Header::read(lines.line.iter(), row, &names)?,
        };
        drop(lines);
        Ok(Self { file, encoding, separator, header, names, limits })
    }

    pub(super) fn steps(&mut self) -> Result<Steps<'_>, Unreadable> {
        let lines = Lines::new(self.encoding.reader(&mut self.file)?, self.separator);
        let mut rows = Rows { lines, header: &self.header, names: &self.names, limits: &self.limits };
        if let Some(Err(fault)) = rows.lines.next() {
            return Err(unreadable(fault, Some(&self.header), &self.names));
        }
        Ok(Box::new(rows))
    }
}

fn unreadable(fault: Fault, header: Option<&Header>, names: &Names) -> Unreadable {
    let column = match header {
        Some(header) => header.name(fault.column, names),
        None => format!("column {}", fault.column + 1),
    };
    Unreadable { message: fault.message, row: Some(fault.row), column: Some(column) }
}

fn parser<R: Read>(text: R, separator: u8) -> Reader<R> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(text)
}

/// The separator by which the header falls into most of the columns that are known, or else into most cells.
fn separator(file: &mut File, encoding: Encoding, names: &Names) -> Result<u8, Unreadable> {
    let mut sample = Vec::new();
    encoding.reader(file)?.take(SAMPLE).read_to_end(&mut sample)?;
    let mut best = (0, 0, b';');
    for separator in SEPARATORS {
        let mut titles = ::csv::ByteRecord::new();
        // What is wrong with the header is told when it is read in earnest.
        if parser(sample.as_slice(), separator).read_byte_record(&mut titles).is_ok() {
            let known =
                titles.iter().filter(|title| names.find(&String::from_utf8_lossy(title)).is_some()).count();
            if (known, titles.len()) > (best.0, best.1) {
                best = (known, titles.len(), separator);
            }
        }
    }
    Ok(best.2)
}

/// The records that are not empty, header and all.
pub(super) struct Lines<'a> {
    pub(super) parser: Reader<Quotes<Box<dyn Read + 'a>>>,
    /// The last one read.
    pub(super) line: StringRecord,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: Box<dyn Read + 'a>, separator: u8) -> Self {
        Self { parser: parser(Quotes::new(text, separator), separator), line: StringRecord::new() }
    }

    /// Reads the next one; the answer is its number.
    pub(super) fn next(&mut self) -> Option<Result<u64, Fault>> {
        match self.parser.read_record(&mut self.line) {
            Ok(false) => None,
            Ok(true) => {
                Some(Ok(self.parser.get_mut().next_row().unwrap_or_else(|| self.parser.position().record())))
            }
            Err(error) => Some(Err(self.fault(&error))),
        }
    }

    fn fault(&self, error: &::csv::Error) -> Fault {
        if let Some(fault) = self.parser.get_ref().fault() {
            return fault.clone();
        }
        if !matches!(error.kind(), ErrorKind::Utf8 { .. }) {
            tracing::warn!(%error, "a table's file could not be read");
        }
        Fault {
            row: self.parser.position().record() + 1,
            column: 0,
            message: "The file could not be read to its end.".to_owned(),
        }
    }
}

struct Rows<'a> {
    lines: Lines<'a>,
    header: &'a Header,
    names: &'a Names,
    limits: &'a Limits,
}

impl Rows<'_> {
    fn read(&self, row: u64) -> Result<Record, RowFault> {
        let line = &self.lines.line;
        if line.len() != self.header.width() {
            return Err(RowFault::new(format!(
                "The row has {} cells, the header has {}.",
                line.len(),
                self.header.width()
            )));
        }
        let mut record = self.names.empty(row);
        for (at, cell) in line.iter().enumerate() {
            self.header.put(&mut record, at, unprotected(cell), self.names, self.limits)?;
        }
        Ok(record)
    }
}

impl Iterator for Rows<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let row = match self.lines.next()? {
                Ok(row) => row,
                Err(fault) => return Some(Err(unreadable(fault, Some(self.header), self.names))),
            };
            // Spreadsheets write an empty row as separators alone.
            if self.lines.line.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok((row, self.read(row))));
            }
        }
    }
}

/// Whether a spreadsheet would take the cell for a formula, or for one that is protected already. A negative number is
/// none.
pub(super) fn is_formula(cell: &str) -> bool {
    let is_number = cell.strip_prefix('-').is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_digit())
            && rest.chars().all(|one| one.is_ascii_digit() || one == ',' || one == '.')
    });
    !is_number && cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// A cell without the apostrophe that keeps spreadsheets from taking it for a formula.
fn unprotected(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(bare) if is_formula(bare) => bare,
        _ => cell,
    }
}
