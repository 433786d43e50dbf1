//! The lists that everything else refers to – regions, municipalities, organizations, profiles, institutes,
//! departments – are kept in one way: entered, renamed with the version that the caller has seen, put into the
//! archive when nothing living hangs on them any more, and taken out again. Nothing is ever deleted.
//!
//! What refers to a row takes it by [`referred`], which keeps the row out of the archive until the transaction
//! ends; archiving locks the row before it counts what hangs on it. So of two callers at the same moment one sees
//! what the other did.

use chrono::{DateTime, Utc};
use entity::ids::{RegionId, TypedId};
use sea_orm::{ConnectionTrait, DbErr, SqlErr};
use serde_json::Value;

use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Db, Tx},
    error::{Error, Outcome, Rejected, UserError, UserErrorCode},
    text,
};

/// The most characters of a name.
pub const NAME_MAX: usize = 300;

/// A row with an id, a version, and a way into the archive.
pub(crate) trait Row: Clone + Send + Sync + 'static {
    /// Its kind of id.
    type Id: TypedId;
    /// What it is called in messages.
    const WHAT: &'static str;

    fn id(&self) -> Self::Id;
    fn version(&self) -> i32;
    fn archived_at(&self) -> Option<DateTime<Utc>>;
    /// The next version, in the archive since then or out of it.
    fn advance(&mut self, archived_at: Option<DateTime<Utc>>);
    async fn find(db: &impl ConnectionTrait, id: Self::Id) -> Result<Option<Self>, DbErr>;
    /// Kept from everybody else until the transaction ends.
    async fn lock(tx: &Tx, id: Self::Id) -> Result<Option<Self>, DbErr>;
    /// Kept from whoever would change it.
    async fn share(tx: &Tx, id: Self::Id) -> Result<Option<Self>, DbErr>;
    async fn insert(self, tx: &Tx) -> Result<Self, DbErr>;
    async fn update(self, tx: &Tx) -> Result<Self, DbErr>;
}

macro_rules! rows {
    ($($table:ident: $id:ident, $what:literal;)*) => {$(
        impl Row for entity::$table::Model {
            type Id = entity::ids::$id;
            const WHAT: &'static str = $what;

            fn id(&self) -> Self::Id {
                self.id
            }
            fn version(&self) -> i32 {
                self.version
            }
            fn archived_at(&self) -> Option<DateTime<Utc>> {
                self.archived_at
            }
            fn advance(&mut self, archived_at: Option<DateTime<Utc>>) {
                self.version += 1;
                self.archived_at = archived_at;
            }
            async fn find(db: &impl ConnectionTrait, id: Self::Id) -> Result<Option<Self>, DbErr> {
                use sea_orm::EntityTrait;
                entity::$table::Entity::find_by_id(id).one(db).await
            }
            async fn lock(tx: &Tx, id: Self::Id) -> Result<Option<Self>, DbErr> {
                use sea_orm::{EntityTrait, QuerySelect};
                entity::$table::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await
            }
            async fn share(tx: &Tx, id: Self::Id) -> Result<Option<Self>, DbErr> {
                use sea_orm::{EntityTrait, QuerySelect};
                entity::$table::Entity::find_by_id(id).lock_shared().one(tx.db()).await
            }
            async fn insert(self, tx: &Tx) -> Result<Self, DbErr> {
                use sea_orm::{ActiveModelTrait, IntoActiveModel};
                self.into_active_model().insert(tx.db()).await
            }
            async fn update(self, tx: &Tx) -> Result<Self, DbErr> {
                use sea_orm::{ActiveModelTrait, IntoActiveModel};
                self.into_active_model().reset_all().update(tx.db()).await
            }
        }
    )*};
}

rows! {
    region: RegionId, "region";
    municipality: MunicipalityId, "municipality";
    organization: OrganizationId, "organization";
    profile: ProfileId, "profile";
    institute: InstituteId, "institute";
    department: DepartmentId, "department";
    community: CommunityId, "community";
}

/// A row of one of the lists: what its concept says of it.
pub(crate) trait Listed: Row {
    /// The right to keep the list.
    const ACTION: Action;
    /// The field of the input that is unique, and what is said where it is in use.
    const TAKEN: (&'static str, &'static str);

    /// What the journal tells of it.
    fn told(&self) -> Value;
    /// What it is called.
    fn name(&self) -> &str;
    /// Gives it another name.
    fn rename(&mut self, name: String);
    /// The region in which it lies; none for what is the federation's.
    async fn region(&self, db: &Db) -> Result<Option<RegionId>, Error>;
    /// What living things still hang on it.
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error>;
    /// What follows from its having another name, now that it is written.
    async fn renamed(&self, _tx: &Tx) -> Result<(), Error> {
        Ok(())
    }
    /// Whether it may be taken out of the archive.
    async fn may_come_back(&self, _tx: &Tx) -> Outcome<()> {
        Ok(Ok(()))
    }
}

/// Living things that hang on a row.
pub(crate) struct Hanging {
    /// How many.
    pub count: u64,
    /// Of what, in the plural.
    pub what: &'static str,
}

impl Hanging {
    /// So many of these.
    pub fn of(count: u64, what: &'static str) -> Self {
        Self { count, what }
    }
}

/// A row's name, checked.
///
/// # Errors
/// `INVALID`.
pub fn check_name(name: &str) -> Result<String, UserError> {
    text::required_line("name", name, NAME_MAX)
}

/// Leave to change this row, and the row's region.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub(crate) async fn may<L: Listed>(
    app: &App,
    actor: &Actor,
    id: L::Id,
) -> Result<(Permit, Option<RegionId>), Error> {
    policy::signed_in(actor, L::ACTION)?;
    let seen = L::find(app.db.read(), id).await?.ok_or_else(|| Error::not_found(L::WHAT))?;
    let region = seen.region(&app.db).await?;
    let permit = policy::permit(actor, L::ACTION, &Place { region, ..Place::default() })?;
    Ok((permit, region))
}

/// Gives a row another name, if it is still the version that the caller has seen. What is left out stays.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub(crate) async fn update<L: Listed>(
    app: &App,
    actor: &Actor,
    id: L::Id,
    expected: i32,
    name: Option<String>,
) -> Outcome<L> {
    let (permit, region) = may::<L>(app, actor, id).await?;
    let name = accepted!(name.as_deref().map(check_name).transpose());
    let tx = app.db.begin(permit).await?;
    let old: L = accepted!(locked(&tx, id, expected).await?);
    let mut new = old.clone();
    if let Some(name) = name {
        new.rename(name);
    }
    save(tx, old, new, region).await
}

/// Puts a row into the archive, or takes it out.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub(crate) async fn archive<L: Listed>(
    app: &App,
    actor: &Actor,
    id: L::Id,
    expected: i32,
    archived: bool,
) -> Outcome<L> {
    let (permit, region) = may::<L>(app, actor, id).await?;
    let tx = app.db.begin(permit).await?;
    let old: L = accepted!(locked(&tx, id, expected).await?);
    accepted!(may_move(&old, archived));
    if archived {
        accepted!(hangs::<L>(old.hanging(&tx).await?));
    } else {
        accepted!(old.may_come_back(&tx).await?);
    }
    let mut new = old.clone();
    new.advance(archived.then(|| tx.at()));
    write(tx, old, new, region).await
}

/// Enters a new row.
///
/// # Errors
/// The database's.
pub(crate) async fn enter<L: Listed>(mut tx: Tx, row: L, region: Option<RegionId>) -> Outcome<L> {
    let row = accepted!(unique::<L>(row.insert(&tx).await)?);
    tx.record(change(&row, None, region));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Writes what was changed of a row, as its next version.
///
/// # Errors
/// The database's.
pub(crate) async fn save<L: Listed>(tx: Tx, old: L, mut new: L, region: Option<RegionId>) -> Outcome<L> {
    new.advance(old.archived_at());
    write(tx, old, new, region).await
}

async fn write<L: Listed>(mut tx: Tx, old: L, new: L, region: Option<RegionId>) -> Outcome<L> {
    let new = accepted!(unique::<L>(new.update(&tx).await)?);
    if new.name() != old.name() {
        new.renamed(&tx).await?;
    }
    tx.record(change(&new, Some(&old), region));
    tx.commit().await?;
    Ok(Ok(new))
}

fn change<L: Listed>(row: &L, before: Option<&L>, region: Option<RegionId>) -> Change {
    let change = Change::of(row.id(), before.map(told), Some(told(row)));
    match region {
        Some(region) => change.within(region, None),
        None => change,
    }
}

fn told<L: Listed>(row: &L) -> Value {
    let mut told = row.told();
    if let Value::Object(fields) = &mut told {
        fields.insert("version".into(), row.version().into());
        fields.insert("archivedAt".into(), row.archived_at().map(|at| at.to_rfc3339()).into());
    }
    told
}

/// The row, locked, if it is still the version that the caller has seen.
///
/// # Errors
/// `NOT_FOUND`.
pub(crate) async fn locked<R: Row>(tx: &Tx, id: R::Id, expected: i32) -> Outcome<R> {
    let row = R::lock(tx, id).await?.ok_or_else(|| Error::not_found(R::WHAT))?;
    if row.version() == expected {
        return Ok(Ok(row));
    }
    let (what, version) = (R::WHAT, row.version());
    let message =
        format!("The {what} is at version {version}, not {expected}: somebody changed it meanwhile.");
    Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()))
}

/// The row that `field` of the input refers to; it is not in the archive, and stays out of it until the
/// transaction ends.
///
/// # Errors
/// `NOT_FOUND`.
pub(crate) async fn referred<R: Row>(tx: &Tx, id: R::Id, field: &str) -> Outcome<R> {
    let row = R::share(tx, id).await?.ok_or_else(|| Error::not_found(R::WHAT))?;
    if row.archived_at().is_none() {
        return Ok(Ok(row));
    }
    let message = format!("The {} is in the archive.", R::WHAT);
    Ok(Err(UserError::of(field, UserErrorCode::Invalid, message).into()))
}

/// Whether the row that the step concerns is out of the archive; it stays out until the transaction ends. For what
/// is in the archive nothing new is done, however right the input.
///
/// # Errors
/// `WRONG_STATE` within, `NOT_FOUND` above.
pub(crate) async fn living<R: Row>(tx: &Tx, id: R::Id, field: &str) -> Result<Result<R, UserError>, Error> {
    let row = R::share(tx, id).await?.ok_or_else(|| Error::not_found(R::WHAT))?;
    Ok(may_go_on(&row, field).map(|()| row))
}

/// The same of a row that is at hand.
///
/// # Errors
/// `WRONG_STATE`.
pub(crate) fn may_go_on<R: Row>(row: &R, field: &str) -> Result<(), UserError> {
    if row.archived_at().is_none() {
        return Ok(());
    }
    let message = format!("The {} is in the archive; it must be taken out of it first.", R::WHAT);
    Err(UserError::of(field, UserErrorCode::WrongState, message))
}

/// Whether the row may be moved into the archive, or out of it: not where it is already.
///
/// # Errors
/// `WRONG_STATE`.
pub(crate) fn may_move<R: Row>(row: &R, archived: bool) -> Result<(), UserError> {
    if row.archived_at().is_some() != archived {
        return Ok(());
    }
    let where_it_is = if archived { "in the archive already" } else { "not in the archive" };
    let message = format!("The {} is {where_it_is}.", R::WHAT);
    Err(UserError::of("archived", UserErrorCode::WrongState, message))
}

/// Refuses to archive what living things hang on, and says how many of which.
fn hangs<L: Listed>(hanging: Vec<Hanging>) -> Result<(), Vec<UserError>> {
    let errors: Vec<_> = hanging
        .into_iter()
        .filter(|it| it.count > 0)
        .map(|Hanging { count, what }| {
            let message = format!("{count} {what} still hang on the {}.", L::WHAT);
            let error = UserError::of("archived", UserErrorCode::WrongState, message);
            error.bounded(usize::try_from(count).unwrap_or(usize::MAX), None, Some(0))
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Tells a value that is in use from a fault. The database decides, so that of two callers at once one is told.
fn unique<L: Listed>(written: Result<L, DbErr>) -> Result<Result<L, Rejected>, Error> {
    match written {
        Ok(row) => Ok(Ok(row)),
        Err(error) if is_duplicate(&error) => {
            let (field, message) = L::TAKEN;
            Ok(Err(UserError::of(field, UserErrorCode::Taken, message).into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a row was refused because a value that must be unique is in use.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
