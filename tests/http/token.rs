//! `POST /oauth/token`, as RFC 6749 has it.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Duration;
use entity::{grant, session};
use reqwest::{Method, RequestBuilder, StatusCode};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{app::TestApp, client::Answer, statements::counted_request};

const GRANT: &str = "grant_type=client_credentials";
const VIEWER: &str = "{ viewer { login } }";

/// The application with the client `diary`, whose secret is `s3cret`.
async fn with_client(app: TestApp) -> TestApp {
    let region = app.region("RU-KDA").await;
    app.service_account(&region, "diary", "s3cret").await;
    app
}

async fn sent(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Refused by the RFC's words, without a word of what was sent, and kept by no cache.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (status, Some(error)), "{answer:#?}");
    let description = answer.body["error_description"].as_str().unwrap();
    assert!(description.chars().all(|c| (' '..='~').contains(&c) && !"\"\\".contains(c)), "{description}");
    assert!(!answer.body.to_string().contains("s3cret"), "{answer:#?}");
    assert_eq!(answer.body.as_object().unwrap().len(), 2, "{answer:#?}");
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        (Some("no-store"), Some("no-cache"))
    );
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
    assert!(answer.header("x-request-id").is_some());
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, (status == 401).then_some("Basic realm=\"registry\""));
}

on_both! {
    async fn a_client_gets_a_token_by_its_secret_and_calls_with_it(app: TestApp) {
        let app = with_client(app).await;
        let answer = app.client_token("diary", "s3cret").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
        assert!(answer.header("content-type").unwrap().starts_with("application/json"));
        let body = answer.body.as_object().unwrap();
        assert_eq!(body.len(), 4, "{answer:#?}");
        assert_eq!((&body["token_type"], &body["scope"]), (&json!("Bearer"), &json!("region:RU-KDA")));
        assert!((895..=900).contains(&body["expires_in"].as_i64().unwrap()), "{answer:#?}");
        let client = app.visitor().bearing(body["access_token"].as_str().unwrap());
        assert_eq!(client.ask(VIEWER).await.payload(), &json!({ "login": "diary" }));

        let in_body = format!("{GRANT}&client_id=diary&client_secret=s3cret&scope=region:RU-KDA&more=1");
        assert_eq!(sent(app.token_request(&in_body)).await.status, StatusCode::OK);
    }

    async fn the_session_of_a_client_ends_with_its_token_and_is_forgotten(app: TestApp) {
        let app = with_client(app).await;
        let client = app.client("diary", "s3cret").await;
        app.clock.advance(Duration::minutes(14));
        assert_eq!(client.ask(VIEWER).await.error_code(), "none");
        app.clock.advance(Duration::minutes(2));
        assert_eq!(client.ask(VIEWER).await.error_code(), "UNAUTHENTICATED");
        for _ in 0..3 {
            app.clock.advance(Duration::minutes(16));
            app.client("diary", "s3cret").await;
        }
        assert_eq!(session::Entity::find().count(app.rows()).await.unwrap(), 1);
        assert_eq!(entity::refresh_token::Entity::find().count(app.rows()).await.unwrap(), 0);
    }

    async fn a_client_may_sign_out(app: TestApp) {
        let app = with_client(app).await;
        let client = app.client("diary", "s3cret").await;
        assert_eq!(client.sign_out().await.outcome(), "done");
        assert_eq!(client.ask(VIEWER).await.error_code(), "UNAUTHENTICATED");
    }

    async fn an_unknown_client_and_a_wrong_secret_are_answered_alike(app: TestApp) {
        let app = with_client(app).await;
        let person = app.stranger().await;
        let wrong = app.client_token("diary", "s3cret ").await;
        refused(&wrong, 401, "invalid_client");
        let ended = app.service_account(&app.region("RU-KDA").await, "ended", "new").await;
        app.secret(ended.id, "s3cret", Some(app.clock.now())).await;
        // Nobody else's secret opens an account, and a password is no secret.
        app.service_account(&app.region("RU-KDA").await, "other", "other-s3cret").await;
        for (client, secret) in [
            ("nobody", "s3cret"), ("diary", "other-s3cret"), ("Diary", "s3cret"), ("ended", "s3cret"), ("diary", ""), ("", "s3cret"),
            (&person.login, "demo"), ("di\u{0}ry", "s3cret"), ("diary", &"s3cret".repeat(1000)),
        ] {
            let answer = app.client_token(client, secret).await;
            refused(&answer, 401, "invalid_client");
            assert_eq!(answer.body, wrong.body, "{client}");
        }
        assert_eq!(session::Entity::find().filter(session::Column::AccountId.ne(person.account.unwrap())).count(app.rows()).await.unwrap(), 0);
    }

    async fn after_ten_failures_a_client_waits_as_long_as_it_is_told(app: TestApp) {
        let app = with_client(app).await;
        for _ in 0..10 {
            refused(&app.client_token("diary", "guess").await, 401, "invalid_client");
        }
        let answer = app.client_token("diary", "s3cret").await;
        refused(&answer, 429, "too_many_attempts");
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((590..=601).contains(&wait), "{wait}");
        app.clock.advance(Duration::seconds(wait));
        assert_eq!(app.client_token("diary", "s3cret").await.status, StatusCode::OK);
    }

    async fn many_tokens_at_the_same_moment_are_no_attack(app: TestApp) {
        let app = with_client(app).await;
        let answers = futures::future::join_all((0..15).map(|_| app.client_token("diary", "s3cret"))).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK), "{answers:#?}");
    }

    async fn a_token_costs_as_many_statements_whatever_came_before(app: TestApp) {
        let app = with_client(app).await;
        let cost = async || {
            let request = app.token_request(GRANT).basic_auth("diary", Some("s3cret"));
            let (answer, statements) = counted_request(request).await;
            assert_eq!(answer.status, StatusCode::OK);
            statements
        };
        let first = cost().await;
        for _ in 0..5 {
            app.client("diary", "s3cret").await;
            app.clock.advance(Duration::minutes(5));
        }
        assert_eq!(cost().await, first);
        assert!((1..=12).contains(&first), "{first}");
    }

    async fn a_client_whose_right_has_ended_gets_nothing(app: TestApp) {
        let app = with_client(app).await;
        let wanted = app.token_request(&format!("{GRANT}&scope=region:RU-SPE")).basic_auth("diary", Some("s3cret"));
        refused(&sent(wanted).await, 400, "invalid_scope");
        grant::Entity::update_many()
            .col_expr(grant::Column::ValidUntil, Expr::value(app.clock.now()))
            .filter(grant::Column::RegionId.is_not_null())
            .exec(app.rows())
            .await
            .unwrap();
        refused(&app.client_token("diary", "s3cret").await, 400, "unauthorized_client");
    }

    async fn a_database_that_is_gone_is_told_as_such(app: TestApp) {
        let app = with_client(app).await;
        app.url("/livez");
        app.db().close().await;
        refused(&app.client_token("diary", "s3cret").await, 503, "temporarily_unavailable");
    }
}

#[tokio::test]
async fn client_and_secret_are_decoded_before_they_are_compared() {
    let app = TestApp::on_sqlite().await;
    let secret = "p%41ss +:&=ё\"";
    app.service_account(&app.region("RU-KDA").await, "diary.kda-2", secret).await;
    let with = |header: String| app.token_request(GRANT).header("authorization", header);
    for header in [
        basic("diary.kda-2", &encoded(secret)),
        basic(&encoded("diary.kda-2"), &encoded(secret)),
        basic("diary.kda-2", "p%2541ss+%2B:&=ё\""),
    ] {
        let answer = sent(with(header)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
    }
    refused(&sent(with(basic("diary.kda-2", secret))).await, 401, "invalid_client");
    let form = format!("{GRANT}&client_id=diary.kda-2&client_secret={}", encoded(secret));
    assert_eq!(sent(app.token_request(&form)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_client_proves_itself_in_one_way() {
    let app = with_client(TestApp::on_sqlite().await).await;
    let both = format!("{GRANT}&client_id=diary&client_secret=s3cret");
    let request = app.token_request(&both).basic_auth("diary", Some("s3cret"));
    refused(&sent(request).await, 400, "invalid_request");
    let request = app.token_request(&format!("{GRANT}&client_id=other")).basic_auth("diary", Some("s3cret"));
    refused(&sent(request).await, 400, "invalid_request");
    let twice = app.token_request(GRANT).header("authorization", basic("diary", "s3cret"));
    refused(&sent(twice.header("authorization", "Bearer x")).await, 400, "invalid_request");
    for header in ["Bearer s3cret", "Basic", "Basic s3cret", "s3cret"] {
        refused(&sent(app.token_request(GRANT).header("authorization", header)).await, 401, "invalid_client");
    }
    refused(&sent(app.token_request(GRANT)).await, 401, "invalid_client");
    refused(&sent(app.token_request(&format!("{GRANT}&client_id=diary"))).await, 401, "invalid_client");
    refused(&sent(app.token_request(&format!("{GRANT}&client_secret=s3cret"))).await, 400, "invalid_request");
}

#[tokio::test]
async fn what_is_not_as_the_rfc_has_it_is_refused_by_its_codes() {
    let app = with_client(TestApp::on_sqlite().await).await;
    let with = |body: &str| app.token_request(body).basic_auth("diary", Some("s3cret"));
    for body in [
        "",
        "grant_type",
        "grant_type=",
        "{}",
        &format!("{GRANT}&{GRANT}"),
        &format!("{GRANT}&scope=a&scope=b"),
    ] {
        refused(&sent(with(body)).await, 400, "invalid_request");
    }
    for grant in ["password", "refresh_token", "authorization_code", "Client_Credentials"] {
        let body = format!("grant_type={grant}&username=a&password=s3cret");
        refused(&sent(with(&body)).await, 400, "unsupported_grant_type");
    }
    refused(&sent(with(GRANT).body(&b"grant_type=\xff"[..])).await, 400, "invalid_request");
    // Only the body is read: what stands in an address stands in many logs.
    let path = format!("/oauth/token?{GRANT}&client_id=diary&client_secret=s3cret");
    let request = app.visitor().client.request(Method::POST, &path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    refused(&sent(request).await, 400, "invalid_request");
}

#[tokio::test]
async fn only_a_short_form_by_post_is_taken() {
    let app = with_client(TestApp::on_sqlite().await).await;
    for type_ in ["application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-16"] {
        let request =
            app.visitor().client.request(Method::POST, "/oauth/token").header("content-type", type_);
        let request = request.body(GRANT).basic_auth("diary", Some("s3cret"));
        refused(&sent(request).await, 415, "invalid_request");
    }
    let long = format!("{GRANT}&x={}", "x".repeat(16 * 1024));
    refused(
        &sent(app.token_request(&long).basic_auth("diary", Some("s3cret"))).await,
        413,
        "invalid_request",
    );
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let request =
            app.visitor().client.request(method, "/oauth/token").basic_auth("diary", Some("s3cret"));
        let answer = sent(request).await;
        refused(&answer, 405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let head = app.visitor().client.request(Method::HEAD, "/oauth/token").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_foreign_page_may_ask_whether_it_may_ask() {
    let app = with_client(TestApp::on_sqlite().await).await;
    let request = app
        .visitor()
        .client
        .request(Method::OPTIONS, "/oauth/token")
        .header("origin", "https://example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let answer = sent(request).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, Some("*")));
    assert_eq!(answer.body, Value::Null);
}
