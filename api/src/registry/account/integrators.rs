//! The use cases of keeping a region's service accounts: making one, giving it a new secret, revoking it; and
//! the reads of them.

use chrono::{DateTime, Utc};
use entity::{
    Role, account, client_secret, grant,
    ids::{AccountId, GrantId, RegionId, SecretId},
    region, session,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, SqlErr,
    sea_query::{Expr, LockType, Query},
};
use serde_json::json;

use super::rules;
use crate::{
    app::App,
    auth::{
        Action, Actor, Permit, Place,
        credentials::{NO_PASSWORD, hash_token, random_token},
        policy,
    },
    db::{
        Change, Db, Tx,
        keyset::{self, List, Page, Rows},
    },
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::region::service as regions,
};

/// A service account with its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integrator {
    /// The account.
    pub account: account::Model,
    /// Whose registrations it keeps in step.
    pub region: RegionId,
}

/// A service account and the secret that was made for it, which is kept nowhere.
#[derive(Debug)]
pub struct Equipped {
    /// The service account.
    pub integrator: Integrator,
    /// The new secret.
    pub secret: String,
}

/// Makes a service account for a region, with its first secret.
///
/// # Errors
/// `NOT_FOUND` for an unknown region, `FORBIDDEN` for who is not its operator.
pub async fn create(
    app: &App,
    actor: &Actor,
    region_code: &str,
    client_id: &str,
    name: &str,
) -> Outcome<Equipped> {
    policy::signed_in(actor, Action::IntegratorWrite)?;
    let region = region_with(&app.db, region_code).await?.id;
    let permit = policy::permit(actor, Action::IntegratorWrite, &of_region(region))?;
    let new = match rules::check_new(client_id, name) {
        Ok(new) => new,
        Err(errors) => return Ok(Err(errors.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let standing = region::Entity::find_by_id(region).lock(LockType::Share).one(tx.db()).await?;
    if standing.ok_or_else(|| Error::not_found("region"))?.archived_at.is_some() {
        let message = "The region is in the archive; nothing new begins there.";
        return Ok(Err(UserError::of("regionCode", UserErrorCode::WrongState, message).into()));
    }
    let account = account::Model {
        id: AccountId::generate(),
        login: new.client_id,
        name: Some(new.name),
        password_hash: NO_PASSWORD.to_owned(),
        person_id: None,
        created_at: tx.at(),
        closed_at: None,
    };
    let made =
        account::Entity::insert(account.clone().into_active_model()).exec_without_returning(tx.db()).await;
    match made {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            let message = "This client id is in use.";
            return Ok(Err(UserError::of("clientId", UserErrorCode::Taken, message).into()));
        }
        Err(error) => return Err(error.into()),
    }
    grant::Entity::insert(grant::ActiveModel {
        id: Set(GrantId::generate()),
        account_id: Set(account.id),
        role: Set(Role::Integrator),
        region_id: Set(Some(region)),
        profile_id: Set(None),
        valid_from: Set(tx.at()),
        valid_until: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    let secret = make_secret(&tx, account.id).await?;
    let after = json!({ "clientId": account.login, "name": account.name });
    tx.record(Change::of(account.id, None, Some(after)).within(region, None));
    tx.commit().await?;
    Ok(Ok(Equipped { integrator: Integrator { account, region }, secret }))
}

/// Gives a service account a new secret. The former ones stay good for some hours, none for longer than it would
/// have been; those that have ended are deleted.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn rotate_secret(app: &App, actor: &Actor, id: AccountId, overlap_hours: i32) -> Outcome<Equipped> {
    let (permit, region) = may_write(app, actor, id).await?;
    let overlap = match rules::check_overlap(overlap_hours) {
        Ok(overlap) => overlap,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let account = lock(&tx, id).await?;
    if let Err(error) = rules::may_change(account.closed_at) {
        return Ok(Err(error.into()));
    }
    use client_secret::{Column, Entity};
    let of_account = Condition::all().add(Column::AccountId.eq(id));
    Entity::delete_many()
        .filter(of_account.clone().add(Column::ExpiresAt.lte(tx.at())))
        .exec(tx.db())
        .await?;
    let good = Entity::find().filter(of_account.clone()).count(tx.db()).await?;
    if let Err(error) = rules::may_join(usize::try_from(good).unwrap_or(usize::MAX), overlap) {
        return Ok(Err(error.into()));
    }
    let end = tx.at() + overlap;
    let later = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(end));
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(end))
        .filter(of_account.add(later))
        .exec(tx.db())
        .await?;
    let secret = make_secret(&tx, id).await?;
    let before = json!({ "goodSecrets": good });
    let after = json!({
        "clientId": account.login,
        "name": account.name,
        "goodSecrets": if overlap.is_zero() { 1 } else { good + 1 },
        "formerSecretsEndAt": told(end),
    });
    tx.record(Change::of(id, Some(before), Some(after)).within(region, None));
    tx.commit().await?;
    Ok(Ok(Equipped { integrator: Integrator { account, region }, secret }))
}

/// Closes a service account: its secrets are gone, its sessions and tokens good no more.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn revoke(app: &App, actor: &Actor, id: AccountId) -> Outcome<Integrator> {
    let (permit, region) = may_write(app, actor, id).await?;
    let mut tx = app.db.begin(permit).await?;
    let account = lock(&tx, id).await?;
    if let Err(error) = rules::may_change(account.closed_at) {
        return Ok(Err(error.into()));
    }
    let mut row = account.into_active_model();
    row.closed_at = Set(Some(tx.at()));
    let account = row.update(tx.db()).await?;
    client_secret::Entity::delete_many()
        .filter(client_secret::Column::AccountId.eq(id))
        .exec(tx.db())
        .await?;
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(tx.at()))
        .filter(session::Column::AccountId.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    let before = json!({ "revokedAt": null });
    let after = json!({ "clientId": account.login, "name": account.name, "revokedAt": told(tx.at()) });
    tx.record(Change::of(id, Some(before), Some(after)).within(region, None));
    tx.commit().await?;
    Ok(Ok(Integrator { account, region }))
}

/// A service account as it stands; none where the caller may not know of it.
///
/// # Errors
/// The database's.
pub async fn get(app: &App, actor: &Actor, id: AccountId) -> Result<Option<Integrator>, Error> {
    let found = account::Entity::find_by_id(id)
        .filter(account::Column::PersonId.is_null())
        .one(app.db.read())
        .await?;
    let Some(account) = found else { return Ok(None) };
    // It is of the region for which it was made, whatever it may have been given since.
    let first = grant::Entity::find()
        .filter(grant::Column::AccountId.eq(id))
        .filter(grant::Column::Role.eq(Role::Integrator))
        .order_by_asc(grant::Column::Id)
        .one(app.db.read())
        .await?;
    let Some(region) = first.and_then(|grant| grant.region_id) else { return Ok(None) };
    let seen = policy::may(actor, Action::IntegratorsRead, &of_region(region));
    Ok(seen.then_some(Integrator { account, region }))
}

/// The region whose service accounts the caller asks for.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub async fn readable_region(app: &App, actor: &Actor, code: &str) -> Result<RegionId, Error> {
    policy::signed_in(actor, Action::IntegratorsRead)?;
    let region = region_with(&app.db, code).await?.id;
    if policy::may(actor, Action::IntegratorsRead, &of_region(region)) {
        return Ok(region);
    }
    Err(policy::denied(actor, Action::IntegratorsRead))
}

/// A page of a region's service accounts, open or revoked, the oldest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(db: &Db, region: RegionId, list: List, page: &Page) -> Result<Rows<account::Model>, Error> {
    let columns = account::Column::Id;
    keyset::read::<_, AccountId>(db.read(), in_region(region), columns, false, list, page).await
}

/// How many service accounts a region has.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, region: RegionId) -> Result<u64, Error> {
    Ok(in_region(region).count(db.read()).await?)
}

fn in_region(region: RegionId) -> Select<account::Entity> {
    let granted = Query::select()
        .column(grant::Column::AccountId)
        .from(grant::Entity)
        .and_where(grant::Column::Role.eq(Role::Integrator))
        .and_where(grant::Column::RegionId.eq(region))
        .to_owned();
    account::Entity::find()
        .filter(account::Column::PersonId.is_null())
        .filter(account::Column::Id.in_subquery(granted))
}

async fn region_with(db: &Db, code: &str) -> Result<region::Model, Error> {
    regions::by_code(db, code).await?.ok_or_else(|| Error::not_found("region"))
}

fn of_region(region: RegionId) -> Place {
    Place { region: Some(region), ..Place::default() }
}

/// The permit to change a service account that the caller may know of, and its region.
async fn may_write(app: &App, actor: &Actor, id: AccountId) -> Result<(Permit, RegionId), Error> {
    policy::signed_in(actor, Action::IntegratorWrite)?;
    let seen = get(app, actor, id).await?.ok_or_else(|| Error::not_found("integrator"))?;
    Ok((policy::permit(actor, Action::IntegratorWrite, &of_region(seen.region))?, seen.region))
}

/// The account as it stands, kept from others until the transaction ends.
async fn lock(tx: &Tx, id: AccountId) -> Result<account::Model, Error> {
    let row = account::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("integrator"))
}

/// Makes a secret and keeps its hash. It is 256 random bits: nothing slower than SHA-256 would protect it better.
async fn make_secret(tx: &Tx, of: AccountId) -> Result<String, Error> {
    let secret = random_token();
    client_secret::Entity::insert(client_secret::ActiveModel {
        id: Set(SecretId::generate()),
        account_id: Set(of),
        hash: Set(hash_token(&secret)),
        created_at: Set(tx.at()),
        expires_at: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    Ok(secret)
}

fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}
