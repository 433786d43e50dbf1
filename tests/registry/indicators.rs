//! Indicators: formulas as data, versions that never change, plans of regions.

use entity::AcademicYear;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, client::Answer};

const SHOWN: &str = "indicator { id code version fromYear source formula planned isEnded region { code } }
     userErrors { code message path }";

fn share(code: &str) -> Value {
    json!({ "code": code, "name": "Доля методистов", "unit": "PERCENT", "direction": "AT_LEAST",
            "formula": "methodists / teachers * 100", "planned": 12.5 })
}

fn with(mut input: Value, fields: Value) -> Value {
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    input
}

async fn create(actor: &Actor, input: Value) -> Answer {
    actor.call("indicatorCreate", input, SHOWN).await
}

/// What holds in a region in a year.
async fn holding(app: &TestApp, region: &str, year: &str) -> Vec<Value> {
    let query =
        "query($region: String!, $year: AcademicYear!) { indicators(regionCode: $region, year: $year) {
        plan isPlanDefault direction indicator { code version name unit source formula number } } }";
    let found = app.visitor().query(query, json!({ "region": region, "year": year })).await;
    found.payload().as_array().unwrap().clone()
}

/// One of them.
async fn one(app: &TestApp, region: &str, year: &str, code: &str) -> Option<Value> {
    holding(app, region, year).await.into_iter().find(|row| row["indicator"]["code"] == code)
}

on_both! {
    async fn the_five_formulas_and_the_catalogue_are_there_from_the_beginning(app: TestApp) {
        app.region("RU-KDA").await;
        let rows = holding(&app, "RU-KDA", "2019-2020").await;
        assert_eq!(rows.len(), 25);
        let codes: Vec<_> = rows[..5].iter().map(|row| row["indicator"]["code"].as_str().unwrap()).collect();
        let computed =
            ["community_growth", "community_participation", "curator_share", "expert_involvement", "teachers_per_methodist"];
        assert_eq!(codes, computed);
        assert_eq!(rows[2], json!({
            "plan": 0.5, "isPlanDefault": true, "direction": "AT_LEAST",
            "indicator": { "code": "curator_share", "version": 1, "unit": "PERCENT", "source": "COMPUTED", "number": null,
                "formula": "curators / teachers * 100",
                "name": "Доля педагогических работников, входящих в пул региональных методистов / тьюторов и экспертов, выполняющих функции кураторов индивидуальных маршрутов" } }));
        assert_eq!((&rows[4]["direction"], &rows[4]["plan"]), (&json!("AT_MOST"), &json!(200.0)));
        let numbers: Vec<_> = rows[5..].iter().map(|row| row["indicator"]["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        assert!(rows[5..].iter().all(|row| row["indicator"]["source"] == "ENTERED" && row["plan"] == Value::Null));
        // Starting again lays nothing down twice.
        let other = app.replica().await;
        assert_eq!(holding(&other, "RU-KDA", "2019-2020").await, rows);
    }

    async fn figures_are_a_list_that_the_registrar_extends(app: TestApp) {
        let registrar = app.registrar().await;
        let tutors = json!({ "code": "tutors", "name": "Тьюторы", "unit": "NUMBER" });
        let made = registrar.call("figureCreate", tutors.clone(), "figure { code name unit isRegistered }").await;
        let expected = json!({ "code": "tutors", "name": "Тьюторы", "unit": "NUMBER", "isRegistered": false });
        assert_eq!(made.done()["figure"], expected);
        assert_eq!(registrar.call("figureCreate", tutors, "").await.user_error(), "TAKEN");
        for bad in [json!({ "code": "Tutors" }), json!({ "code": "members" }), json!({ "name": " " })] {
            let input = with(json!({ "code": "fresh", "name": "Имя", "unit": "NUMBER" }), bad);
            assert!(["INVALID", "TAKEN"].contains(&registrar.call("figureCreate", input, "").await.user_error().as_str()));
        }
        let list = "{ figures(last: 1) { totalCount nodes { code } } }";
        let found = app.visitor().ask(list).await.payload().clone();
        assert_eq!(found["nodes"], json!([{ "code": "tutors" }]));
        assert_eq!(found["totalCount"], json!(29 + 20 + 1));
        let entry = app.journal().await.pop().unwrap();
        assert_eq!((entry.subject_type.as_str(), entry.after), ("figure", Some(json!({ "code": "tutors", "unit": "NUMBER" }))));
    }

    async fn a_formula_is_checked_when_it_is_saved_and_the_fault_says_where(app: TestApp) {
        let registrar = app.registrar().await;
        let faults = [
            ("methodists / ", "At character 13"),
            ("methodists / teachers * 1.5", "At character 26"),
            ("methodists + curators / teachers", "parentheses"),
            ("methodists / pupils * 100", "At character 14: there is no figure `pupils`"),
            ("methodists + teachers", "denominator"),
        ];
        for (formula, said) in faults {
            let answer = create(&registrar, with(share("methodist_share"), json!({ "formula": formula }))).await;
            assert_eq!(answer.user_error(), "INVALID");
            let error = &answer.payload()["userErrors"][0];
            assert_eq!(error["path"], json!(["input", "formula"]));
            assert!(error["message"].as_str().unwrap().contains(said), "{formula}: {error}");
        }
        for bad in [json!({ "code": "x" }), json!({ "planned": -1 }), json!({ "planned": 0.000_000_1 }),
                    json!({ "fromYear": "2190-2191" }), json!({ "fromYear": "1990-1991" }), json!({ "name": "" })] {
            assert_eq!(create(&registrar, with(share("methodist_share"), bad)).await.user_error(), "INVALID");
        }
        assert_eq!(app.journal().await.len(), 0);
        let made = create(&registrar, share("methodist_share")).await.done()["indicator"].clone();
        assert_eq!((&made["version"], &made["source"], &made["planned"]), (&json!(1), &json!("COMPUTED"), &json!(12.5)));
        assert_eq!(create(&registrar, share("methodist_share")).await.user_error(), "TAKEN");
        let query = "query($id: ID!) { node(id: $id) { id ... on Indicator { code } } }";
        let found = app.visitor().query(query, json!({ "id": made["id"] })).await;
        assert_eq!(found.payload()["code"], json!("methodist_share"));
    }

    async fn a_region_keeps_indicators_of_its_own_and_an_entered_one_brings_its_figure(app: TestApp) {
        let (here, there) = (app.region("RU-SPE").await, app.region("RU-KDA").await);
        let operator = app.operator_of(&here).await;
        let input = json!({ "regionCode": "RU-SPE", "code": "spe_share", "name": "Доля педагогов", "unit": "PERCENT",
                            "direction": "AT_LEAST", "fromYear": "2019-2020" });
        let made = create(&operator, input.clone()).await.done()["indicator"].clone();
        assert_eq!((&made["region"], &made["source"]), (&json!({ "code": "RU-SPE" }), &json!("ENTERED")));
        assert!(one(&app, "RU-SPE", "2019-2020", "spe_share").await.is_some());
        assert_eq!(one(&app, "RU-SPE", "2018-2019", "spe_share").await, None);
        assert_eq!(one(&app, "RU-KDA", "2019-2020", "spe_share").await, None);
        let figures = app.visitor().ask("{ figures(last: 1) { nodes { code name unit } } }").await;
        let own = json!([{ "code": "spe_share", "name": "Доля педагогов", "unit": "PERCENT" }]);
        assert_eq!(figures.payload()["nodes"], own);
        // The figure is there: another unit does not fit it.
        let other = with(input.clone(), json!({ "code": "members", "unit": "PERCENT" }));
        assert_eq!(create(&operator, other).await.user_error(), "INVALID");
        let stranger = app.operator_of(&there).await;
        assert_eq!(create(&stranger, with(input.clone(), json!({ "code": "kda_share" }))).await.outcome(), "FORBIDDEN");
        assert_eq!(create(&operator, share("federal_share")).await.outcome(), "FORBIDDEN");
        assert_eq!(create(&operator, with(input, json!({ "regionCode": "RU-XXX" }))).await.outcome(), "NOT_FOUND");
        let entries = app.journal().await;
        assert!(entries.iter().any(|entry| entry.subject_type == "indicator" && entry.region_id == Some(here.id)));
    }

    async fn a_new_version_holds_from_the_next_year_and_changes_none_before(app: TestApp) {
        app.region("RU-KDA").await;
        let registrar = app.registrar().await;
        let year = AcademicYear::of(app.clock.now());
        let next = AcademicYear(year.0 + 1).to_string();
        let revise = async |input: Value| registrar.call("indicatorRevise", input, SHOWN).await;
        let change = json!({ "code": "curator_share", "expectedVersion": 1, "planned": 0.75 });
        for early in [year, year.previous()] {
            let input = with(change.clone(), json!({ "fromYear": early.to_string() }));
            assert_eq!(revise(input).await.user_error(), "INVALID");
        }
        let made = revise(change.clone()).await.done()["indicator"].clone();
        assert_eq!((&made["version"], &made["fromYear"], &made["planned"]), (&json!(2), &json!(next), &json!(0.75)));
        assert_eq!(made["formula"], json!("curators / teachers * 100"));
        let plan = async |year: &str| one(&app, "RU-KDA", year, "curator_share").await.map(|row| row["plan"].clone());
        assert_eq!(plan(&year.to_string()).await, Some(json!(0.5)));
        assert_eq!(plan(&next).await, Some(json!(0.75)));
        assert_eq!(revise(change).await.user_error(), "CONFLICT");
        let same = json!({ "code": "curator_share", "expectedVersion": 2, "planned": 0.75 });
        assert_eq!(revise(same).await.user_error(), "INVALID");
        let entered = json!({ "code": "guidelines_written", "expectedVersion": 1, "formula": "members / teachers" });
        assert_eq!(revise(entered).await.user_error(), "INVALID");
        assert_eq!(revise(json!({ "code": "unknown", "expectedVersion": 1 })).await.outcome(), "NOT_FOUND");
        // It ends, and is taken up again.
        let end = json!({ "code": "curator_share", "expectedVersion": 2, "isEnded": true, "planned": null });
        assert_eq!(revise(end).await.done()["indicator"]["planned"], Value::Null);
        assert_eq!(plan(&next).await, None);
        assert_eq!(plan(&year.to_string()).await, Some(json!(0.5)));
        revise(json!({ "code": "curator_share", "expectedVersion": 3, "isEnded": false })).await.done();
        assert_eq!(plan(&next).await, Some(Value::Null));
    }

    async fn of_those_who_revise_at_once_one_is_heard(app: TestApp) {
        let registrar = app.registrar().await;
        let calls = (1..=4).map(|plan| {
            let input = json!({ "code": "curator_share", "expectedVersion": 1, "planned": plan });
            registrar.call("indicatorRevise", input, SHOWN)
        });
        let outcomes: Vec<_> = join_all(calls).await.iter().map(Answer::outcome).collect();
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "done").count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "CONFLICT").count(), 3, "{outcomes:?}");
    }

    async fn a_plan_is_a_regions_own_for_a_year_and_can_be_taken_away(app: TestApp) {
        let region = app.region("RU-KDA").await;
        app.region("RU-SPE").await;
        let operator = app.operator_of(&region).await;
        let set = async |fields: Value| {
            let input = json!({ "regionCode": "RU-KDA", "code": "curator_share", "year": "2023-2024" });
            operator.call("indicatorPlanSet", with(input, fields), "planned { plan isPlanDefault direction } userErrors { code path }").await
        };
        let own = json!({ "plan": 2.5, "isPlanDefault": false, "direction": "AT_MOST" });
        assert_eq!(set(json!({ "planned": 2.5, "direction": "AT_MOST" })).await.done()["planned"], own);
        assert_eq!(set(json!({ "planned": 2.5, "direction": "AT_MOST" })).await.done()["planned"], own);
        assert_eq!(app.journal().await.len(), 1);
        let shown = one(&app, "RU-KDA", "2023-2024", "curator_share").await.unwrap();
        assert_eq!((&shown["plan"], &shown["direction"]), (&json!(2.5), &json!("AT_MOST")));
        for (region, year) in [("RU-KDA", "2022-2023"), ("RU-SPE", "2023-2024")] {
            let other = one(&app, region, year, "curator_share").await.unwrap();
            assert_eq!((&other["plan"], &other["isPlanDefault"]), (&json!(0.5), &json!(true)));
        }
        for bad in [json!({}), json!({ "planned": -1 }), json!({ "planned": 1e12 })] {
            assert_eq!(set(bad).await.user_error(), "INVALID");
        }
        assert_eq!(set(json!({ "planned": 1, "code": "unknown" })).await.outcome(), "NOT_FOUND");
        assert_eq!(set(json!({ "planned": 1, "regionCode": "RU-SPE" })).await.outcome(), "FORBIDDEN");
        let default = json!({ "plan": 0.5, "isPlanDefault": true, "direction": "AT_LEAST" });
        assert_eq!(set(json!({ "planned": null })).await.done()["planned"], default);
        assert_eq!(app.journal().await.len(), 2);
        assert_eq!(app.journal().await[1].region_id, Some(region.id));
    }

    async fn those_who_plan_at_once_are_all_heard(app: TestApp) {
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let calls = (1..=4).map(|planned| {
            let input = json!({ "regionCode": "RU-KDA", "code": "curator_share", "year": "2023-2024", "planned": planned });
            operator.call("indicatorPlanSet", input, "")
        });
        for answer in join_all(calls).await {
            answer.done();
        }
        assert_eq!(app.journal().await.len(), 4);
    }
}
