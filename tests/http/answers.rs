//! The shape of answers: the query's order, and how far a failure reaches.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{TestApp, id};

/// The answer's text, for the order of its keys is lost once it is read.
async fn text(app: &TestApp, query: &str) -> String {
    let request = app.visitor().client.request(Method::POST, "/graphql").json(&json!({ "query": query }));
    request.send().await.unwrap().text().await.unwrap()
}

/// All keys of a JSON text in the order in which they stand.
fn keys(text: &str) -> Vec<String> {
    let (mut keys, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find('"') {
        let string = &rest[begin + 1..];
        // No text of these tests holds an escaped quote.
        let end = string.find('"').unwrap();
        rest = &string[end + 1..];
        if rest.starts_with(':') {
            keys.push(string[..end].to_owned());
        }
    }
    keys
}

on_both! {
    async fn fields_stand_in_the_order_of_the_query(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.chair_of(&community).await;
        app.published(&community).await;
        let query = "{ zero: viewer { login } practices(first: 1) { nodes { rating { damped count } authors { name }
            title ...More community { chair { office holder { name } } slug } id } totalCount }
            communities(first: 1) { totalCount edges { node { region { name code } name profile { code } id chair { id } slug }
            cursor } } a: __typename }
            fragment More on Practice { tags version community { name } }";
        for _ in 0..5 {
            let found = text(&app, query).await;
            let expected = "data zero practices nodes rating damped count authors name title tags version community name chair
                office holder name slug id totalCount communities totalCount edges node region name code name profile
                code id chair id slug cursor a";
            assert_eq!(keys(&found), expected.split_whitespace().collect::<Vec<_>>(), "{found}");
        }
    }

    async fn skipped_and_included_fields_keep_the_order(app: TestApp) {
        app.community("kda-chemistry").await;
        let query = "{ communities { nodes { name @skip(if: true) slug @include(if: true) ... @include(if: false) { version }
            ... on Community { id } } totalCount } }";
        assert_eq!(keys(&text(&app, query).await), ["data", "communities", "nodes", "slug", "id", "totalCount"]);
    }

    async fn an_object_of_which_everything_was_left_out_is_empty(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let query = format!(
            "{{ a: community(by: {{ slug: \"kda-chemistry\" }}) {{ __typename @skip(if: true) }}
               b: node(id: \"{}\") {{ ... on Region {{ __typename name }} }} }}",
            id(community.id)
        );
        assert_eq!(app.visitor().ask(&query).await.data(), &json!({ "a": {}, "b": {} }));
    }

    async fn a_nullable_field_that_fails_is_null_beside_its_neighbours(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let query = format!(
            "{{ a: communities {{ totalCount }} b: practice(by: {{ id: \"nonsense\" }}) {{ id }}
               c: practice(by: {{ id: \"{}\" }}) {{ id }} d: community(by: {{ slug: \"kda-chemistry\" }}) {{ slug }} }}",
            id(community.id)
        );
        let answer = app.visitor().ask(&query).await;
        let data = json!({ "a": { "totalCount": 1 }, "b": null, "c": null, "d": { "slug": "kda-chemistry" } });
        assert_eq!(answer.body["data"], data);
        let mut paths: Vec<_> = answer.errors().iter().map(|error| error["path"].to_string()).collect();
        paths.sort();
        assert_eq!(paths, [r#"["b"]"#, r#"["c"]"#]);
        assert!(answer.errors().iter().all(|error| error["extensions"]["code"] == "BAD_ID"));
    }

    async fn a_non_null_field_that_fails_nulls_its_parent(app: TestApp) {
        app.community("kda-chemistry").await;
        let stranger = app.stranger().await;
        let query = "{ one: community(by: { slug: \"kda-chemistry\" }) { name members { totalCount } slug }
            other: community(by: { slug: \"kda-chemistry\" }) { slug } }";
        let answer = stranger.ask(query).await;
        assert_eq!(answer.body["data"], json!({ "one": null, "other": { "slug": "kda-chemistry" } }));
        assert_eq!((answer.error_code(), &answer.errors()[0]["path"]), ("FORBIDDEN", &json!(["one", "members"])));
        assert_eq!(app.visitor().ask(query).await.error_code(), "UNAUTHENTICATED");
    }

    async fn a_failure_goes_up_to_the_nearest_nullable_parent(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.community("kda-biology").await;
        let stranger = app.stranger().await;
        // Nothing between the members and the root may be null.
        let answer = stranger.ask("{ viewer { login } communities { nodes { slug members { totalCount } } } }").await;
        assert_eq!((answer.status.as_u16(), answer.body.get("data")), (200, Some(&Value::Null)));
        assert_eq!(answer.errors()[0]["path"].as_array().unwrap()[..2], [json!("communities"), json!("nodes")]);
        // The elements of this list may.
        let region = app.region("RU-KDA").await;
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Community { members { totalCount } } } }";
        let answer = stranger.query(query, json!({ "ids": [id(region.id), id(community.id)] })).await;
        assert_eq!(answer.body["data"], json!({ "nodes": [{ "id": id(region.id) }, null] }));
        assert_eq!(answer.errors()[0]["path"], json!(["nodes", 1, "members"]));
    }
}
