//! Service accounts: made, given new secrets, revoked and listed by those who may.

use chrono::{DateTime, Duration, Utc};
use entity::{account, client_secret, grant, ids::AccountId, region};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, client::Answer};

const VIEWER: &str = "{ viewer { login grants { role regionCode } } }";

/// A region with its operator.
async fn scene(app: &TestApp) -> (region::Model, Actor) {
    let region = app.region("RU-KDA").await;
    let operator = app.operator_of(&region).await;
    (region, operator)
}

#[track_caller]
fn secret(answer: &Answer) -> String {
    answer.done()["clientSecret"].as_str().unwrap_or_else(|| panic!("{answer:#?}")).to_owned()
}

#[track_caller]
fn integrator(answer: &Answer) -> AccountId {
    let text = answer.payload()["integrator"]["id"].as_str().unwrap_or_else(|| panic!("{answer:#?}"));
    AccountId(api::graphql::ids::split(text).unwrap().1)
}

async fn is_good(app: &TestApp, client_id: &str, secret: &str) -> bool {
    match app.client_token(client_id, secret).await.status {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

on_both! {
    async fn an_operator_makes_an_integrator_and_is_shown_its_secret_once(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary.kda", " Электронный дневник ").await;
        let secret = secret(&made);
        assert_eq!(secret.len(), 43);
        let shown = &made.done()["integrator"];
        assert_eq!((&shown["clientId"], &shown["name"], &shown["region"]["code"]), (&json!("diary.kda"), &json!("Электронный дневник"), &json!("RU-KDA")));
        assert_eq!((&shown["revokedAt"], &shown["secrets"][0]["expiresAt"]), (&Value::Null, &Value::Null));

        let client = app.client("diary.kda", &secret).await;
        let viewer = client.ask(VIEWER).await;
        let grants = json!([{ "role": "INTEGRATOR", "regionCode": "RU-KDA" }]);
        assert_eq!(viewer.payload(), &json!({ "login": "diary.kda", "grants": grants }));

        let listed = operator.integrators("RU-KDA").await;
        assert_eq!(listed.payload()["nodes"], json!([shown]));
        assert!(!listed.body.to_string().contains(&secret));
    }

    async fn a_secret_is_kept_as_a_hash_and_stands_nowhere_else(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        let (first, id) = (secret(&made), integrator(&made));
        let second = secret(&operator.rotate_secret(id, None).await);
        assert_eq!(operator.revoke_integrator(id).await.outcome(), "done");
        let entries: Vec<_> = app.journal().await.into_iter().filter(|entry| entry.subject_id == id.0).collect();
        let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["integrator.write"; 3]);
        let before: Vec<_> = entries.iter().map(|entry| entry.before.clone()).collect();
        assert_eq!(before, [None, Some(json!({ "goodSecrets": 1 })), Some(json!({ "revokedAt": null }))]);
        for entry in &entries {
            assert_eq!((entry.region_id, entry.community_id, entry.account_id), (Some(region.id), None, operator.account));
            let after = entry.after.as_ref().unwrap();
            assert_eq!((&after["clientId"], &after["name"]), (&json!("diary"), &json!("Дневник")));
        }
        let told = format!("{:?}", app.journal().await);
        for secret in [&first, &second] {
            let hash: String = api::auth::credentials::hash_token(secret).iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!told.contains(secret.as_str()) && !told.contains(&hash));
        }
        let row = account::Entity::find_by_id(id).one(app.rows()).await.unwrap().unwrap();
        assert_eq!((row.person_id, row.password_hash.as_str()), (None, api::auth::credentials::NO_PASSWORD));
    }

    async fn no_password_opens_a_service_account(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let secret = secret(&operator.create_integrator("RU-KDA", "diary", "Дневник").await);
        for password in ["", "-", "demo", &secret] {
            assert_eq!(app.visitor().sign_in("diary", password).await.user_error(), "INVALID_CREDENTIALS");
        }
    }

    async fn a_client_id_is_taken_once_whoever_has_it(app: TestApp) {
        let (region, operator) = scene(&app).await;
        app.account("olga", Some(&app.person("Ольгина Ольга Олеговна").await)).await;
        app.service_account(&region, "diary", "secret").await;
        let before = (account::Entity::find().count(app.rows()).await.unwrap(), grant::Entity::find().count(app.rows()).await.unwrap());
        for taken in ["olga", "diary"] {
            let answer = operator.create_integrator("RU-KDA", taken, "Дневник").await;
            assert_eq!(answer.user_errors(), [("TAKEN".into(), "input.clientId".into())]);
            assert_eq!((&answer.payload()["clientSecret"], &answer.payload()["integrator"]), (&Value::Null, &Value::Null));
        }
        let after = (account::Entity::find().count(app.rows()).await.unwrap(), grant::Entity::find().count(app.rows()).await.unwrap());
        assert_eq!(before, after);
        // Of two at the same moment one is told.
        let (a, b) = futures::join!(
            operator.create_integrator("RU-KDA", "library", "А"),
            operator.create_integrator("RU-KDA", "library", "Б")
        );
        let mut outcomes = [a.outcome(), b.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["TAKEN", "done"]);
    }

    async fn what_is_wrong_with_a_new_integrator_is_told_field_by_field(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let answer = operator.create_integrator("RU-KDA", "Дневник", "").await;
        assert_eq!(answer.user_errors(), [("INVALID".into(), "input.clientId".into()), ("INVALID".into(), "input.name".into())]);
        let long = operator.create_integrator("RU-KDA", "ab", "Дневник").await;
        assert_eq!(long.payload()["userErrors"][0]["bounds"], json!({ "actual": 2, "min": 3, "max": 60 }));
        assert_eq!(operator.create_integrator("RU-NOT", "diary", "Дневник").await.error_code(), "NOT_FOUND");
        region::Entity::update_many()
            .col_expr(region::Column::ArchivedAt, Expr::value(app.clock.now()))
            .filter(region::Column::Id.eq(region.id))
            .exec(app.rows())
            .await
            .unwrap();
        let archived = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        assert_eq!(archived.user_errors(), [("WRONG_STATE".into(), "input.regionCode".into())]);
    }

    async fn a_former_secret_is_good_until_the_overlap_ends(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        let (first, id) = (secret(&made), integrator(&made));
        let rotated = operator.rotate_secret(id, None).await;
        let second = secret(&rotated);
        let secrets = rotated.done()["integrator"]["secrets"].as_array().unwrap().clone();
        assert_eq!((secrets.len(), &secrets[0]["expiresAt"]), (2, &Value::Null));
        assert!((time(&secrets[1]["expiresAt"]) - app.clock.now() - Duration::hours(24)).abs() < Duration::seconds(10));

        app.clock.advance(Duration::hours(23));
        assert!(is_good(&app, "diary", &first).await && is_good(&app, "diary", &second).await);
        app.clock.advance(Duration::hours(2));
        assert!(!is_good(&app, "diary", &first).await && is_good(&app, "diary", &second).await);
        let operator = app.enter(operator.account.unwrap()).await;
        let listed = operator.integrators("RU-KDA").await;
        assert_eq!(listed.payload()["nodes"][0]["secrets"].as_array().unwrap().len(), 1);

        // What has ended is deleted with the next rotation.
        assert_eq!(client_secret::Entity::find().count(app.rows()).await.unwrap(), 2);
        let third = secret(&operator.rotate_secret(id, Some(720)).await);
        assert_eq!(client_secret::Entity::find().count(app.rows()).await.unwrap(), 2);
        assert!(is_good(&app, "diary", &second).await && is_good(&app, "diary", &third).await);
    }

    async fn without_an_overlap_all_former_secrets_end_at_once(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        let (first, id) = (secret(&made), integrator(&made));
        let second = secret(&operator.rotate_secret(id, Some(720)).await);
        let third = secret(&operator.rotate_secret(id, Some(0)).await);
        assert!(!is_good(&app, "diary", &first).await && !is_good(&app, "diary", &second).await);
        assert!(is_good(&app, "diary", &third).await);
    }

    async fn a_later_rotation_gives_no_former_secret_more_time(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        let (first, id) = (secret(&made), integrator(&made));
        operator.rotate_secret(id, Some(1)).await.done();
        operator.rotate_secret(id, Some(720)).await.done();
        app.clock.advance(Duration::hours(2));
        assert!(!is_good(&app, "diary", &first).await);
    }

    async fn an_overlap_out_of_bounds_changes_nothing(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let id = app.service_account(&region, "diary", "secret").await.id;
        for hours in [-1, 721, i32::MAX] {
            let answer = operator.rotate_secret(id, Some(hours)).await;
            assert_eq!(answer.user_errors(), [("INVALID".into(), "input.overlapHours".into())]);
            assert_eq!(answer.payload()["userErrors"][0]["bounds"], json!({ "actual": hours, "min": 0, "max": 720 }));
            assert_eq!((&answer.payload()["clientSecret"], &answer.payload()["integrator"]["clientId"]), (&Value::Null, &json!("diary")));
        }
        assert_eq!(client_secret::Entity::find().count(app.rows()).await.unwrap(), 1);
    }

    async fn secrets_do_not_heap_up_and_the_way_out_is_open(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let id = app.service_account(&region, "diary", "secret").await.id;
        for _ in 0..9 {
            assert_eq!(operator.rotate_secret(id, Some(1)).await.outcome(), "done");
        }
        assert_eq!(operator.rotate_secret(id, Some(1)).await.user_errors(), [("WRONG_STATE".into(), "input.integratorId".into())]);
        let rotated = operator.rotate_secret(id, Some(0)).await;
        assert_eq!(rotated.done()["integrator"]["secrets"].as_array().unwrap().len(), 1);
    }

    async fn a_revoked_integrator_is_shut_out_from_the_next_request_on(app: TestApp) {
        let (_, operator) = scene(&app).await;
        let made = operator.create_integrator("RU-KDA", "diary", "Дневник").await;
        let (secret, id) = (secret(&made), integrator(&made));
        let client = app.client("diary", &secret).await;
        assert_eq!(client.ask(VIEWER).await.payload()["login"], json!("diary"));

        let revoked = operator.revoke_integrator(id).await;
        assert!(revoked.done()["integrator"]["revokedAt"].is_string());
        assert_eq!(revoked.done()["integrator"]["secrets"], json!([]));
        let refused = client.ask(VIEWER).await;
        assert_eq!((refused.status, refused.error_code()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        assert!(!is_good(&app, "diary", &secret).await);

        for again in [operator.revoke_integrator(id).await, operator.rotate_secret(id, None).await] {
            assert_eq!(again.user_errors(), [("WRONG_STATE".into(), "input.integratorId".into())]);
            assert_eq!(again.payload()["integrator"]["clientId"], json!("diary"));
        }
        // Its id is given to nobody else, and it stays in the list.
        assert_eq!(operator.create_integrator("RU-KDA", "diary", "Другой").await.user_error(), "TAKEN");
        assert_eq!(operator.integrators("RU-KDA").await.payload()["totalCount"], json!(1));
    }

    async fn another_regions_operator_finds_no_such_integrator(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let foreign = app.operator_of(&app.region("RU-SPE").await).await;
        let id = app.service_account(&region, "diary", "secret").await.id;
        assert_eq!(foreign.rotate_secret(id, None).await.error_code(), "NOT_FOUND");
        assert_eq!(foreign.revoke_integrator(id).await.error_code(), "NOT_FOUND");
        assert_eq!(foreign.create_integrator("RU-KDA", "library", "Библиотека").await.error_code(), "FORBIDDEN");
        assert_eq!(foreign.integrators("RU-KDA").await.error_code(), "FORBIDDEN");
        // A person's account is no integrator, even one's own.
        assert_eq!(operator.revoke_integrator(operator.account.unwrap()).await.error_code(), "NOT_FOUND");
        assert!(is_good(&app, "diary", "secret").await);
    }

    async fn the_auditor_sees_integrators_and_changes_none(app: TestApp) {
        let (region, _) = scene(&app).await;
        let id = app.service_account(&region, "diary", "secret").await.id;
        let auditor = app.auditor().await;
        assert_eq!(auditor.integrators("RU-KDA").await.payload()["nodes"][0]["clientId"], json!("diary"));
        assert_eq!(auditor.revoke_integrator(id).await.error_code(), "FORBIDDEN");
        assert_eq!(auditor.integrators("RU-NOT").await.error_code(), "NOT_FOUND");
        for other in [app.registrar().await, app.integrator_of(&region).await, app.stranger().await] {
            assert_eq!(other.integrators("RU-KDA").await.error_code(), "FORBIDDEN");
        }
        assert_eq!(app.visitor().integrators("RU-NOT").await.error_code(), "UNAUTHENTICATED");
    }

    async fn integrators_are_paged_and_their_secrets_read_at_once(app: TestApp) {
        let (region, operator) = scene(&app).await;
        let query = "{ integrators(regionCode: \"RU-KDA\", first: 50) { nodes { clientId region { code } secrets { createdAt } } } }";
        app.service_account(&region, "first", "secret").await;
        let one = crate::support::statements::statements(&operator, query).await;
        for n in 0..6 {
            app.service_account(&region, &format!("system-{n}"), "secret").await;
        }
        app.service_account(&app.region("RU-SPE").await, "elsewhere", "secret").await;
        assert_eq!(crate::support::statements::statements(&operator, query).await, one);

        let mut found = Vec::new();
        let mut after = Value::Null;
        loop {
            let query = "query($after: String) { integrators(regionCode: \"RU-KDA\", first: 3, after: $after) {
                totalCount nodes { clientId } pageInfo { hasNextPage endCursor } } }";
            let page = operator.query(query, json!({ "after": after })).await;
            let page = page.payload();
            assert_eq!(page["totalCount"], json!(7));
            found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["clientId"].as_str().unwrap().to_owned()));
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(found, ["first", "system-0", "system-1", "system-2", "system-3", "system-4", "system-5"]);
    }
}
