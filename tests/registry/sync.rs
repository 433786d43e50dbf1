//! Integrators that keep registrations in step: outcomes row by row, nothing twice, nothing lost.

use std::collections::BTreeMap;

use entity::{MemberState, community, member, municipality, person};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, member_id},
    app::TestApp,
    client::Answer,
    statements::counted,
};

/// A region with two communities, two municipalities and an integrator.
struct Scene {
    community: community::Model,
    neighbour: community::Model,
    anapa: municipality::Model,
    integrator: Actor,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let region = app.region("RU-KDA").await;
        let anapa = app.municipality(&region, "Анапа").await;
        app.municipality(&region, "Сочи").await;
        Self {
            community: app.community("kda-chemistry").await,
            neighbour: app.community("kda-history").await,
            anapa,
            integrator: app.integrator_of(&region).await,
        }
    }
}

/// A sound row, with these fields instead of its own.
fn row(key: &str, fields: Value) -> Value {
    let mut row = json!({
        "externalId": key,
        "communitySlug": "kda-chemistry",
        "fullName": format!("Петрова Алёна {key}"),
        "email": format!("{key}@school.example"),
        "organization": "Школа № 1",
        "position": "учитель",
        "municipality": "Анапа",
        "joinedOn": "2021-09-01",
    });
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    row
}

fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|n| row(&format!("k{n}"), json!({}))).collect()
}

/// How the rows ended, in their order.
fn outcomes(answer: &Answer) -> Vec<String> {
    let results = answer.done()["results"].as_array().unwrap();
    results.iter().map(|result| result["outcome"].as_str().unwrap().to_owned()).collect()
}

/// Code and path of a row's faults.
fn faults(answer: &Answer, index: usize) -> Vec<(String, String)> {
    let errors = answer.done()["results"][index]["userErrors"].as_array().unwrap().clone();
    let path = |error: &Value| {
        let parts: Vec<_> = error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        parts.join(".")
    };
    errors.iter().map(|error| (error["code"].as_str().unwrap().to_owned(), path(error))).collect()
}

async fn members(app: &TestApp) -> Vec<member::Model> {
    member::Entity::find().all(app.rows()).await.unwrap()
}

on_both! {
    async fn rows_are_registered_once_and_the_same_again_changes_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let answer = scene.integrator.sync("night 1", &rows(3)).await;
        assert_eq!(outcomes(&answer), ["CREATED", "CREATED", "CREATED"]);
        assert_eq!(answer.done()["results"][1]["externalId"], json!("k1"));
        let journal = app.journal().await.len();
        let again = scene.integrator.sync("night 2", &rows(3)).await;
        assert_eq!(outcomes(&again), ["UNCHANGED", "UNCHANGED", "UNCHANGED"]);
        assert_eq!(again.done()["results"][1]["memberId"], answer.done()["results"][1]["memberId"]);
        assert_eq!(app.journal().await.len(), journal, "unchanged rows leave no entry");
        assert_eq!(members(&app).await.len(), 3);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 3);
        assert_eq!(entity::organization::Entity::find().count(app.rows()).await.unwrap(), 1);
    }

    async fn what_was_registered_before_digests_were_kept_is_compared_field_by_field(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.sync("1", &rows(2)).await.done();
        let forget = member::Entity::update_many().col_expr(member::Column::RowDigest, Expr::value(None::<Vec<u8>>));
        forget.exec(app.rows()).await.unwrap();
        let again = scene.integrator.sync("2", &[row("k0", json!({})), row("k1", json!({ "position": "завуч" }))]).await;
        assert_eq!(outcomes(&again), ["UNCHANGED", "UPDATED"]);
    }

    async fn changed_rows_are_updated_and_ended_and_taken_up_again(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.sync("1", &rows(3)).await.done();
        let changed = [
            row("k0", json!({ "position": "директор", "municipality": "сочи", "organization": "Лицей" })),
            row("k1", json!({ "leftOn": "2024-06-01" })),
            row("k2", json!({ "joinedOn": null })),
        ];
        let answer = scene.integrator.sync("2", &changed).await;
        assert_eq!(outcomes(&answer), ["UPDATED", "UPDATED", "UNCHANGED"]);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 2);
        let found = member::Entity::find()
            .filter(member::Column::ExternalId.eq("k1"))
            .one(app.rows()).await.unwrap().unwrap();
        assert_eq!((found.state, found.left_on.unwrap().to_string()), (MemberState::Left, "2024-06-01".into()));
        let answer = scene.integrator.sync("3", &rows(2)).await;
        assert_eq!(outcomes(&answer), ["UPDATED", "UPDATED"]);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 3);
    }

    async fn a_bad_row_names_its_columns_and_does_not_stop_the_good_ones(app: TestApp) {
        let scene = Scene::new(&app).await;
        app.new_community("spe-chemistry").region("RU-SPE").create().await;
        let spe = app.region("RU-SPE").await;
        app.municipality(&spe, "Кронштадт").await;
        let batch = [
            row("a", json!({ "communitySlug": "nowhere" })),
            row("b", json!({ "communitySlug": "spe-chemistry" })),
            row("c", json!({ "municipality": "Кронштадт" })),
            row("d", json!({ "joinedOn": "2024-02-30" })),
            row("e", json!({ "joinedOn": "2024-02-01", "leftOn": "2024-01-01" })),
            row("f", json!({ "fullName": "я".repeat(10_000) })),
            row("g", json!({ "leftOn": "9999-01-01" })),
            row("good", json!({})),
            row("twice", json!({})),
            row("twice", json!({ "fullName": "Другая Дарья" })),
        ];
        let answer = scene.integrator.sync("1", &batch).await;
        let invalid = |index: usize, column: &str| {
            vec![("INVALID".to_owned(), format!("input.rows.{index}.{column}"))]
        };
        for (index, column) in
            [(0, "communitySlug"), (1, "communitySlug"), (2, "municipality"), (3, "joinedOn"), (4, "leftOn"),
             (5, "fullName"), (6, "leftOn")]
        {
            assert_eq!(faults(&answer, index), invalid(index, column));
        }
        for index in [8, 9] {
            assert_eq!(faults(&answer, index), [("TAKEN".into(), format!("input.rows.{index}.externalId"))]);
            let message = answer.done()["results"][index]["userErrors"][0]["message"].as_str().unwrap();
            assert!(message.contains("8, 9"), "{message}");
        }
        assert_eq!(answer.done()["created"], json!(1));
        assert_eq!(answer.done()["rejected"], json!(9));
        let found = members(&app).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].external_id.as_deref(), Some("good"));
    }

    async fn a_thousand_and_one_rows_are_refused_as_a_whole(app: TestApp) {
        let scene = Scene::new(&app).await;
        assert_eq!(scene.integrator.sync("1", &rows(1_001)).await.error_code(), "LIMIT_EXCEEDED");
        assert_eq!(members(&app).await.len(), 0);
        assert_eq!(outcomes(&scene.integrator.sync("1", &rows(1_000)).await).len(), 1_000);
    }

    async fn a_key_answers_the_same_again_and_refuses_other_rows(app: TestApp) {
        let scene = Scene::new(&app).await;
        let first = scene.integrator.sync("key", &rows(2)).await;
        scene.integrator.sync("other", &[row("k0", json!({ "position": "завуч" }))]).await.done();
        let again = scene.integrator.sync("key", &rows(2)).await;
        assert_eq!(again.done(), first.done());
        let found = members(&app).await;
        assert!(found.iter().any(|row| row.position.as_deref() == Some("завуч")), "nothing was done again");
        let refused = scene.integrator.sync("key", &rows(3)).await;
        assert_eq!(refused.user_errors(), [("CONFLICT".into(), "input.idempotencyKey".into())]);
        assert_eq!(refused.payload()["results"], json!([]));
        // Another account's keys are its own.
        let colleague = app.integrator_of(&app.region("RU-KDA").await).await;
        assert_eq!(outcomes(&colleague.sync("key", &rows(1)).await), ["UPDATED"]);
    }

    async fn the_same_call_at_the_same_moment_is_done_once(app: TestApp) {
        let scene = Scene::new(&app).await;
        let all = rows(20);
        let calls = (0..4).map(|_| scene.integrator.sync("key", &all));
        let answers = futures::future::join_all(calls).await;
        for answer in &answers {
            assert_eq!(answer.done(), answers[0].done());
        }
        let calls = (0..4).map(|n| {
            let (integrator, all) = (scene.integrator.clone(), all.clone());
            async move { integrator.sync(&format!("key {n}"), &all).await }
        });
        for answer in futures::future::join_all(calls).await {
            assert_eq!(answer.done()["unchanged"], json!(20));
        }
        assert_eq!(members(&app).await.len(), 20);
        assert_eq!(person::Entity::find().filter(person::Column::FullName.starts_with("Петрова"))
            .count(app.rows()).await.unwrap(), 20);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 20);
    }

    async fn a_dry_run_says_the_same_and_writes_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.sync("1", &rows(2)).await.done();
        let batch = [row("k0", json!({})), row("k1", json!({ "position": "завуч" })), row("new", json!({})),
            row("bad", json!({ "municipality": "?" }))];
        let (journal, found) = (app.journal().await, members(&app).await);
        let dry = scene.integrator.sync_with("2", &batch, json!({ "dryRun": true })).await;
        assert_eq!((app.journal().await, members(&app).await), (journal, found));
        assert_eq!(dry.done()["cursor"], Value::Null);
        assert_eq!(dry.done()["results"][2]["memberId"], Value::Null);
        // The key was not used up.
        let done = scene.integrator.sync("2", &batch).await;
        assert_eq!(outcomes(&dry), outcomes(&done));
        assert_eq!(outcomes(&done), ["UNCHANGED", "UPDATED", "CREATED", "REJECTED"]);
    }

    async fn one_person_in_two_communities_is_one_person_and_twice_in_one_is_refused(app: TestApp) {
        let scene = Scene::new(&app).await;
        let same = json!({ "fullName": "Ёлкина Ева Егоровна", "email": "eva@school.example" });
        let mut elsewhere = same.clone();
        elsewhere["communitySlug"] = json!("kda-history");
        elsewhere["fullName"] = json!("ЕЛКИНА  Ева Егоровна");
        let batch = [row("a", same.clone()), row("b", elsewhere), row("c", same.clone())];
        let answer = scene.integrator.sync("1", &batch).await;
        assert_eq!(outcomes(&answer), ["CREATED", "CREATED", "REJECTED"]);
        assert_eq!(faults(&answer, 2), [("TAKEN".into(), "input.rows.2.externalId".into())]);
        let answer = scene.integrator.sync("2", &[row("c", same.clone())]).await;
        assert_eq!(outcomes(&answer), ["REJECTED"]);
        let found = members(&app).await;
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].person_id, found[1].person_id);
        // The key may change hands in one batch.
        let mut left = same.clone();
        left["leftOn"] = json!("2024-01-01");
        let answer = scene.integrator.sync("3", &[row("c", same), row("a", left)]).await;
        assert_eq!(outcomes(&answer), ["CREATED", "UPDATED"]);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 1);
        assert_eq!(app.community_now(scene.neighbour.id).await.member_count, 1);
        // A school's address is many people's.
        let of_the_school = [
            row("d", json!({ "fullName": "Первая Полина", "email": "school@school.example" })),
            row("e", json!({ "fullName": "Вторая Вера", "email": "school@school.example" })),
        ];
        assert_eq!(outcomes(&scene.integrator.sync("4", &of_the_school).await), ["CREATED", "CREATED"]);
    }

    async fn what_a_person_handed_in_is_taken_over_and_not_doubled(app: TestApp) {
        let scene = Scene::new(&app).await;
        let handed_in = json!({ "fullName": "Петрова Алёна k0", "email": "k0@school.example" });
        app.visitor().register(&scene.community, &scene.anapa, handed_in).await.done();
        let answer = scene.integrator.sync("1", &rows(1)).await;
        assert_eq!(outcomes(&answer), ["UPDATED"]);
        let found = members(&app).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].state, found[0].external_id.as_deref()), (MemberState::Active, Some("k0")));
    }

    async fn two_systems_that_know_one_person_by_other_names_never_undo_each_other(app: TestApp) {
        let scene = Scene::new(&app).await;
        let here = row("k0", json!({}));
        let there = row("k0", json!({ "communitySlug": "kda-history" }));
        scene.integrator.sync("1", std::slice::from_ref(&here)).await.done();
        scene.integrator.sync_with("2", std::slice::from_ref(&there), json!({ "source": "portal" })).await.done();
        let married = row("k0", json!({ "fullName": "Сидорова Алёна k0" }));
        assert_eq!(outcomes(&scene.integrator.sync("3", std::slice::from_ref(&married)).await), ["UPDATED"]);
        let portal = scene.integrator.sync_with("4", &[there], json!({ "source": "portal" })).await;
        assert_eq!(outcomes(&portal), ["UNCHANGED"]);
        assert_eq!(outcomes(&scene.integrator.sync("5", &[married]).await), ["UNCHANGED"]);
        let found = members(&app).await;
        assert_eq!(found[0].person_id, found[1].person_id);
        let person = person::Entity::find_by_id(found[0].person_id).one(app.rows()).await.unwrap().unwrap();
        assert_eq!(person.full_name, "Сидорова Алёна k0");
    }

    async fn systems_of_two_regions_may_use_the_same_keys(app: TestApp) {
        let scene = Scene::new(&app).await;
        let spe = app.region("RU-SPE").await;
        app.municipality(&spe, "Кронштадт").await;
        app.new_community("spe-chemistry").region("RU-SPE").create().await;
        scene.integrator.sync("1", &rows(1)).await.done();
        let foreign = app.integrator_of(&spe).await;
        let there = row("k0", json!({ "communitySlug": "spe-chemistry", "municipality": "Кронштадт" }));
        assert_eq!(outcomes(&foreign.sync("1", &[there]).await), ["CREATED"]);
        assert_eq!(members(&app).await.len(), 2);
    }

    async fn a_registration_does_not_wander_into_another_community(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.sync("1", &rows(1)).await.done();
        let answer = scene.integrator.sync("2", &[row("k0", json!({ "communitySlug": "kda-history" }))]).await;
        assert_eq!(faults(&answer, 0), [("CONFLICT".into(), "input.rows.0.communitySlug".into())]);
    }

    async fn the_number_of_statements_does_not_depend_on_the_number_of_rows(app: TestApp) {
        let scene = Scene::new(&app).await;
        let document = "mutation($input: MemberRegistrationsSyncInput!) {
            memberRegistrationsSync(input: $input) { created updated userErrors { code } } }";
        // The organization is entered with the first of its people.
        scene.integrator.sync("first", &rows(1)).await.done();
        let mut numbers = BTreeMap::new();
        for (name, count, position) in
            [("few", 5, "учитель"), ("many", 400, "учитель"), ("few again", 5, "завуч"), ("many again", 400, "завуч")]
        {
            let rows: Vec<_> = (0..count)
                .map(|n| row(&format!("{count}-{n}"), json!({ "position": position })))
                .collect();
            let input = json!({ "input": { "source": "edu", "idempotencyKey": name, "rows": rows } });
            let (answer, statements) = counted(&scene.integrator, document, input).await;
            answer.done();
            numbers.insert(name, statements);
        }
        assert_eq!(numbers["few"], numbers["many"], "{numbers:?}");
        assert_eq!(numbers["few again"], numbers["many again"], "{numbers:?}");
        assert!(numbers["many"] <= 24, "{numbers:?}");
    }

    async fn the_cursor_of_a_call_is_where_the_feed_goes_on(app: TestApp) {
        let scene = Scene::new(&app).await;
        let answer = scene.integrator.sync("1", &rows(2)).await;
        let cursor = answer.done()["cursor"].as_str().unwrap().to_owned();
        let changed = scene.integrator.sync("2", &[row("k1", json!({ "position": "завуч" }))]).await;
        let mut kept = BTreeMap::new();
        let end = scene.integrator.follow(Some(&cursor), &mut kept).await;
        let id = changed.done()["results"][0]["memberId"].as_str().unwrap();
        assert_eq!(kept.keys().collect::<Vec<_>>(), [id]);
        assert_eq!(end, changed.done()["cursor"].as_str().unwrap());
        assert!(members(&app).await.iter().any(|row| row.id == member_id(id)));
    }
}
