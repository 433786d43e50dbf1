//! The demonstration data set: a small federation that shows what the registry can do.
//!
//! Pure data: `data/` holds the real figures and the invented lists (its README says which is which), the modules
//! below compose them into one [`DemoSet`], always the same one. [`load`] enters it in a database.
//!
//! Invariants, each with a test in `tests/`: Krasnodar's figures are those of the files; a rater never judges a
//! practice of the own community; nothing happens before its cause or after the set's last day.

mod activity;
mod calendar;
mod content;
mod dice;
pub mod generate;
pub mod load;
mod model;
mod source;
pub mod welcome;
#[cfg(test)]
mod tests;

pub use activity::*;
pub use model::*;

/// The password of every account of the set. The set is for show; never load it where strangers can log in.
pub const DEMO_PASSWORD: &str = "demo";

/// Composes the set. Neither clock nor chance takes part: two calls give equal sets.
///
/// # Errors
///
/// Only when the files in `data/` contradict themselves or each other.
pub fn demo_set() -> Result<DemoSet, DemoDataError> {
    content::compose()
}

/// What can be wrong with the files in `data/`.
#[derive(Debug, thiserror::Error)]
pub enum DemoDataError {
    /// A file is not the table that it should be.
    #[error("{file}: {source}")]
    Table {
        /// File name inside `data/`.
        file: &'static str,
        /// What the reader says.
        #[source]
        source: csv::Error,
    },
    /// A row names something that is nowhere defined.
    #[error("no {what} «{key}»")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
        /// Its name or position.
        key: String,
    },
    /// A choice had nothing to choose from.
    #[error("no {0} to choose from")]
    Empty(&'static str),
    /// A date that no calendar has.
    #[error("there is no day {year}-{month}-{day}")]
    Day {
        /// Year.
        year: i32,
        /// Month.
        month: u32,
        /// Day.
        day: u32,
    },
}
