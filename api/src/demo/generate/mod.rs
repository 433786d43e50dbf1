//! A registry of any size, all of it invented: for measuring how fast the registry is, and for trying pages on it.
//!
//! The same size and seed give the same data. A few communities write much and most little, a few practices have most of the
//! ratings, ties are common. What the registry counts by itself (ratings of a practice, members of a community, the search's
//! index) is counted by its own rules. Unlike the demonstration set it is entered at once and leaves nothing in the journal.

mod people;
mod places;
mod practices;
mod shares;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::{DemoDataError, load::is_empty};
use crate::{
    auth::Permit,
    db::{Bulk, Db},
    error::Error,
};
use places::Places;

/// How large the registry is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Regions, 1 to 999.
    pub regions: usize,
    /// Communities of each region; at most as many as there are profiles.
    pub communities: usize,
    /// Practices in all, most of them published.
    pub practices: usize,
    /// Registrations in all, a person each.
    pub members: usize,
    /// Ratings in all.
    pub ratings: usize,
    /// Another seed gives other data.
    pub seed: u64,
}

impl Size {
    /// The rows of the four large tables: what a progress bar counts.
    #[must_use]
    pub fn rows(&self) -> usize {
        2 * self.members + self.practices + self.ratings
    }
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The database already holds something.
    #[error("the database is not empty; a registry is generated in an empty one only")]
    NotEmpty,
    /// The size cannot be.
    #[error("{0}")]
    Size(String),
    /// The lists of words and names are at fault.
    #[error("the lists of words and names are at fault: {0}")]
    Words(#[from] DemoDataError),
    /// The database's, or a fault of ours.
    #[error("{0:?}")]
    Failed(Error),
}

impl From<Error> for GenerateError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbErr> for GenerateError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// Enters an invented registry of this size in an empty, migrated database; `now` is the end of what happens in it. Tells
/// `progress` how many rows have come since it was told last.
///
/// # Errors
/// [`GenerateError`]; then nothing was written, unless the last step failed, which enters the communities in the search: that is
/// mended by a fresh database.
pub async fn generate(
    db: &Db,
    size: Size,
    now: DateTime<Utc>,
    progress: impl Fn(usize),
) -> Result<(), GenerateError> {
    if !(1..=999).contains(&size.regions) {
        return Err(GenerateError::Size("there are 1 to 999 regions".into()));
    }
    if !is_empty(db).await? {
        return Err(GenerateError::NotEmpty);
    }
    let set = super::demo_set()?;
    if !(1..=set.profiles.len()).contains(&size.communities) {
        let most = set.profiles.len();
        return Err(GenerateError::Size(format!("a region has 1 to {most} communities, one of a profile")));
    }
    let mut bulk = db.bulk(Permit::system(now)).await?;
    let mut places = Places::plan(size, &set, now);
    let people = people::plan(size, &places);
    let texts = practices::words(&set);
    let written = practices::plan(size, &mut places, &people, now);
    places::load(&mut bulk, &places).await?;
    people::load(&mut bulk, size, &places, &people, &progress).await?;
    practices::load(&mut bulk, size, &places, &people, &written, &texts, &progress).await?;
    bulk.commit().await?;
    let tx = db.begin(Permit::system(now)).await?;
    practices::finish(&tx, &places, &texts, size).await?;
    tx.commit_quietly().await?;
    db.analyze().await?;
    Ok(())
}

/// Rows of this many at once.
const AT_ONCE: usize = 20_000;

/// Loads what has come, and tells how many rows that was.
async fn load_some<E>(bulk: &mut Bulk, rows: &mut Vec<E::Model>) -> Result<usize, Error>
where
    E: sea_orm::EntityTrait,
    E::Model: sea_orm::IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    if rows.is_empty() {
        return Ok(0);
    }
    let some = std::mem::take(rows);
    let count = some.len();
    bulk.load::<E>(some).await?;
    Ok(count)
}
