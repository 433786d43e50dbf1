//! The use cases of signing in, going on, and out.

use chrono::{DateTime, Duration, Utc};
use entity::{
    Role, account, grant,
    ids::{AccountId, GrantId, SessionId},
    refresh_token, session,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, SqlErr,
    sea_query::{Expr, Query},
};
use serde_json::json;

use crate::{
    app::App,
    auth::{
        Action, Actor, Permit, Place,
        credentials::{NO_PASSWORD, hash_password, hash_token, random_token},
        policy,
    },
    db::{Change, Db, Tx},
    error::{Code, Error, Outcome, UserError, UserErrorCode},
    text,
};

/// What a caller gets to prove itself with.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For the `Authorization` header, for some minutes.
    pub access: String,
    /// For the next [`refresh`], once.
    pub refresh: String,
    /// When the access token runs out.
    pub expires_at: DateTime<Utc>,
    /// The caller that the tokens stand for.
    pub actor: Actor,
}

/// Longer logins and passwords are nobody's, and no login holds U+0000: checking them would only cost time.
const LONGEST: usize = 200;

/// The most characters of a login.
const LOGIN_MAX: usize = 100;

/// Signs in by login and password.
///
/// # Errors
/// `TOO_MANY_ATTEMPTS` after some failures for this login from this address.
pub async fn sign_in(app: &App, actor: &Actor, login: &str, password: String) -> Outcome<Tokens> {
    let permit = policy::permit(actor, Action::SessionCreate, &Place::default())?;
    let login = login.trim().to_lowercase();
    let wrong = || {
        let message = "The login or the password is wrong.";
        Ok(Err(UserError::whole(UserErrorCode::InvalidCredentials, message).into()))
    };
    if login.len() > LONGEST || password.len() > LONGEST || login.contains('\0') {
        return wrong();
    }
    let origin = (login.clone(), actor.address);
    if !app.throttle.take(&origin, actor.now) {
        let message = "Too many attempts to sign in with this login; try again in some minutes.";
        return Err(Error::Refused(Code::TooManyAttempts, message.into()));
    }
    let found = account::Entity::find()
        .filter(account::Column::Login.eq(&login))
        .filter(account::Column::ClosedAt.is_null())
        .one(app.db.read())
        .await?;
    // A service account takes as long as an unknown login: the time does not tell that there is one.
    let hash = found.as_ref().map(|account| account.password_hash.clone()).filter(|hash| hash != NO_PASSWORD);
    let right = app.passwords.verify(password, hash).await?;
    let Some(account) = found.filter(|_| right) else { return wrong() };
    app.throttle.succeeded(&origin);

    let mut tx = app.db.begin(permit.of_account(account.id)).await?;
    let id = SessionId::generate();
    session::Entity::insert(session::ActiveModel {
        id: Set(id),
        account_id: Set(account.id),
        created_at: Set(tx.at()),
        expires_at: Set(tx.at() + Duration::days(app.config.session_days.into())),
        revoked_at: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    forget_ended(&tx, account.id).await?;
    let refresh = hand_out(&tx, id).await?;
    // Whose it is stands in the entry's account: a login may be an e-mail address, which an erasure must reach.
    tx.record(Change::of(id, None, None));
    tx.commit().await?;
    match tokens(app, actor, account.id, id, refresh).await? {
        Some(tokens) => Ok(Ok(tokens)),
        None => wrong(),
    }
}

/// Exchanges a refresh token for new tokens. A token that was used already revokes its family: either its
/// holder or a thief has it, and nobody can tell which.
///
/// # Errors
/// The database's.
pub async fn refresh(app: &App, actor: &Actor, token: &str) -> Outcome<Tokens> {
    let permit = policy::permit(actor, Action::SessionRefresh, &Place::default())?;
    let wrong = || {
        let message = "The refresh token is not valid any more; sign in again.";
        Ok(Err(UserError::of("refreshToken", UserErrorCode::InvalidCredentials, message).into()))
    };
    if token.len() > LONGEST {
        return wrong();
    }
    let hash = hash_token(token);
    let Some(found) = refresh_token::Entity::find_by_id(hash.clone()).one(app.db.read()).await? else {
        return wrong();
    };
    let live = session::Entity::find_by_id(found.session_id)
        .find_also_related(account::Entity)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(actor.now))
        .filter(account::Column::ClosedAt.is_null())
        .one(app.db.read())
        .await?;
    let Some((session, Some(account))) = live else { return wrong() };

    let mut tx = app.db.begin(permit.of_account(account.id)).await?;
    // Of two exchanges at the same moment one changes the row; the other is a second use.
    let used = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(tx.at()))
        .filter(refresh_token::Column::Hash.eq(hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    if used.rows_affected == 0 {
        tracing::warn!(account = %account.id.0, "a refresh token was used twice; its session is revoked");
        revoke(&mut tx, session.id, "a refresh token was used twice").await?;
        tx.commit().await?;
        return wrong();
    }
    let refresh = hand_out(&tx, session.id).await?;
    tx.commit_quietly().await?;
    match tokens(app, actor, account.id, session.id, refresh).await? {
        Some(tokens) => Ok(Ok(tokens)),
        None => wrong(),
    }
}

/// Signs out: the session's tokens are good no more.
///
/// # Errors
/// `UNAUTHENTICATED` for a visitor.
pub async fn sign_out(app: &App, actor: &Actor) -> Result<(), Error> {
    let identity = policy::signed_in(actor, Action::SessionEnd)?;
    let mut tx = app.db.begin(policy::permit(actor, Action::SessionEnd, &Place::default())?).await?;
    revoke(&mut tx, identity.session, "signed out").await?;
    tx.commit().await
}

/// Makes an account with a role in the whole federation, and gives the password that was made for it: the way
/// in to a registry that has no account yet. For whoever has the database's keys anyway.
///
/// # Errors
/// The database's.
pub async fn create(db: &Db, now: DateTime<Utc>, login: &str, role: Role) -> Outcome<String> {
    let login = match text::required_line("login", login, LOGIN_MAX) {
        Ok(login) => login.to_lowercase(),
        Err(error) => return Ok(Err(error.into())),
    };
    let password = random_token();
    let mut tx = db.begin(Permit::at_command_line(Action::AccountCreate, now)).await?;
    let id = AccountId::generate();
    let made = account::Entity::insert(account::ActiveModel {
        id: Set(id),
        login: Set(login.clone()),
        name: Set(None),
        password_hash: Set(hash_password(&password)?),
        person_id: Set(None),
        created_at: Set(now),
        closed_at: Set(None),
    })
    .exec_without_returning(tx.db())
    .await;
    match made {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            let message = format!("There is an account with the login {login} already.");
            return Ok(Err(UserError::of("login", UserErrorCode::Taken, message).into()));
        }
        Err(error) => return Err(error.into()),
    }
    grant::Entity::insert(grant::ActiveModel {
        id: Set(GrantId::generate()),
        account_id: Set(id),
        role: Set(role),
        region_id: Set(None),
        profile_id: Set(None),
        valid_from: Set(now),
        valid_until: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    tx.record(Change::of(id, None, Some(json!({ "login": login, "role": role }))));
    tx.commit().await?;
    Ok(Ok(password))
}

async fn revoke(tx: &mut Tx, id: SessionId, why: &str) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(tx.at()))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    tx.record(Change::of(id, None, Some(json!({ "revoked": why }))));
    Ok(())
}

/// Deletes the account's sessions that have run out, with their tokens: they let nobody in any more.
pub(super) async fn forget_ended(tx: &Tx, of: AccountId) -> Result<(), Error> {
    let ended =
        Condition::all().add(session::Column::AccountId.eq(of)).add(session::Column::ExpiresAt.lt(tx.at()));
    let ids = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .cond_where(ended.clone())
        .to_owned();
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.in_subquery(ids))
        .exec(tx.db())
        .await?;
    session::Entity::delete_many().filter(ended).exec(tx.db()).await?;
    Ok(())
}

async fn hand_out(tx: &Tx, id: SessionId) -> Result<String, Error> {
    let token = random_token();
    refresh_token::Entity::insert(refresh_token::ActiveModel {
        hash: Set(hash_token(&token)),
        session_id: Set(id),
        issued_at: Set(tx.at()),
        used_at: Set(None),
    })
    .exec_without_returning(tx.db())
    .await?;
    Ok(token)
}

/// The tokens of a session; none where it was ended at the same moment.
async fn tokens(
    app: &App,
    actor: &Actor,
    account: AccountId,
    session: SessionId,
    refresh: String,
) -> Result<Option<Tokens>, Error> {
    let (access, expires_at) = app.keys.sign(account, session, actor.now, app.config.access_token_minutes)?;
    let found = Actor::of_session(app.db.read(), session, actor.request_id.clone(), actor.now).await?;
    Ok(found.map(|actor| Tokens { access, refresh, expires_at, actor }))
}
