//! The use cases of giving and ending explicit rights.

use entity::{
    Role, account, grant,
    ids::{GrantId, ProfileId, RegionId},
    profile, region,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, sea_query::LockType,
};
use serde_json::{Value, json};

use super::rules;
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, Rejected, UserError, UserErrorCode},
    registry::{
        listed,
        region::service::{require_profile, require_region},
    },
};

/// A right with its scope, and whose it is.
#[derive(Clone, Debug)]
pub struct Named {
    /// The account's login.
    pub login: String,
    /// What it lets do.
    pub role: Role,
    /// Within the region with this code.
    pub region_code: Option<String>,
    /// Within the profile with this code.
    pub profile_code: Option<String>,
}

/// The same, found.
struct Found {
    permit: Permit,
    account: account::Model,
    role: Role,
    region: Option<RegionId>,
    profile: Option<ProfileId>,
}

/// Gives a right, from this moment on without an end.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND` for an unknown login, region or profile.
pub async fn create(app: &App, actor: &Actor, named: Named) -> Outcome<grant::Model> {
    let found = accepted!(find(app, actor, named).await?);
    let mut tx = app.db.begin(found.permit.clone()).await?;
    let account = lock(&tx, &found).await?;
    if account.name.is_some() {
        let message = "A service account does its own work, and nothing else.";
        return Ok(Err(UserError::of("login", UserErrorCode::NotEligible, message).into()));
    }
    if let Some(id) = found.region {
        accepted!(listed::referred::<region::Model>(&tx, id, "regionCode").await?);
    }
    if let Some(id) = found.profile {
        accepted!(listed::referred::<profile::Model>(&tx, id, "profileCode").await?);
    }
    if in_force(&tx, &found).await?.is_some() {
        let message = "The account has this right already.";
        return Ok(Err(UserError::of("role", UserErrorCode::Taken, message).into()));
    }
    let row = grant::Model {
        id: GrantId::generate(),
        account_id: account.id,
        role: found.role,
        region_id: found.region,
        profile_id: found.profile,
        valid_from: tx.at(),
        valid_until: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.record(change(&row, None, Some(told(&row))));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Ends a right: with the next request it is gone.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND` for an unknown login, region or profile.
pub async fn end(app: &App, actor: &Actor, named: Named) -> Outcome<grant::Model> {
    let found = accepted!(find(app, actor, named).await?);
    let mut tx = app.db.begin(found.permit.clone()).await?;
    lock(&tx, &found).await?;
    let Some(old) = in_force(&tx, &found).await? else {
        let message = "The account has no such right.";
        return Ok(Err(UserError::of("role", UserErrorCode::WrongState, message).into()));
    };
    let mut row = old.clone().into_active_model();
    row.valid_until = Set(Some(tx.at()));
    let row = row.update(tx.db()).await?;
    tx.record(change(&row, Some(told(&old)), Some(told(&row))));
    tx.commit().await?;
    Ok(Ok(row))
}

async fn find(app: &App, actor: &Actor, named: Named) -> Result<Result<Found, Rejected>, Error> {
    let permit = policy::permit(actor, Action::GrantWrite, &Place::default())?;
    let Named { login, role, region_code, profile_code } = named;
    accepted!(rules::check_scope(role, region_code.is_some(), profile_code.is_some()));
    let account = account::Entity::find()
        .filter(account::Column::Login.eq(login.trim().to_lowercase()))
        .filter(account::Column::ClosedAt.is_null())
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::not_found("account"))?;
    let region = match region_code {
        Some(code) => Some(require_region(&app.db, &code).await?.id),
        None => None,
    };
    let profile = match profile_code {
        Some(code) => Some(require_profile(&app.db, &code).await?.id),
        None => None,
    };
    Ok(Ok(Found { permit, account, role, region, profile }))
}

/// The account, kept from others who would give it or take from it rights.
async fn lock(tx: &Tx, found: &Found) -> Result<account::Model, Error> {
    let row = account::Entity::find_by_id(found.account.id).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    row.filter(|it| it.closed_at.is_none()).ok_or_else(|| Error::not_found("account"))
}

/// The right as it is in force, or will be.
async fn in_force(tx: &Tx, found: &Found) -> Result<Option<grant::Model>, Error> {
    use grant::Column;
    let until = Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(tx.at()));
    let region = found.region.map_or_else(|| Column::RegionId.is_null(), |id| Column::RegionId.eq(id));
    let profile = found.profile.map_or_else(|| Column::ProfileId.is_null(), |id| Column::ProfileId.eq(id));
    let row = grant::Entity::find()
        .filter(Column::AccountId.eq(found.account.id))
        .filter(Column::Role.eq(found.role))
        .filter(region)
        .filter(profile)
        .filter(until)
        .one(tx.db())
        .await?;
    Ok(row)
}

fn told(row: &grant::Model) -> Value {
    json!({
        "account": row.account_id,
        "role": row.role,
        "region": row.region_id,
        "profile": row.profile_id,
        "validUntil": row.valid_until,
    })
}

fn change(row: &grant::Model, before: Option<Value>, after: Option<Value>) -> Change {
    let change = Change::of(row.id, before, after);
    match row.region_id {
        Some(region) => change.within(region, None),
        None => change,
    }
}
