//! Clusters: organizations joined by topic, judged by indicators, and the tiers of their results.

use entity::{cluster, ids::OrganizationId};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::statements,
};

const SHOWN: &str = "cluster { id number name statedOrganizations topFrom laggingBelow version region { code } organizations { id } }
    userErrors { code message path }";
const YEAR: &str = "2023-2024";

fn with(mut input: Value, fields: Value) -> Value {
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    input
}

fn finance() -> Value {
    json!({ "regionCode": "RU-SPE", "number": 7, "name": "Финансовая грамотность обучающихся",
            "statedOrganizations": 3, "topFrom": 110, "laggingBelow": 90 })
}

async fn call(actor: &Actor, field: &str, of: &cluster::Model, fields: Value) -> Answer {
    actor.call(field, with(json!({ "clusterId": id(of.id) }), fields), SHOWN).await
}

fn result(of: OrganizationId, code: &str, value: Value) -> Value {
    json!({ "organizationId": id(of), "code": code, "value": value })
}

/// The tiers of a cluster in a year.
async fn tiers(app: &TestApp, of: &cluster::Model, year: &str) -> Value {
    let query = "query($id: ID!, $year: AcademicYear!) { node(id: $id) { id ... on Cluster {
        topFrom laggingBelow tiers(year: $year) { tier { code name meaning role } organizations {
            organization { id } score reason fulfilments { indicator { code plan direction } value percent } } } } } }";
    app.visitor().query(query, json!({ "id": id(of.id), "year": year })).await.payload().clone()
}

/// A cluster of three schools with two indicators, and its region's operator.
async fn scene(app: &TestApp) -> (Actor, cluster::Model, Vec<OrganizationId>) {
    let region = app.region("RU-SPE").await;
    let operator = app.operator_of(&region).await;
    let row = app.cluster(&region).await;
    let mut schools = Vec::new();
    for _ in 0..3 {
        schools.push(app.organization(&region).await.id);
    }
    let ids: Vec<_> = schools.iter().map(|one| id(*one)).collect();
    call(&operator, "clusterOrganizationsSet", &row, json!({ "organizationIds": ids })).await.done();
    let indicators =
        json!([{ "code": "curator_share", "planned": 10 }, { "code": "teachers_per_methodist" }]);
    call(&operator, "clusterIndicatorsSet", &row, json!({ "year": YEAR, "indicators": indicators }))
        .await
        .done();
    (operator, row, schools)
}

on_both! {
    async fn an_operator_makes_and_changes_clusters_of_the_region(app: TestApp) {
        let operator = app.operator_of(&app.region("RU-SPE").await).await;
        let made = operator.call("clusterCreate", finance(), SHOWN).await.done()["cluster"].clone();
        assert_eq!((&made["number"], &made["version"], &made["statedOrganizations"]), (&json!(7), &json!(1), &json!(3)));
        assert_eq!((&made["topFrom"], &made["laggingBelow"]), (&json!(110.0), &json!(90.0)));
        assert_eq!(operator.call("clusterCreate", finance(), SHOWN).await.user_error(), "TAKEN");
        for bad in [json!({ "number": 0 }), json!({ "name": "" }), json!({ "topFrom": 80 }), json!({ "topFrom": 201 }),
                    json!({ "laggingBelow": 0 }), json!({ "statedOrganizations": 0 })] {
            let input = with(with(finance(), json!({ "number": 8 })), bad);
            assert_eq!(operator.call("clusterCreate", input, SHOWN).await.user_error(), "INVALID");
        }
        let update = async |fields: Value| {
            let input = with(json!({ "clusterId": made["id"], "expectedVersion": 1 }), fields);
            operator.call("clusterUpdate", input, SHOWN).await
        };
        let changed = update(json!({ "name": "Деньги", "statedOrganizations": null, "topFrom": 120 })).await;
        let changed = changed.done()["cluster"].clone();
        assert_eq!((&changed["name"], &changed["version"]), (&json!("Деньги"), &json!(2)));
        assert_eq!((&changed["statedOrganizations"], &changed["topFrom"]), (&Value::Null, &json!(120.0)));
        let late = update(json!({ "name": "Иное" })).await;
        assert_eq!(late.user_error(), "CONFLICT");
        assert_eq!(late.payload()["cluster"]["name"], json!("Деньги"));
        let list = "{ clusters(regionCode: \"RU-SPE\") { number name } region(by: { code: \"RU-SPE\" }) { clusters { number } } }";
        let found = app.visitor().ask(list).await;
        assert_eq!(found.data()["clusters"], json!([{ "number": 7, "name": "Деньги" }]));
        assert_eq!(found.data()["region"]["clusters"], json!([{ "number": 7 }]));
        let stranger = app.operator_of(&app.region("RU-KDA").await).await;
        assert_eq!(stranger.call("clusterCreate", finance(), SHOWN).await.outcome(), "FORBIDDEN");
        let entries = app.journal().await;
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().all(|entry| entry.subject_type == "cluster" && entry.region_id.is_some()));
    }

    async fn only_living_organizations_of_the_region_belong_to_a_cluster(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        let foreign = app.organization(&app.region("RU-KDA").await).await;
        let set = async |ids: &[OrganizationId]| {
            let ids: Vec<_> = ids.iter().map(|one| id(*one)).collect();
            call(&operator, "clusterOrganizationsSet", &row, json!({ "organizationIds": ids })).await
        };
        assert_eq!(set(&[foreign.id]).await.user_error(), "INVALID");
        assert_eq!(set(&[schools[0], schools[0]]).await.user_error(), "INVALID");
        let many: Vec<_> = (0..=200).map(|_| OrganizationId::generate()).collect();
        assert_eq!(set(&many).await.user_error(), "INVALID");
        let before = app.journal().await.len();
        assert_eq!(set(&schools).await.done()["cluster"]["organizations"].as_array().unwrap().len(), 3);
        assert_eq!(app.journal().await.len(), before);
        let left = set(&schools[1..]).await.done()["cluster"].clone();
        assert_eq!(left["organizations"], json!([{ "id": id(schools[1]) }, { "id": id(schools[2]) }]));
        assert_eq!(app.journal().await.len(), before + 1);
    }

    async fn results_put_organizations_into_tiers_by_the_published_thresholds(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        // 150 and 200 %, 100 and 100 %, 80 and 50 %.
        let results = json!([
            result(schools[0], "curator_share", json!(15)), result(schools[0], "teachers_per_methodist", json!(50)),
            result(schools[1], "curator_share", json!(10)), result(schools[1], "teachers_per_methodist", json!(200)),
            result(schools[2], "curator_share", json!(8)), result(schools[2], "teachers_per_methodist", json!(400)),
        ]);
        call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": results })).await.done();
        let found = tiers(&app, &row, YEAR).await;
        assert_eq!((&found["topFrom"], &found["laggingBelow"]), (&json!(110.0), &json!(90.0)));
        let found = found["tiers"].as_array().unwrap().clone();
        let told = |at: usize| (&found[at]["tier"]["code"], &found[at]["organizations"][0]["organization"]["id"],
                                &found[at]["organizations"][0]["score"]);
        assert_eq!(found.len(), 3);
        assert_eq!(told(0), (&json!("TOP"), &json!(id(schools[0])), &json!(175.0)));
        assert_eq!(told(1), (&json!("SYNCHRONOUS"), &json!(id(schools[1])), &json!(100.0)));
        assert_eq!(told(2), (&json!("LAGGING"), &json!(id(schools[2])), &json!(65.0)));
        assert_eq!(found[0]["tier"]["name"], json!("ТОП-организации"));
        assert_eq!(found[2]["tier"]["role"], json!("реализуют ИОМ; повышают квалификацию; изучают опыт ТОП-организаций"));
        assert_eq!(found[0]["organizations"][0]["fulfilments"], json!([
            { "indicator": { "code": "curator_share", "plan": 10.0, "direction": "AT_LEAST" }, "value": 15.0, "percent": 150.0 },
            { "indicator": { "code": "teachers_per_methodist", "plan": 200.0, "direction": "AT_MOST" }, "value": 50.0, "percent": 200.0 } ]));
        // Other thresholds, other tiers.
        let input = json!({ "expectedVersion": 3, "topFrom": 180, "laggingBelow": 60 });
        call(&operator, "clusterUpdate", &row, input).await.done();
        let found = tiers(&app, &row, YEAR).await;
        let sizes = found["tiers"].as_array().unwrap().iter().map(|tier| tier["organizations"].as_array().unwrap().len());
        assert_eq!(sizes.collect::<Vec<_>>(), [0, 3, 0]);
    }

    async fn without_a_result_or_a_plan_there_is_no_tier_but_a_reason(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        let set = async |results: Value| {
            call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": results })).await
        };
        set(json!([result(schools[0], "curator_share", json!(15)), result(schools[0], "teachers_per_methodist", json!(50))])).await.done();
        set(json!([result(schools[0], "curator_share", Value::Null), result(schools[1], "curator_share", json!(0))])).await.done();
        let found = tiers(&app, &row, YEAR).await["tiers"].as_array().unwrap().clone();
        assert_eq!((found.len(), &found[3]["tier"]), (4, &Value::Null));
        assert_eq!(found[3]["organizations"].as_array().unwrap().len(), 3);
        for one in found[3]["organizations"].as_array().unwrap() {
            assert_eq!(one["score"], Value::Null);
            assert!(one["reason"].as_str().unwrap().contains("Нет результата"), "{one}");
        }
        // A year by which nothing is judged.
        let other = tiers(&app, &row, "2022-2023").await["tiers"][3]["organizations"][0]["reason"].clone();
        assert_eq!(other, json!("Показатели кластера на этот год не заданы."));
        // Nothing is planned for what the catalogue enters.
        let indicators = json!([{ "code": "guidelines" }]);
        call(&operator, "clusterIndicatorsSet", &row, json!({ "year": YEAR, "indicators": indicators })).await.done();
        set(json!([result(schools[0], "guidelines", json!(5))])).await.done();
        let found = tiers(&app, &row, YEAR).await["tiers"][3]["organizations"].clone();
        assert!(found.as_array().unwrap().iter().any(|one| one["reason"].as_str().unwrap().starts_with("План не задан")));
    }

    async fn who_leaves_a_cluster_keeps_the_tiers_of_its_results(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        let results = json!([result(schools[0], "curator_share", json!(15)), result(schools[0], "teachers_per_methodist", json!(50))]);
        call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": results })).await.done();
        call(&operator, "clusterOrganizationsSet", &row, json!({ "organizationIds": [] })).await.done();
        let found = tiers(&app, &row, YEAR).await["tiers"].clone();
        assert_eq!(found[0]["organizations"][0]["organization"]["id"], json!(id(schools[0])));
        assert_eq!(found.as_array().unwrap().len(), 3);
    }

    async fn a_faulty_entry_is_named_and_nothing_is_entered(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        let stranger = app.organization(&app.region("RU-SPE").await).await.id;
        let before = app.journal().await.len();
        let good = result(schools[0], "curator_share", json!(1));
        let faults = [
            (result(stranger, "curator_share", json!(1)), "organizationId"),
            (result(schools[0], "expert_involvement", json!(1)), "code"),
            (result(schools[1], "curator_share", json!(-1)), "value"),
        ];
        for (bad, field) in faults {
            let answer = call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": [good, bad] })).await;
            assert_eq!(answer.user_error(), "INVALID");
            assert_eq!(answer.payload()["userErrors"][0]["path"], json!(["input", "results", "1", field]));
        }
        let many: Vec<_> = (0..=1_000).map(|_| result(OrganizationId::generate(), "curator_share", json!(1))).collect();
        for list in [json!([good, good]), json!(many)] {
            let answer = call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": list })).await;
            assert_eq!(answer.user_error(), "INVALID");
        }
        for bad in [json!([{ "code": "unknown" }]), json!([{ "code": "curator_share", "planned": 0 }]),
                    json!([{ "code": "curator_share" }, { "code": "curator_share" }])] {
            let answer = call(&operator, "clusterIndicatorsSet", &row, json!({ "year": YEAR, "indicators": bad })).await;
            assert_eq!(answer.user_error(), "INVALID");
        }
        assert_eq!(app.journal().await.len(), before);
    }

    async fn results_that_are_entered_at_once_are_all_there(app: TestApp) {
        let (operator, row, schools) = scene(&app).await;
        let calls = schools.iter().map(|school| {
            let results = json!([result(*school, "curator_share", json!(10)), result(*school, "teachers_per_methodist", json!(200))]);
            call(&operator, "clusterResultsSet", &row, json!({ "year": YEAR, "results": results }))
        });
        for answer in join_all(calls).await {
            answer.done();
        }
        assert_eq!(tiers(&app, &row, YEAR).await["tiers"][1]["organizations"].as_array().unwrap().len(), 3);
    }

    async fn tiers_cost_the_same_however_many_clusters_there_are(app: TestApp) {
        scene(&app).await;
        // Asked for apart, so that neither finds the organizations that the other has loaded.
        let queries = [
            "{ clusters(regionCode: \"RU-SPE\") { number region { code } organizations { name } indicators(year: \"2023-2024\") { code } } }",
            "{ clusters(regionCode: \"RU-SPE\") { tiers(year: \"2023-2024\") { tier { code } organizations { organization { name } score } } } }",
        ];
        let mut before = Vec::new();
        for query in queries {
            assert_eq!(app.visitor().ask(query).await.payload().as_array().unwrap().len(), 1);
            before.push(statements(&app.visitor(), query).await);
        }
        let region = app.region("RU-SPE").await;
        for _ in 0..4 {
            let row = app.cluster(&region).await;
            app.joins(&row, app.organization(&region).await.id, 2023).await;
        }
        for (query, before) in queries.into_iter().zip(before) {
            assert_eq!(app.visitor().ask(query).await.payload().as_array().unwrap().len(), 5);
            assert_eq!(statements(&app.visitor(), query).await, before, "{query}");
        }
    }
}
