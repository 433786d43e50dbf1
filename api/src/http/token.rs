//! `POST /oauth/token`: an access token for a client's secret, as RFC 6749 has it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderName},
    },
    web,
};
use serde_json::json;

use super::{
    body,
    client_credentials::{self, Refused},
    endpoint::Endpoint,
    request_id,
};
use crate::{
    app::App,
    auth::Actor,
    db::meter::{Meter, metered},
    error::{Code, Error},
    registry::account::clients::{self, ClientToken, Refusal},
};

/// The most bytes of a request's body: a few short parameters.
const BODY_BYTES: usize = 16 * 1024;

pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.route("/oauth/token", web::route().to(handle));
}

/// A token, and what the log tells of it.
struct Given {
    token: ClientToken,
    client_id: String,
    expires_in: i64,
}

/// Answers, and logs the outcome: never a secret or token, and the client's id only once it is proven, because
/// whoever mixes both up sends the secret in its place.
async fn handle(request: HttpRequest, payload: web::Payload, endpoint: web::Data<Endpoint>) -> HttpResponse {
    let started = Instant::now();
    let id = request_id::of(&request);
    let meter = Meter::default();
    let within = Duration::from_secs(endpoint.app.config.request_seconds.into());
    let answer = tokio::time::timeout(within, answer(&endpoint.app, &request, payload, &id));
    let outcome = metered(Arc::clone(&meter), answer).await.unwrap_or_else(|_| Err(unavailable()));
    let (response, account, error) = match outcome {
        Ok(given) => (give(&given), Some(given.client_id), None),
        Err(refused) => (refuse(&refused), None, Some(refused.error)),
    };
    tracing::info!(
        request_id = id,
        operation = "oauth/token",
        account,
        status = response.status().as_u16(),
        error,
        statements = meter.load(Ordering::Relaxed),
        milliseconds = started.elapsed().as_secs_f64() * 1000.0,
        "request"
    );
    response
}

async fn answer(app: &App, request: &HttpRequest, payload: web::Payload, id: &str) -> Result<Given, Refused> {
    if request.method() != Method::POST {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return Err(Refused::new(status, "invalid_request", "Ask for a token by POST."));
    }
    let body = body::read(payload, BODY_BYTES)
        .await
        .map_err(|problem| Refused::new(problem.status, "invalid_request", problem.message))?;
    let text = |name: HeaderName| {
        // What is no text is nothing that anybody knows.
        request.headers().get(name).map(|value| value.to_str().unwrap_or("?"))
    };
    if request.headers().get_all(header::AUTHORIZATION).count() > 1 {
        return Err(Refused::request("The header Authorization is given twice."));
    }
    let asked = client_credentials::read(text(header::CONTENT_TYPE), text(header::AUTHORIZATION), &body)?;
    let now = app.clock.now();
    let address = request.peer_addr().map(|address| address.ip());
    let actor = Actor { address, ..Actor::visitor(id.to_owned(), now) };
    match clients::token(app, &actor, &asked.client_id, &asked.secret, asked.scope.as_deref()).await {
        Ok(Ok(token)) => {
            let expires_in = (token.expires_at - now).num_seconds();
            Ok(Given { token, client_id: asked.client_id, expires_in })
        }
        Ok(Err(refusal)) => Err(refused(refusal)),
        Err(error) => Err(fault(&error, id)),
    }
}

fn refused(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Unknown => Refused::client("There is no such client, or the secret is not its own."),
        Refusal::Wait(seconds) => Refused {
            retry_after: Some(seconds),
            ..Refused::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "Too many attempts failed for this client; try again later.",
            )
        },
        Refusal::NoRight => Refused::new(
            StatusCode::BAD_REQUEST,
            "unauthorized_client",
            "The client is not the integrator of any region at the moment.",
        ),
        Refusal::Scope => Refused::new(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "The client has not all of this scope; leave it out to get what it has.",
        ),
    }
}

fn unavailable() -> Refused {
    Refused::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "The server cannot do it now; try again later.",
    )
}

fn fault(error: &Error, id: &str) -> Refused {
    if error.code() == Code::Unavailable {
        return unavailable();
    }
    if let Error::Internal(cause) = error {
        tracing::error!(request_id = id, %cause, "giving a token");
    }
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Something went wrong on our side.")
}

fn give(given: &Given) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    answer.json(json!({
        "access_token": given.token.access,
        "token_type": "Bearer",
        "expires_in": given.expires_in,
        "scope": given.token.scope,
    }))
}

fn refuse(refused: &Refused) -> HttpResponse {
    let mut answer = HttpResponse::build(refused.status);
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    match refused.status {
        StatusCode::UNAUTHORIZED => {
            answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"registry\""));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            answer.insert_header((header::ALLOW, "POST"));
        }
        _ => {}
    }
    if let Some(seconds) = refused.retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    answer.json(json!({ "error": refused.error, "error_description": refused.description }))
}
