//! Which of a file's columns is which of those asked for.

use std::fmt::Write as _;

use super::{Column, Limits, Record, RowFault, Unreadable};
use crate::text::fold;

/// The columns asked for, by all that they may be called.
pub(super) struct Names {
    columns: &'static [Column],
    called: Vec<(String, usize)>,
}

impl Names {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        let called = columns
            .iter()
            .enumerate()
            .flat_map(|(at, column)| {
                std::iter::once(&column.name).chain(column.titles).map(move |title| (folded(title), at))
            })
            .collect();
        Self { columns, called }
    }

    /// The place of the column that is called so.
    pub(super) fn find(&self, title: &str) -> Option<usize> {
        // Almost always the name as it is: a million rows of NDJSON ask for each of theirs.
        if let Some(at) = self.columns.iter().position(|column| column.name == title) {
            return Some(at);
        }
        let title = folded(title);
        self.called.iter().find(|(called, _)| *called == title).map(|(_, at)| *at)
    }

    pub(super) fn name(&self, at: usize) -> &'static str {
        self.columns.get(at).map_or("", |column| column.name)
    }

    /// A row without any cell yet.
    pub(super) fn empty(&self, row: u64) -> Record {
        Record { row, cells: vec![None; self.columns.len()] }
    }

    /// All that is known, for messages.
    pub(super) fn listed(&self) -> String {
        let mut listed = String::new();
        for column in self.columns {
            let comma = if listed.is_empty() { "" } else { ", " };
            let _ = match column.titles.first() {
                Some(title) => write!(listed, "{comma}{} ({title})", column.name),
                None => write!(listed, "{comma}{}", column.name),
            };
        }
        listed
    }
}

/// Case, `ё`, spaces around and between, and underscores for spaces do not matter.
fn folded(title: &str) -> String {
    fold(&title.replace('_', " "))
}

/// What a file calls something, fit for a message: short, on one line.
pub(super) fn quoted(title: &str) -> String {
    let title: String = title.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    format!("«{title}»")
}

/// A file's header.
pub(super) struct Header {
    /// For each column of the file, which of those asked for; nothing for one without a title.
    places: Vec<Option<usize>>,
}

impl Header {
    /// # Errors
    /// A title that is unknown or stands twice, a required column that is missing.
    pub(super) fn read<'a>(
        titles: impl Iterator<Item = &'a str>,
        row: u64,
        names: &Names,
    ) -> Result<Self, Unreadable> {
        let mut places = Vec::new();
        for title in titles {
            if title.trim().is_empty() {
                places.push(None);
                continue;
            }
            let fault = |message| Unreadable { message, row: Some(row), column: Some(quoted(title)) };
            let Some(at) = names.find(title) else {
                return Err(fault(format!(
                    "The column {} is not known. Known are: {}.",
                    quoted(title),
                    names.listed()
                )));
            };
            if places.contains(&Some(at)) {
                return Err(fault(format!("The column {} stands twice in the header.", names.name(at))));
            }
            places.push(Some(at));
        }
        let missing = names
            .columns
            .iter()
            .enumerate()
            .find(|(at, column)| column.required && !places.contains(&Some(*at)));
        if let Some((_, column)) = missing {
            return Err(Unreadable {
                message: format!(
                    "The column {} is missing in the header. Known are: {}.",
                    column.name,
                    names.listed()
                ),
                row: Some(row),
                column: Some(column.name.to_owned()),
            });
        }
        Ok(Self { places })
    }

    /// How many columns the file has.
    pub(super) fn width(&self) -> usize {
        self.places.len()
    }

    /// How faults call one of the file's columns.
    pub(super) fn name(&self, at: usize, names: &Names) -> String {
        match self.places.get(at).copied().flatten() {
            Some(place) => names.name(place).to_owned(),
            None => format!("column {}", at + 1),
        }
    }

    /// Puts a cell of the file to where it was asked for. Blank ones are none.
    pub(super) fn put(
        &self,
        record: &mut Record,
        at: usize,
        text: &str,
        names: &Names,
        limits: &Limits,
    ) -> Result<(), RowFault> {
        if text.len() > limits.cell {
            return Err(RowFault::too_long(&self.name(at, names), limits.cell));
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        let cell = self.places.get(at).copied().flatten().and_then(|place| record.cells.get_mut(place));
        match cell {
            Some(cell) => {
                *cell = Some(text.to_owned());
                Ok(())
            }
            None => Err(RowFault::of(
                &self.name(at, names),
                "A value stands in a column that has no title in the header.",
            )),
        }
    }
}
