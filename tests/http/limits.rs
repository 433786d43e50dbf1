//! What a document may ask for: what would cost too much is refused before anything is read for it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{app::TestApp, client::Answer, statements::counted};

async fn asked(app: &TestApp, query: &str, variables: Value) -> Answer {
    let (answer, statements) = counted(&app.visitor(), query, variables).await;
    assert_eq!(statements, 0, "{query}");
    assert_eq!(answer.status.as_u16(), 400, "{answer:#?}");
    assert!(answer.body.get("data").is_none());
    answer
}

/// Refused without a statement; the message names the limit.
async fn exceeds(app: &TestApp, limit: &str, query: &str) {
    let answer = asked(app, query, json!({})).await;
    assert_eq!(answer.error_code(), "LIMIT_EXCEEDED", "{query}");
    let message = answer.errors()[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("The query's {limit} is ")) && message.contains("at most"),
        "{message}"
    );
}

async fn invalid(app: &TestApp, query: &str, variables: Value) {
    let answer = asked(app, query, variables).await;
    assert_eq!(answer.errors()[0]["extensions"]["code"], json!("GRAPHQL_VALIDATION_FAILED"), "{answer:#?}");
}

#[tokio::test]
async fn fragments_that_double_thirty_times_are_refused_at_once() {
    let app = TestApp::on_sqlite().await;
    let mut query = String::from("{ communities { ...F0 } }");
    for n in 0..30 {
        query.push_str(&format!(" fragment F{n} on CommunityConnection {{ ...F{0} ...F{0} }}", n + 1));
    }
    query.push_str(" fragment F30 on CommunityConnection { totalCount }");
    app.visitor().ask("{ __typename }").await;
    let begun = Instant::now();
    let answer = asked(&app, &query, json!({})).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(answer.error_code(), "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn every_limit_is_kept_and_named() {
    let app = TestApp::on_sqlite().await;
    let deep = format!(
        "{{ community(by: {{ slug: \"a\" }}) {{ {} id {} }} }}",
        "region { communities(first: 1) { nodes { ".repeat(5),
        "} } }".repeat(5)
    );
    exceeds(&app, "depth", &deep).await;
    let pages = "{ regions(first: 100) { nodes { communities(first: 100) { nodes { practices(first: 100) { nodes { id } } } } } } }";
    exceeds(&app, "cost", pages).await;
    let aliases: String = (0..31).map(|n| format!("a{n}: code ")).collect();
    exceeds(&app, "alias count", &format!("{{ region(by: {{ code: \"a\" }}) {{ {aliases} }} }}")).await;
    let roots: String = (0..21).map(|n| format!("a{n}: __typename ")).collect();
    exceeds(&app, "root field count", &format!("{{ {roots} }}")).await;
    exceeds(&app, "directive count", &format!("{{ __typename {} }}", "@include(if: true) ".repeat(31))).await;
    exceeds(&app, "token count", &format!("{{ viewer {{ {} }} }}", "login ".repeat(4_000))).await;
    exceeds(
        &app,
        "bracket nesting",
        &format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(65), "]".repeat(65)),
    )
    .await;
    let introspection = "{ __type(name: \"Query\") { fields { type { fields { type { fields { type { fields { name } } } } } } } } }";
    exceeds(&app, "introspection depth", introspection).await;
}

#[tokio::test]
async fn what_the_limits_allow_is_answered() {
    let app = TestApp::on_sqlite().await;
    for query in [
        "{ regions(first: 100) { totalCount pageInfo { endCursor } nodes { code communities(first: 20) { nodes { slug name \
           region { code } profile { code } practiceCount memberCount } } } } }",
        "{ practices(first: 100) { nodes { title tags authors { name organization } community { name region { name } } \
           rating { count mean damped } ratings(first: 3) { nodes { stars comment } } } } }",
    ] {
        app.visitor().ask(query).await.data();
    }
}

#[tokio::test]
async fn the_settings_move_the_limits() {
    let app = TestApp::on_sqlite().await;
    let app = app.configured(|config| (config.query_depth, config.query_cost) = (3, 50)).await;
    exceeds(&app, "depth", "{ communities(first: 1) { nodes { region { code } } } }").await;
    exceeds(&app, "cost", "{ communities(first: 60) { nodes { slug } } }").await;
    app.visitor().ask("{ communities(first: 10) { nodes { slug } } }").await.data();
}

#[tokio::test]
async fn numbers_beyond_int_are_refused_as_literals_and_as_variables_wherever_they_stand() {
    let app = TestApp::on_sqlite().await;
    for number in [3_000_000_000_i64, -3_000_000_000, i64::MAX] {
        invalid(&app, &format!("{{ communities(first: {number}) {{ totalCount }} }}"), json!({})).await;
        // There is no such practice: its ratings are never reached.
        let below_null = "{ practice(by: { number: \"none\" }) { ratings(first: N) { totalCount } } }";
        invalid(&app, &below_null.replace('N', &number.to_string()), json!({})).await;
        let variable =
            "query($n: Int) { practice(by: { number: \"none\" }) { ratings(first: $n) { totalCount } } }";
        invalid(&app, variable, json!({ "n": number })).await;
        let input =
            "mutation($input: PracticeRateInput!) { practiceRate(input: $input) { userErrors { code } } }";
        invalid(&app, input, json!({ "input": { "practiceId": "x", "stars": number } })).await;
        let default = "query($n: Int = N) { communities(first: $n) { totalCount } }";
        invalid(&app, &default.replacen("= N", &format!("= {number}"), 1), json!({})).await;
    }
}

#[tokio::test]
async fn fragments_that_spread_themselves_are_refused() {
    let app = TestApp::on_sqlite().await;
    invalid(&app, "{ ...A } fragment A on Query { ...A }", json!({})).await;
    let round = "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { ...C } } fragment C on Viewer { login ...C }";
    invalid(&app, round, json!({})).await;
}

/// The introspection query of graphql-js 16, as GraphiQL and code generators send it.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {

        queryType { name }
        mutationType { name }
        subscriptionType { name }
        types {
          ...FullType
        }
        directives {
          name
          description

          locations
          args {
            ...InputValue
          }
        }
      }
    }

    fragment FullType on __Type {
      kind
      name
      description


      fields(includeDeprecated: true) {
        name
        description
        args {
          ...InputValue
        }
        type {
          ...TypeRef
        }
        isDeprecated
        deprecationReason
      }
      inputFields {
        ...InputValue
      }
      interfaces {
        ...TypeRef
      }
      enumValues(includeDeprecated: true) {
        name
        description
        isDeprecated
        deprecationReason
      }
      possibleTypes {
        ...TypeRef
      }
    }

    fragment InputValue on __InputValue {
      name
      description
      type { ...TypeRef }
      defaultValue


    }

    fragment TypeRef on __Type {
      kind
      name
      ofType {
        kind
        name
        ofType {
          kind
          name
          ofType {
            kind
            name
            ofType {
              kind
              name
              ofType {
                kind
                name
                ofType {
                  kind
                  name
                  ofType {
                    kind
                    name
                    ofType {
                      kind
                      name
                      ofType {
                        kind
                        name
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  ";

#[tokio::test]
async fn the_introspection_of_tools_passes() {
    let app = TestApp::on_sqlite().await;
    let answer = app.visitor().ask(INTROSPECTION).await;
    let types = answer.data()["__schema"]["types"].as_array().unwrap();
    let practice = types.iter().find(|one| one["name"] == "Practice").unwrap();
    assert!(practice["fields"].as_array().unwrap().iter().any(|field| field["name"] == "ratings"));
    // What newer tools ask for beside it.
    let newer = INTROSPECTION
        .replace("__schema {", "__schema { description")
        .replace("locations", "isRepeatable locations")
        .replace("kind\n      name\n      description", "kind name description specifiedByURL isOneOf")
        .replace("args {", "args(includeDeprecated: true) {")
        .replace("inputFields {", "inputFields(includeDeprecated: true) {")
        .replace("defaultValue", "defaultValue isDeprecated deprecationReason");
    app.visitor().ask(&newer).await.data();
}
