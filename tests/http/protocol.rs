//! GraphQL over HTTP, as its specification has it.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{app::TestApp, client::Answer};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

fn post(app: &TestApp) -> RequestBuilder {
    app.visitor().client.request(Method::POST, "/graphql")
}

/// A request by GET with these parameters.
fn get(app: &TestApp, parameters: &[(&str, &str)]) -> RequestBuilder {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    app.visitor().client.request(Method::GET, &format!("/graphql?{}", parameters.join("&")))
}

async fn sent(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

async fn asked(app: &TestApp, accept: &str, body: Value) -> Answer {
    sent(post(app).header("accept", accept).json(&body)).await
}

fn media(answer: &Answer) -> &str {
    answer.header("content-type").unwrap_or_default()
}

/// Nothing was executed: an error without a path, and no `data` at all.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.errors()[0]["extensions"]["code"].as_str()),
        (status, Some(code)),
        "{answer:#?}"
    );
    assert!(answer.body.get("data").is_none(), "{answer:#?}");
    assert!(answer.errors().iter().all(|error| error.get("path").is_none()), "{answer:#?}");
}

#[tokio::test]
async fn the_answer_is_of_the_type_that_the_client_accepts() {
    let app = TestApp::on_sqlite().await;
    for (accept, type_) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some("text/html, */*;q=0.1"), JSON),
        (Some(JSON), JSON),
        (Some(GRAPHQL), GRAPHQL),
        (Some("application/graphql-response+json, application/json;q=0.9"), GRAPHQL),
        (Some("application/graphql-response+json;q=0.5, application/json"), JSON),
    ] {
        let mut request = post(&app).json(&json!({ "query": "{ __typename }" }));
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = sent(request).await;
        assert_eq!(media(&answer), format!("{type_}; charset=utf-8"), "{accept:?}");
        assert_eq!(answer.data(), &json!({ "__typename": "Query" }));
    }
}

#[tokio::test]
async fn who_accepts_nothing_that_is_offered_gets_406() {
    let app = TestApp::on_sqlite().await;
    for accept in ["text/html", "application/xml", "application/json;q=0", "application/json;charset=latin1"]
    {
        let answer = asked(&app, accept, json!({ "query": "{ __typename }" })).await;
        refused(&answer, 406, "NOT_ACCEPTABLE");
        assert!(media(&answer).starts_with(JSON));
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    let app = TestApp::on_sqlite().await;
    let body = r#"{"query":"{ __typename }"}"#;
    for type_ in [
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ] {
        let answer = sent(post(&app).header("content-type", type_).body(body)).await;
        refused(&answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    refused(&sent(post(&app).body(body)).await, 415, "UNSUPPORTED_MEDIA_TYPE");
    let answer =
        sent(post(&app).header("content-type", "Application/JSON; charset=\"UTF-8\"").body(body)).await;
    assert_eq!(answer.data(), &json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn a_query_may_come_by_get() {
    let app = TestApp::on_sqlite().await;
    app.region("RU-KDA").await;
    let document =
        "query A { viewer { login } } query B($code: String) { region(by: { code: $code }) { code } }";
    let request =
        get(&app, &[("query", document), ("operationName", "B"), ("variables", r#"{"code":"RU-KDA"}"#)]);
    assert_eq!(sent(request).await.data(), &json!({ "region": { "code": "RU-KDA" } }));
    for query in ["", "query=", "query={__typename}&query={__typename}", "query={__typename}&variables=[]"] {
        let request = app.visitor().client.request(Method::GET, &format!("/graphql?{query}"));
        refused(&sent(request).await, 400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_mutation_by_get_is_405_and_does_nothing() {
    let app = TestApp::on_sqlite().await;
    let community = app.community("kda-chemistry").await;
    let member = app.member_of(&community).await;
    let document = format!(
        "mutation {{ practiceCreate(input: {{ communityId: \"{}\", title: \"a\", summary: \"b\", body: \"c\" }}) {{ userErrors {{ code }} }} }}",
        crate::support::app::id(community.id)
    );
    let token = member.token.as_deref().unwrap();
    let among_others = format!("query Q {{ __typename }} {}", document.replace("mutation", "mutation M"));
    for (query, name) in [(&document, ""), (&among_others, "M")] {
        let request = get(&app, &[("query", query), ("operationName", name)]);
        let answer = sent(request.bearer_auth(token)).await;
        refused(&answer, 405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    assert!(app.journal().await.is_empty());
    let answer = member.ask(&document).await;
    assert_eq!(answer.user_errors(), [] as [(String, String); 0]);
    assert_eq!(app.journal().await.len(), 1);
}

#[tokio::test]
async fn other_methods_are_405() {
    let app = TestApp::on_sqlite().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let request =
            app.visitor().client.request(method, "/graphql").json(&json!({ "query": "{ __typename }" }));
        let answer = sent(request).await;
        refused(&answer, 405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), Some("GET, POST"));
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_400_in_either_type() {
    let app = TestApp::on_sqlite().await;
    for accept in [JSON, GRAPHQL] {
        for (body, says) in [
            ("", "empty"),
            ("{", "not valid JSON"),
            ("\"{ __typename }\"", "must be a JSON object"),
            (r#"[{"query":"{ __typename }"}]"#, "Batches are not taken"),
            ("{}", "\"query\" is missing"),
            (r#"{"query":1}"#, "\"query\" must be a string"),
            (r#"{"query":"{ __typename }","variables":[]}"#, "\"variables\" must be a JSON object"),
            (r#"{"query":"{ __typename }","operationName":1}"#, "\"operationName\" must be a string"),
        ] {
            let answer =
                sent(post(&app).header("accept", accept).header("content-type", JSON).body(body)).await;
            refused(&answer, 400, "BAD_REQUEST");
            let message = answer.errors()[0]["message"].as_str().unwrap();
            assert!(message.contains(says), "{body}: {message}");
            assert!(media(&answer).starts_with(accept));
        }
    }
}

#[tokio::test]
async fn a_request_error_has_no_data_and_is_400_or_200_by_the_media_type() {
    let app = TestApp::on_sqlite().await;
    for (accept, status) in [(GRAPHQL, 400), (JSON, 200)] {
        for (query, code) in [
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ communities(first: \"x\") { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ region { code } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { __typename } query B { __typename }", "OPERATION_NOT_FOUND"),
            ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ] {
            let answer = asked(&app, accept, json!({ "query": query })).await;
            refused(&answer, status, code);
            assert!(media(&answer).starts_with(accept));
        }
    }
}

#[tokio::test]
async fn variables_that_do_not_fit_their_types_are_request_errors() {
    let app = TestApp::on_sqlite().await;
    let practice =
        "mutation($input: PracticeActionInput!) { practiceSubmit(input: $input) { userErrors { code } } }";
    for (query, variables) in [
        ("query($n: Int!) { communities(first: $n) { totalCount } }", json!({})),
        ("query($n: Int!) { communities(first: $n) { totalCount } }", json!({ "n": null })),
        ("query($n: Int!) { communities(first: $n) { totalCount } }", json!({ "n": "3" })),
        ("query($n: Int!) { communities(first: $n) { totalCount } }", json!({ "n": 1.5 })),
        ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": { "x": 1 } })),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [null] })),
        ("query($by: RegionBy!) { region(by: $by) { id } }", json!({ "by": {} })),
        (practice, json!({ "input": {} })),
        (practice, json!({ "input": { "practiceId": "x", "more": 1 } })),
    ] {
        let answer = asked(&app, GRAPHQL, json!({ "query": query, "variables": variables })).await;
        refused(&answer, 400, "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn what_is_no_object_is_no_input_object() {
    let app = TestApp::on_sqlite().await;
    let query = "mutation($input: PracticeActionInput!) { sessionEnd { ended }
        practiceSubmit(input: $input) { userErrors { code } } }";
    let answer = asked(&app, GRAPHQL, json!({ "query": query, "variables": { "input": 7 } })).await;
    refused(&answer, 400, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a_field_error_is_200_beside_the_data_and_has_its_path() {
    let app = TestApp::on_sqlite().await;
    for accept in [GRAPHQL, JSON] {
        let query = "{ viewer { login } found: practice(by: { id: \"nonsense\" }) { id } }";
        let answer = asked(&app, accept, json!({ "query": query })).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body["data"], json!({ "viewer": null, "found": null }));
        assert_eq!((answer.error_code(), &answer.errors()[0]["path"]), ("BAD_ID", &json!(["found"])));
    }
}

#[tokio::test]
async fn a_field_error_that_nulls_everything_is_still_200_with_data() {
    let app = TestApp::on_sqlite().await;
    let answer = asked(&app, GRAPHQL, json!({ "query": "{ communities(first: 0) { totalCount } }" })).await;
    assert_eq!((answer.status, answer.error_code()), (StatusCode::OK, "BAD_INPUT"));
    assert_eq!(answer.body.get("data"), Some(&Value::Null));
    assert_eq!(answer.errors()[0]["path"], json!(["communities"]));
}

#[tokio::test]
async fn the_senders_request_id_comes_back_in_the_header_and_in_every_error() {
    let app = TestApp::on_sqlite().await;
    let ask = |id: &'static str, query: &'static str| {
        sent(post(&app).header("accept", GRAPHQL).header("x-request-id", id).json(&json!({ "query": query })))
    };
    for query in
        ["{ __typename }", "{", "{ nonsense }", "{ a: node(id: \"x\") { id } b: node(id: \"y\") { id } }"]
    {
        let answer = ask("one.two_3-four", query).await;
        assert_eq!(answer.header("x-request-id"), Some("one.two_3-four"));
        assert!(
            answer.errors().iter().all(|error| error["extensions"]["requestId"] == "one.two_3-four"),
            "{answer:#?}"
        );
    }
    let malformed = post(&app).header("x-request-id", "abc").header("content-type", JSON).body("{");
    let answer = sent(malformed).await;
    assert_eq!(answer.errors()[0]["extensions"]["requestId"], json!("abc"));
    let not_fit = ask("with blanks and \"quotes\"", "{").await;
    let given = not_fit.header("x-request-id").unwrap();
    assert!(given.len() == 32 && !given.contains(' '), "{given}");
    assert_eq!(not_fit.errors()[0]["extensions"]["requestId"], json!(given));
}

#[tokio::test]
async fn what_is_written_bears_the_request_id_in_the_journal() {
    let app = TestApp::on_sqlite().await;
    let community = app.community("kda-chemistry").await;
    let answer = app.member_of(&community).await.create(&community).await;
    let id = answer.header("x-request-id").map(ToOwned::to_owned);
    assert!(id.is_some());
    assert_eq!(app.journal().await[0].request_id, id);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let app = TestApp::on_sqlite().await.configured(|config| config.body_bytes = 2_000).await;
    let body = json!({ "query": "{ __typename }", "extensions": { "more": "x".repeat(3_000) } }).to_string();
    let answer = sent(post(&app).header("content-type", JSON).body(body)).await;
    refused(&answer, 413, "LIMIT_EXCEEDED");
    assert!(answer.errors()[0]["message"].as_str().unwrap().contains("2000"));
    let fits = json!({ "query": "{ __typename }", "extensions": { "more": "x".repeat(1_000) } });
    asked(&app, JSON, fits).await.data();
}

#[tokio::test]
async fn foreign_pages_may_ask_and_send_tokens_but_no_cookies() {
    let app = TestApp::on_sqlite().await;
    let preflight = |app: &TestApp| {
        app.visitor()
            .client
            .request(Method::OPTIONS, "/graphql")
            .header("origin", "https://schools.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-request-id")
    };
    let answer = sent(preflight(&app)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let allowed = answer.header("access-control-allow-headers").unwrap().to_lowercase();
    for header in ["authorization", "content-type", "x-request-id"] {
        assert!(allowed.contains(header), "{allowed}");
    }
    assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
    let query = json!({ "query": "{ __typename }" });
    let answer = sent(post(&app).header("origin", "https://schools.example").json(&query)).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
    for header in ["x-request-id", "etag", "location", "content-disposition", "content-range"] {
        assert!(exposed.contains(header), "{exposed}");
    }

    let app = app.configured(|config| config.cors_origins = vec!["https://registry.example".into()]).await;
    assert_eq!(sent(preflight(&app)).await.header("access-control-allow-origin"), None);
    let answer = sent(
        app.visitor()
            .client
            .request(Method::OPTIONS, "/graphql")
            .header("origin", "https://registry.example")
            .header("access-control-request-method", "POST"),
    )
    .await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://registry.example"));
}
