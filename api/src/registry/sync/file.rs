//! What a file of registrations holds: its columns, its rows, its keys.

use std::{collections::HashMap, sync::Arc};

use sha2::{Digest, Sha256};

use super::rules::{self, Day, NAMED, Row};
use crate::{
    error::{UserError, UserErrorCode},
    tables::{Column, Record, RowFault, Table, Unreadable, parse_date},
};

/// How many columns there are.
pub const WIDTH: usize = 13;

const fn column(name: &'static str, titles: &'static [&'static str], required: bool) -> Column {
    Column { name, titles, required }
}

/// What a file may hold. The last four stand in files of the export; of them only the source says something to the
/// import: a row of another source is not for it.
pub const COLUMNS: [Column; WIDTH] = [
    column("externalId", &["идентификатор", "внешний идентификатор", "id"], true),
    column("communitySlug", &["сообщество", "community"], true),
    column("fullName", &["фио", "фамилия, имя, отчество", "фамилия имя отчество"], true),
    column("email", &["e-mail", "электронная почта", "почта"], false),
    column("organization", &["организация", "место работы", "образовательная организация"], false),
    column("position", &["должность"], false),
    column("municipality", &["муниципалитет", "муниципальное образование"], true),
    column("joinedOn", &["дата вступления", "дата регистрации"], false),
    column("leftOn", &["дата выхода", "дата выбытия"], false),
    column("phone", &["телефон"], false),
    column("state", &["состояние"], false),
    column("source", &["источник"], false),
    column("memberId", &["регистрация"], false),
];

/// What a row says, and of which source it says to be.
pub(super) fn row_of(record: Record) -> (Row, Option<String>) {
    let mut cells = record.cells.into_iter();
    let mut next = || cells.next().flatten();
    let (external_id, community_slug, full_name) = (next(), next(), next());
    let (email, organization, position, municipality) = (next(), next(), next(), next());
    let mut day = || next().map(|text| Day(parse_date(&text)));
    let (joined_on, left_on) = (day(), day());
    let (_phone, _state, source) = (next(), next(), next());
    let row = Row {
        external_id: external_id.unwrap_or_default(),
        community_slug: community_slug.unwrap_or_default(),
        full_name: full_name.unwrap_or_default(),
        email,
        organization,
        position,
        municipality: municipality.unwrap_or_default(),
        joined_on,
        left_on,
    };
    (row, source)
}

/// What cannot be read in a row.
pub(super) fn fault(fault: RowFault) -> UserError {
    match fault.column {
        Some(column) => UserError::of(&column, UserErrorCode::Invalid, fault.message),
        None => UserError::whole(UserErrorCode::Invalid, fault.message),
    }
}

/// What is wrong with a row that says to be of another source.
pub(super) fn foreign(source: &str) -> UserError {
    let message = format!("The row is of another source; this import is of `{source}`.");
    UserError::of("source", UserErrorCode::Invalid, message)
}

/// The keys of a file, as digests: what a million of them takes stays small.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Digest and row, in their order.
    sorted: Vec<(u64, u64)>,
    /// How many rows bear no key that could be read.
    nameless: u64,
    /// The first of these.
    shown: Vec<u64>,
}

impl Keys {
    /// Reads a file for its keys.
    ///
    /// # Errors
    /// When it can no longer be read.
    pub(super) fn of(table: &mut Table) -> Result<Self, Unreadable> {
        let mut keys = Self::default();
        for (row, read) in table.rows()? {
            let key = read.ok().and_then(|record| record.cells.into_iter().next().flatten());
            keys.add(row, key.as_deref());
        }
        keys.sorted.sort_unstable();
        Ok(keys)
    }

    fn add(&mut self, row: u64, key: Option<&str>) {
        match key.map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => self.sorted.push((digest(key), row)),
            None => {
                self.nameless += 1;
                if self.shown.len() < NAMED {
                    self.shown.push(row);
                }
            }
        }
    }

    /// Whether some row names this registration.
    pub(super) fn holds(&self, key: &str) -> bool {
        let wanted = digest(key.trim());
        self.sorted.binary_search_by_key(&wanted, |(key, _)| *key).is_ok()
    }

    /// The rows that bear a key of several, each with all of them.
    pub(super) fn twice(&self) -> HashMap<u64, Arc<[u64]>> {
        let several = self.sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
        several
            .flat_map(|same| {
                let rows: Arc<[u64]> = same.iter().map(|(_, row)| *row).collect();
                same.iter().map(move |(_, row)| (*row, Arc::clone(&rows)))
            })
            .collect()
    }

    /// Why nothing can be ended by this file: who knows what the rows without a key name? None where all have one.
    pub(super) fn doubt(&self) -> Option<String> {
        if self.nameless == 0 {
            return None;
        }
        let rows = rules::listed(&self.shown, self.nameless);
        Some(format!(
            "Rows without a key that could be read: {rows}. They may name what seems to be missing, so nothing was ended."
        ))
    }
}

fn digest(key: &str) -> u64 {
    Sha256::digest(key).first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_is_named_what_is_named_twice_and_what_cannot_be_told() {
        let mut keys = Keys::default();
        for (row, key) in [(2, Some("b")), (3, Some(" a")), (4, None), (5, Some("a ")), (6, Some("  "))] {
            keys.add(row, key);
        }
        keys.sorted.sort_unstable();
        assert!(keys.holds("a") && keys.holds("b") && !keys.holds("c"));
        assert_eq!(keys.twice(), HashMap::from([(3, [3, 5].into()), (5, [3, 5].into())]));
        assert!(keys.doubt().unwrap().contains("4, 6."));
        assert_eq!(Keys::default().doubt(), None);
    }

    #[test]
    fn a_million_rows_without_a_key_are_not_all_named() {
        let mut keys = Keys::default();
        (1..=1_000_000).for_each(|row| keys.add(row, None));
        assert!(keys.doubt().unwrap().contains("9, 10, and 999990 more"));
    }
}
