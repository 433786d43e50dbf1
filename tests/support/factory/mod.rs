//! Rows put in place past the API, with defaults for all that a test does not name.
//!
//! What factories write does not stand in the journal. Insert before the first request, or call
//! `app.forget_boards()` before asking for a ranking.

mod monitoring;
mod people;
mod places;
mod practices;
mod adoptions;
mod clusters;
mod reviews;
pub mod assessments;
mod integrity;

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use chrono::NaiveDate;

/// The password of all accounts that factories make.
pub const PASSWORD: &str = "demo";

/// Its hash, computed once: it takes time on purpose.
fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| api::auth::credentials::hash_password(PASSWORD).unwrap()).clone()
}

/// A number that no other row of this run has, for what must be unique.
fn unique() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// A day.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
