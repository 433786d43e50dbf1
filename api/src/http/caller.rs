//! Who calls: from the header by the token and its session to the actor with its rights.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header},
};
use chrono::{DateTime, Utc};

use super::protocol::Problem;
use crate::{
    app::App,
    auth::Actor,
    error::{Code, Error},
};

/// Who calls. A token that is not good any more is told at once, instead of being taken for a visitor's
/// request that then finds less than it expects. Two statements for a token, none for a visitor.
///
/// # Errors
/// 401 for what is no good token, 503 or 500 where that cannot be found out.
pub(super) async fn actor(
    app: &App,
    request: &HttpRequest,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Actor, Problem> {
    let address = request.peer_addr().map(|address| address.ip());
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(Actor { address, ..Actor::visitor(id.to_owned(), now) });
    };
    let refused = |error: &Error| {
        let status = match error.code() {
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if let Error::Internal(cause) = error {
            tracing::error!(request_id = id, %cause, "finding out who calls");
        }
        Problem::new(status, error.code().name(), error.message())
    };
    let unauthenticated = |why: &str| refused(&Error::Refused(Code::Unauthenticated, why.into()));
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated("Send the access token as `Authorization: Bearer …`."))?;
    let session = app.keys.verify(&app.db, token, now).await.map_err(|error| refused(&error))?;
    let found = Actor::of_session(app.db.read(), session, id.to_owned(), now).await;
    let actor = found
        .map_err(|error| refused(&error))?
        .ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
    Ok(Actor { address, ..actor })
}
