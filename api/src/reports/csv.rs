//! The report as CSV: a line a cell of its tables (`section;row;column;value`), for programs and for spreadsheets where the
//! comma is a decimal point. What is not known has an empty value.

use std::io;

use super::tables::{self, Cell};
use crate::{
    registry::monitoring::{amount::Amount, report::Report},
    tables::Writer,
};

const COLUMNS: [&str; 4] = ["section", "row", "column", "value"];

pub(super) fn write(report: &Report) -> io::Result<Vec<u8>> {
    let mut writer = Writer::csv(Vec::new(), &COLUMNS)?;
    for table in tables::all(report) {
        for row in table.rows.iter().chain(&table.total) {
            let mut cells = row.iter();
            let name = cells.next().map(value).unwrap_or_default();
            for (cell, column) in cells.zip(table.columns.iter().skip(1)) {
                let value = value(cell);
                let told = (!value.is_empty()).then_some(value.as_str());
                writer.row(&[Some(table.sheet), Some(&name), Some(column), told])?;
            }
        }
    }
    for note in &report.notes {
        writer.row(&[Some("Примечания"), None, None, Some(note)])?;
    }
    writer.finish()
}

fn value(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) | Cell::Percent(number) => plain(*number),
        Cell::Unknown => String::new(),
    }
}

/// With a comma and nothing between thousands: so a spreadsheet takes it for a number.
fn plain(number: Amount) -> String {
    number.to_string().replace('\u{202f}', "").replace('−', "-")
}
