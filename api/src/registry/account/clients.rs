//! The use case of a client: a service account that proves itself by its secret and gets an access token.

use chrono::{DateTime, Utc};
use entity::{
    Role, account, client_secret, grant,
    ids::{AccountId, SessionId},
    region, session,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockType, Query},
};

use super::{rules, service};
use crate::{
    app::App,
    auth::{Action, Actor, Place, credentials::hash_token, policy},
    db::Change,
    error::Error,
};

/// What a client gets.
#[derive(Clone, Debug)]
pub struct ClientToken {
    /// For the `Authorization` header.
    pub access: String,
    /// When it runs out, and the session with it.
    pub expires_at: DateTime<Utc>,
    /// What it reaches: `region:RU-KDA`.
    pub scope: String,
}

/// Why a client gets no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such client, or the secret is not its own; nobody is told which.
    Unknown,
    /// This client must wait for so many seconds after some failures from this address.
    Wait(i64),
    /// The client has no right that a token could be given for.
    NoRight,
    /// More was asked for than the client's rights reach.
    Scope,
}

/// Longer secrets are nobody's.
const LONGEST: usize = 200;

/// Gives a client an access token for its secret. The token is like that of a person, but its session ends with
/// it: there is no refresh token, because the secret does the same.
///
/// # Errors
/// The database's.
pub async fn token(
    app: &App,
    actor: &Actor,
    client_id: &str,
    secret: &str,
    asked: Option<&str>,
) -> Result<Result<ClientToken, Refusal>, Error> {
    let permit = policy::permit(actor, Action::SessionCreate, &Place::default())?;
    if !rules::is_client_id(client_id) || secret.len() > LONGEST {
        return Ok(Err(Refusal::Unknown));
    }
    let origin = (client_id.to_owned(), actor.address);
    // Only failures are counted, and after them: a client may well ask for many tokens at the same moment, and
    // the few guesses that could slip through that way come to nothing against 256 random bits.
    if let Some(wait) = app.throttle.wait(&origin, actor.now) {
        return Ok(Err(Refusal::Wait(wait.num_seconds() + 1)));
    }
    let Some(account) = proven(app, client_id, secret, actor.now).await? else {
        let _ = app.throttle.take(&origin, actor.now);
        return Ok(Err(Refusal::Unknown));
    };
    app.throttle.succeeded(&origin);
    let scope = rules::scope(&regions_of(app, account, actor.now).await?);
    if scope.is_empty() {
        return Ok(Err(Refusal::NoRight));
    }
    if !rules::is_within(asked, &scope) {
        return Ok(Err(Refusal::Scope));
    }

    let id = SessionId::generate();
    let (access, expires_at) = app.keys.sign(account, id, actor.now, app.config.access_token_minutes)?;
    let mut tx = app.db.begin(permit.of_account(account)).await?;
    // Whoever revokes the client at the same moment comes before this, or ends this session, too.
    let standing = account::Entity::find_by_id(account).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    if standing.is_none_or(|row| row.closed_at.is_some()) {
        return Ok(Err(Refusal::Unknown));
    }
    session::Entity::insert(session::ActiveModel {
        id: Set(id),
        account_id: Set(account),
        created_at: Set(tx.at()),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    service::forget_ended(&tx, account).await?;
    tx.record(Change::of(id, None, None));
    tx.commit().await?;
    Ok(Ok(ClientToken { access, expires_at, scope }))
}

/// The client of this id whose secret this is. It is looked for by the secret's hash in one statement, so that
/// neither the answer nor its time tells what was wrong.
async fn proven(
    app: &App,
    client_id: &str,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<Option<AccountId>, Error> {
    use client_secret::{Column, Entity};
    let good = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
    let secrets = Query::select()
        .column(Column::AccountId)
        .from(Entity)
        .and_where(Column::Hash.eq(hash_token(secret)))
        .cond_where(good)
        .to_owned();
    let found = account::Entity::find()
        .filter(account::Column::Login.eq(client_id))
        .filter(account::Column::PersonId.is_null())
        .filter(account::Column::ClosedAt.is_null())
        .filter(account::Column::Id.in_subquery(secrets))
        .one(app.db.read())
        .await?;
    Ok(found.map(|row| row.id))
}

/// The codes of the regions in which the client is integrator at this moment.
async fn regions_of(app: &App, of: AccountId, now: DateTime<Utc>) -> Result<Vec<String>, Error> {
    use grant::{Column, Entity};
    let granted = Query::select()
        .column(Column::RegionId)
        .from(Entity)
        .and_where(Column::AccountId.eq(of))
        .and_where(Column::Role.eq(Role::Integrator))
        .and_where(Column::ValidFrom.lte(now))
        .cond_where(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(now)))
        .to_owned();
    let rows = region::Entity::find()
        .filter(region::Column::Id.in_subquery(granted))
        .order_by_asc(region::Column::Code)
        .all(app.db.read())
        .await?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}
