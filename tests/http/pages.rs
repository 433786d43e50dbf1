//! The pages beside the API: health, keys, the schema file, GraphiQL, and what is not there.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{app::TestApp, client::Answer};

async fn fetch(app: &TestApp, method: Method, path: &str) -> Answer {
    Answer::of(app.visitor().client.request(method, path).send().await.unwrap()).await
}

async fn text(app: &TestApp, path: &str) -> String {
    let response = app.visitor().client.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

on_both! {
    async fn the_process_lives_and_is_ready_while_the_database_answers(app: TestApp) {
        for path in ["/livez", "/readyz"] {
            let answer = fetch(&app, Method::GET, path).await;
            assert_eq!((answer.status, &answer.body["status"]), (StatusCode::OK, &json!("ok")));
        }
        app.db().close().await;
        let answer = fetch(&app, Method::GET, "/readyz").await;
        assert_eq!((answer.status, &answer.body["status"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
        assert_eq!(fetch(&app, Method::GET, "/livez").await.status, StatusCode::OK);
        let asked = app.visitor().ask("{ communities { totalCount } }").await;
        assert_eq!((asked.status, asked.error_code()), (StatusCode::OK, "UNAVAILABLE"));
    }
}

#[tokio::test]
async fn the_published_keys_verify_the_access_tokens() {
    let app = TestApp::on_sqlite().await;
    let actor = app.stranger().await;
    let answer = fetch(&app, Method::GET, "/.well-known/jwks.json").await;
    assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
    let token = actor.token.as_deref().unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let keys = answer.body["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"].as_str() == header.kid.as_deref()).unwrap();
    assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
    assert!(key.get("d").is_none(), "a private key is published");

    let point: [u8; 32] = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap().try_into().unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&point).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).unwrap().try_into().unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    key.verify_strict(signed.as_bytes(), &signature).unwrap();
    assert!(key.verify_strict(b"something else", &signature).is_err());
}

#[tokio::test]
async fn what_is_not_there_is_404_in_json() {
    let app = TestApp::on_sqlite().await;
    for (method, path) in
        [(Method::GET, "/nowhere"), (Method::POST, "/graphql/"), (Method::GET, "/graphql/more")]
    {
        let answer = fetch(&app, method, path).await;
        assert_eq!((answer.status, answer.error_code()), (StatusCode::NOT_FOUND, "NOT_FOUND"), "{path}");
        assert_eq!(answer.errors()[0]["extensions"]["requestId"].as_str(), answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn the_schema_file_is_the_schema() {
    let app = TestApp::on_sqlite().await;
    assert_eq!(text(&app, "/schema.graphql").await, api::graphql::schema::sdl());
}

#[tokio::test]
async fn a_closed_schema_is_shown_nowhere() {
    let app = TestApp::on_sqlite().await.configured(|config| config.introspection = false).await;
    let answer = fetch(&app, Method::GET, "/schema.graphql").await;
    assert_eq!((answer.status, answer.error_code()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    for query in ["{ __schema { types { name } } }", "{ __type(name: \"Practice\") { fields { name } } }"] {
        let answer = app.visitor().ask(query).await;
        assert!(!answer.body.to_string().contains("Practice"), "{answer:#?}");
        assert!(
            answer.body["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)),
            "{answer:#?}"
        );
    }
    let answer = app.visitor().ask("{ communities { totalCount __typename } }").await;
    assert_eq!(answer.payload(), &json!({ "totalCount": 0, "__typename": "CommunityConnection" }));
}

#[tokio::test]
async fn graphiql_needs_nothing_from_elsewhere() {
    let app = TestApp::on_sqlite().await;
    let response = app.visitor().client.request(Method::GET, "/").send().await.unwrap();
    let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("text/html"));
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains("GraphiQL"));
    for foreign in ["http://", "https://", "\"//", "'//"] {
        assert!(!page.contains(foreign), "{foreign} in the page");
    }
    let own: Vec<_> = page.split('"').filter(|part| part.starts_with("/graphiql/")).collect();
    assert!(own.len() >= 4, "{own:?}");
    for path in own {
        let response = app.visitor().client.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.headers().contains_key("content-security-policy"), "{path}");
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("immutable"), "{path}");
        assert!(!response.bytes().await.unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_the_browser_knows_is_not_sent_again() {
    let app = TestApp::on_sqlite().await;
    for path in ["/", "/graphiql/boot.js"] {
        let client = app.visitor().client;
        let first = client.request(Method::GET, path).send().await.unwrap();
        let tag = first.headers()["etag"].clone();
        let again =
            client.request(Method::GET, path).header("if-none-match", tag.clone()).send().await.unwrap();
        assert_eq!(
            (again.status(), again.headers()["etag"].clone()),
            (StatusCode::NOT_MODIFIED, tag),
            "{path}"
        );
        assert!(again.bytes().await.unwrap().is_empty());
        let other =
            client.request(Method::GET, path).header("if-none-match", "W/\"other\"").send().await.unwrap();
        assert_eq!(other.status(), StatusCode::OK, "{path}");
        let head = client.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK, "{path}");
        assert!(head.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn answers_are_compressed_for_who_wants_it() {
    let app = TestApp::on_sqlite().await;
    let request =
        app.visitor().client.request(Method::GET, "/schema.graphql").header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(response.bytes().await.unwrap().len() < api::graphql::schema::sdl().len() / 2);
}
