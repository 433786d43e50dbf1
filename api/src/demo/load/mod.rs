//! Enters the demonstration set in an empty database: all of it in one transaction, or nothing.

mod accounts;
mod adoptions;
mod clusters;
mod communities;
mod events;
mod experts;
pub(super) mod keys;
mod materials;
mod monitoring;
mod people;
mod places;
mod practices;
mod ratings;
mod roles;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use entity::{AcademicYear, account, region};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect};

use self::keys::Keys;
use super::{DemoDataError, MemberState, PracticeState, demo_set};
use crate::{
    auth::{Action, policy::Permit},
    db::Db,
    error::Error,
    files::store::Store,
    registry::{
        indicator,
        ranking::{freeze, versions},
    },
};

/// The academic years of the set that are closed: from the first publication to the last year that is all in it.
const CLOSED: [i32; 2] = [2023, 2024];

/// What was loaded, for whoever has to tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Regions.
    pub regions: usize,
    /// Communities.
    pub communities: usize,
    /// Published practices.
    pub practices: usize,
    /// Practices on their way, and those that were refused or taken back.
    pub unfinished: usize,
    /// Registrations in force.
    pub members: usize,
    /// The ways in; the password of all is [`super::DEMO_PASSWORD`].
    pub accounts: Vec<Login>,
}

/// A way in, and whose part is played with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// `chair.chemistry`.
    pub login: String,
    /// The role with its scope, in Russian.
    pub role: String,
    /// Whether it is another system's, which gets tokens by its secret.
    pub is_service: bool,
}

/// Why the set was not loaded; the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database already holds something.
    #[error("the database is not empty; the demonstration set is loaded into an empty one only")]
    NotEmpty,
    /// The set's own files are at fault.
    #[error("the demonstration set is at fault: {0}")]
    Set(#[from] DemoDataError),
    /// A year of it was not closed.
    #[error("a year of the demonstration set was not closed: {0}")]
    Closing(String),
    /// A step of a monitoring was refused.
    #[error("a monitoring of the demonstration set was refused: {0}")]
    Monitoring(String),
    /// The database's, or a fault of ours.
    #[error("the demonstration set was not loaded: {}", cause(.0))]
    Failed(Error),
}

impl From<Error> for LoadError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbErr> for LoadError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// Unlike a caller of the API, whoever loads the set is told the cause.
fn cause(error: &Error) -> String {
    match error {
        Error::Refused(_, message) => message.clone(),
        Error::Internal(cause) => cause.to_string(),
    }
}

/// The moment at which the demonstration's registry was opened: its places, people and accounts are of then.
fn opening() -> DateTime<Utc> {
    AcademicYear(2022).start()
}

/// Enters the set in an empty, migrated database, and its files in the store; closes the academic years that are all in
/// it. `now` is the time of the journal's entries; everything else bears the times of the set.
///
/// # Errors
/// [`LoadError`]; then nothing was written.
pub async fn load(db: &Db, store: &Store, now: DateTime<Utc>) -> Result<Loaded, LoadError> {
    let set = demo_set()?;
    // Hashing goes on beside the inserts, which come to the accounts late.
    let hashes = accounts::hash_passwords(set.accounts.len());
    let keys = Keys::of(&set);
    let accounts = roles::logins(&set)?;

    let mut tx = db.begin(Permit::system(now)).await?;
    if !holds_nothing(tx.db()).await? {
        return Err(LoadError::NotEmpty);
    }
    places::insert(&tx, &set, &keys).await?;
    communities::insert(&mut tx, &set, &keys).await?;
    people::insert(&tx, &set, &keys).await?;
    accounts::insert(&tx, &set, &keys, hashes.finish().await?).await?;
    practices::insert(&mut tx, &set, &keys).await?;
    ratings::insert(&tx, &set, &keys).await?;
    adoptions::insert(&tx, &set, &keys).await?;
    experts::insert(&tx, &set, &keys).await?;
    materials::insert(&tx, store, &set, &keys).await?;
    clusters::insert(&tx, &set, &keys).await?;
    tx.commit().await?;
    indicator::versions::lay_down(db, now).await?;
    monitoring::enter(db, &set, &keys, now).await?;
    close_years(db, now).await?;

    let published = set.practices.iter().filter(|one| one.state == PracticeState::Published).count();
    Ok(Loaded {
        regions: set.regions.len(),
        communities: set.communities.len(),
        practices: published,
        unfinished: set.practices.len() - published,
        members: set.memberships.iter().filter(|one| one.state == MemberState::Active).count(),
        accounts,
    })
}

/// Closes the years that the set tells of and that are over, as the registrar would: the last years stay open.
async fn close_years(db: &Db, now: DateTime<Utc>) -> Result<(), LoadError> {
    versions::lay_down(db, now).await?;
    for year in CLOSED.map(AcademicYear).into_iter().filter(|year| year.end() <= now) {
        let permit = Permit::at_command_line(Action::AcademicYearClose, now);
        if let Err(refused) = freeze::close(db, permit, year).await? {
            let told: Vec<_> = refused.errors.into_iter().map(|error| error.message).collect();
            return Err(LoadError::Closing(told.join(" ")));
        }
    }
    Ok(())
}

/// Whether the database holds nothing that the set could clash with: no region and no account.
///
/// # Errors
/// The database's.
pub async fn is_empty(db: &Db) -> Result<bool, Error> {
    holds_nothing(db.read()).await
}

async fn holds_nothing(db: &impl ConnectionTrait) -> Result<bool, Error> {
    Ok(region::Entity::find().limit(1).one(db).await?.is_none()
        && account::Entity::find().limit(1).one(db).await?.is_none())
}
