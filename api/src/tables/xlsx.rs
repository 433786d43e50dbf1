//! Reading the first sheet of an XLSX workbook, and (as [`Sheet`]) writing one.

use std::{fs::File, io::BufReader, iter::Peekable};

use calamine::{
    Cell, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError,
};
use chrono::NaiveDate;

pub use super::sheet::Sheet;
use super::{
    Column, Limits, Record, RowFault, Step, Steps, Unreadable,
    header::{Header, Names},
    zip::{inspect, not_a_workbook},
};

/// The day after 31 December 9999, counted from the older epoch.
const LAST_DAY: f64 = 2_958_466.0;
const NO_DAY: &str = "The cell's number is no day of the calendar.";

type Book = Xlsx<BufReader<File>>;

/// A workbook whose header is known.
pub(super) struct Source {
    book: Book,
    sheet: String,
    names: Names,
    limits: Limits,
}

impl Source {
    pub(super) fn open(
        mut file: File,
        columns: &'static [Column],
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        inspect(&mut file, &limits)?;
        let book = Book::new(BufReader::new(file)).map_err(|error| broken(&error, None))?;
        let sheets = book.sheets_metadata();
        let is_table = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
        let sheet = sheets
            .iter()
            .filter(is_table)
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .or_else(|| sheets.iter().find(is_table))
            .map(|sheet| sheet.name.clone())
            .ok_or_else(not_a_workbook)?;
        Ok(Self { book, sheet, names: Names::new(columns), limits })
    }

    pub(super) fn steps(&mut self) -> Result<Steps<'_>, Unreadable> {
        let cells = self.book.worksheet_cells_reader(&self.sheet).map_err(|error| broken(&error, None))?;
        let mut cells = Cells { reader: cells, row: None }.peekable();
        let header = read_header(&mut cells, &self.names)?;
        Ok(Box::new(Rows { cells, header, names: &self.names, limits: &self.limits, is_ended: false }))
    }
}

fn broken(error: &XlsxError, row: Option<u64>) -> Unreadable {
    // The library's words may repeat what stands in a cell.
    match error {
        XlsxError::Password => Unreadable::new("The file is protected by a password. Save it without one."),
        _ => Unreadable { row, ..not_a_workbook() },
    }
}

/// The cells that hold something, from left to right and from above to below.
struct Cells<'a> {
    reader: XlsxCellReader<'a, BufReader<File>>,
    row: Option<u32>,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cell<DataRef<'a>>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let cell = match self.reader.next_cell() {
                Ok(cell) => cell?,
                Err(error) => return Some(Err(broken(&error, self.row.map(number)))),
            };
            let (row, _) = cell.get_position();
            if self.row.is_some_and(|last| row < last) {
                return Some(Err(Unreadable { row: Some(number(row)), ..not_a_workbook() }));
            }
            let is_blank = match cell.get_value() {
                DataRef::Empty => true,
                DataRef::String(text) => text.trim().is_empty(),
                DataRef::SharedString(text) => text.trim().is_empty(),
                _ => false,
            };
            if !is_blank {
                self.row = Some(row);
                return Some(Ok(cell));
            }
        }
    }
}

/// As a person sees it.
fn number(row: u32) -> u64 {
    u64::from(row) + 1
}

/// The first row that holds anything.
fn read_header(cells: &mut Peekable<Cells<'_>>, names: &Names) -> Result<Header, Unreadable> {
    let mut titles: Vec<String> = Vec::new();
    let mut header = None;
    while let Some(cell) = cells.next_if(|cell| match (cell, header) {
        (Ok(cell), Some(row)) => cell.get_position().0 == row,
        _ => true,
    }) {
        let cell = cell?;
        let (row, column) = cell.get_position();
        header = Some(row);
        let title = text_of(cell.get_value()).map_err(|message| Unreadable::at(number(row), message))?;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= 16_384 {
            return Err(not_a_workbook());
        }
        if titles.len() <= column {
            titles.resize(column + 1, String::new());
        }
        if let Some(place) = titles.get_mut(column) {
            *place = title;
        }
    }
    match header {
        None => Err(Unreadable::new("The first sheet is empty: it has no header.")),
        Some(row) => Header::read(titles.iter().map(String::as_str), number(row), names),
    }
}

struct Rows<'a> {
    cells: Peekable<Cells<'a>>,
    header: Header,
    names: &'a Names,
    limits: &'a Limits,
    is_ended: bool,
}

impl Rows<'_> {
    fn put(&self, record: &mut Record, cell: &Cell<DataRef<'_>>) -> Result<(), RowFault> {
        let at = usize::try_from(cell.get_position().1).unwrap_or(usize::MAX);
        // What is too long is not copied first.
        match cell.get_value() {
            DataRef::String(text) => self.header.put(record, at, text, self.names, self.limits),
            DataRef::SharedString(text) => self.header.put(record, at, text, self.names, self.limits),
            value => {
                let name = || self.header.name(at, self.names);
                let text = text_of(value).map_err(|message| RowFault::of(&name(), message))?;
                self.header.put(record, at, &text, self.names, self.limits)
            }
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.is_ended {
            return None;
        }
        let first = match self.cells.next()? {
            Ok(cell) => cell,
            Err(unreadable) => {
                self.is_ended = true;
                return Some(Err(unreadable));
            }
        };
        let (row, _) = first.get_position();
        let mut record = self.names.empty(number(row));
        let mut read = self.put(&mut record, &first);
        while let Some(cell) =
            self.cells.next_if(|cell| cell.as_ref().is_ok_and(|cell| cell.get_position().0 == row))
        {
            if let (Ok(cell), true) = (cell, read.is_ok()) {
                read = self.put(&mut record, &cell);
            }
        }
        Some(Ok((number(row), read.map(|()| record))))
    }
}

/// A cell as a person sees it, or why it shows nothing that could be read.
fn text_of(value: &DataRef<'_>) -> Result<String, &'static str> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DurationIso(text) => Ok(text.clone()),
        DataRef::SharedString(text) => Ok((*text).to_owned()),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(value) => Ok(value.to_string()),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::DateTimeIso(text) => {
            Ok(super::parse_date(text).map_or_else(|| text.clone(), |day| day.to_string()))
        }
        DataRef::Error(_) => Err("The cell shows an error instead of a value."),
    }
}

/// Sheets count in binary fractions and show 15 digits: so does this, without an exponent.
fn number_text(number: f64) -> Result<String, &'static str> {
    if !number.is_finite() {
        return Err("The cell holds no number that could be read.");
    }
    let shown = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    Ok(if shown == 0.0 { "0".to_owned() } else { shown.to_string() })
}

/// A day as `2024-09-01`, a moment as `2024-09-01T13:45:00`, a time as `13:45:00`. Days are counted from an epoch
/// that the workbook chooses; the older one has a 29 February 1900, which never was.
fn moment_text(moment: &ExcelDateTime) -> Result<String, &'static str> {
    if moment.is_duration() {
        return number_text(moment.as_f64());
    }
    let value = moment.as_f64();
    if !(0.0..LAST_DAY).contains(&value) {
        return Err(NO_DAY);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if value < 1.0 {
        return Ok(time);
    }
    let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()).ok_or(NO_DAY)?;
    Ok(if (hour, minute, second) == (0, 0, 0) { day.to_string() } else { format!("{day}T{time}") })
}
