//! Reads the tables of `data/`, which are compiled into the program.

use serde::de::DeserializeOwned;

use super::DemoDataError;

/// A file of `data/`, named once: `table!("regions.csv")`.
macro_rules! table {
    ($file:literal) => {
        $crate::demo::source::rows(
            $file,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/data/", $file)),
        )
    };
}
pub(super) use table;

/// All rows of a table with a header line.
pub(super) fn rows<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<T>, DemoDataError> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| DemoDataError::Table { file, source })
}

/// The thing at a position, or an error that says what was looked for.
pub(super) fn at<'a, T>(list: &'a [T], position: usize, what: &'static str) -> Result<&'a T, DemoDataError> {
    list.get(position).ok_or_else(|| DemoDataError::Unknown { what, key: position.to_string() })
}

/// The position of the thing that fits, or an error with the key that nothing fits.
pub(super) fn position<T>(
    list: &[T],
    what: &'static str,
    key: &str,
    fits: impl FnMut(&T) -> bool,
) -> Result<usize, DemoDataError> {
    list.iter().position(fits).ok_or_else(|| DemoDataError::Unknown { what, key: key.to_owned() })
}
