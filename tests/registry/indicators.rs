//! Indicators: formulas over named figures, checked when they are saved; plans of regions; values with their reasons.

use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, client::Answer};

const LISTED: &str = "query($year: AcademicYear!) { indicators(regionCode: \"RU-KDA\", year: $year) {
    code version name unit source formula planned plannedByRegion direction } }";

fn share(code: &str, formula: &str) -> Value {
    json!({ "code": code, "name": "Доля", "unit": "PERCENT", "direction": "AT_LEAST", "formula": formula, "planned": 50 })
}

async fn create(by: &Actor, input: Value) -> Answer {
    by.call("indicatorCreate", input, "indicator { code version effectiveFrom }").await
}

async fn listed(app: &TestApp, year: &str) -> Vec<Value> {
    let answer = app.visitor().query(LISTED, json!({ "year": year })).await;
    answer.payload().as_array().unwrap().clone()
}

async fn one(app: &TestApp, year: &str, code: &str) -> Value {
    listed(app, year).await.into_iter().find(|one| one["code"] == code).unwrap_or(Value::Null)
}

async fn plan(by: &Actor, planned: Value) -> Answer {
    let input = json!({ "regionCode": "RU-KDA", "code": "community_participation", "year": "2023-2024", "planned": planned });
    by.call("indicatorPlanSet", input, "plan { planned direction year }").await
}

on_both! {
    async fn five_formulas_and_the_twenty_of_the_catalogue_are_there_from_the_start(app: TestApp) {
        app.region("RU-KDA").await;
        let all = listed(&app, "2023-2024").await;
        assert_eq!(all.len(), 25);
        let source = |wanted: &str| all.iter().filter(|one| one["source"] == wanted).count();
        assert_eq!((source("COMPUTED"), source("ENTERED")), (5, 20));
        assert_eq!(one(&app, "2023-2024", "community_participation").await, json!({
            "code": "community_participation", "version": 1, "unit": "PERCENT", "source": "COMPUTED",
            "name": "Доля педагогических работников, принимающих участие в мероприятиях региональных профессиональных сообществ",
            "formula": "event_participants / teachers * 100", "planned": 50.0, "plannedByRegion": false, "direction": "AT_LEAST",
        }));
        let figures = app.visitor().ask("{ figures { code registered } }").await;
        let figures = figures.payload().as_array().unwrap().clone();
        assert!(figures.contains(&json!({ "code": "members", "registered": true })));
        assert!(figures.contains(&json!({ "code": "guidelines", "registered": false })));
    }

    async fn a_formula_is_checked_when_it_is_saved(app: TestApp) {
        let registrar = app.registrar().await;
        for (formula, told) in [
            ("members / ", "character 10"),
            ("members ^ teachers", "character 9"),
            ("members + curators / teachers", "parentheses"),
            ("members / nobody * 100", "`nobody`"),
            ("members", "divides"),
        ] {
            let answer = create(&registrar, share("own_share", formula)).await;
            assert_eq!(answer.user_errors(), [("INVALID".to_owned(), "input.formula".to_owned())], "{formula}");
            let message = answer.payload()["userErrors"][0]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(told), "{message}");
        }
        for (field, value) in [("code", json!("Own")), ("planned", json!(-1)), ("name", json!(" "))] {
            let mut input = share("own_share", "members / teachers * 100");
            input[field] = value;
            assert_eq!(create(&registrar, input).await.user_errors(), [("INVALID".to_owned(), format!("input.{field}"))]);
        }
        create(&registrar, share("own_share", "(members - curators) / teachers * 100")).await.done();
        assert_eq!(create(&registrar, share("own_share", "members / teachers * 100")).await.user_error(), "TAKEN");
        let entered = json!({ "code": "members", "name": "Участники", "unit": "NUMBER", "direction": "AT_LEAST" });
        assert_eq!(create(&registrar, entered).await.user_error(), "TAKEN");
    }

    async fn a_new_version_holds_from_the_next_year_on(app: TestApp) {
        app.region("RU-KDA").await;
        let registrar = app.registrar().await;
        create(&registrar, share("own_share", "members / teachers * 100")).await.done();
        let this_year = entity::AcademicYear::of(app.clock.now());
        let next_year = entity::AcademicYear(this_year.0 + 1).to_string();
        let mut input = share("own_share", "curators / teachers * 100");
        input["expectedVersion"] = json!(1);
        let made = registrar.call("indicatorRevise", input.clone(), "indicator { version effectiveFrom }").await;
        assert_eq!(made.done()["indicator"], json!({ "version": 2, "effectiveFrom": next_year }));
        assert_eq!(registrar.call("indicatorRevise", input.clone(), "").await.user_error(), "CONFLICT");
        assert_eq!(one(&app, &this_year.to_string(), "own_share").await["formula"], "members / teachers * 100");
        assert_eq!(one(&app, &next_year, "own_share").await["formula"], "curators / teachers * 100");
        input["expectedVersion"] = json!(2);
        input["formula"] = Value::Null;
        assert_eq!(registrar.call("indicatorRevise", input.clone(), "").await.user_error(), "INVALID", "computed stays computed");
        input["formula"] = json!("curators / teachers * 100");
        input["ended"] = json!(true);
        registrar.call("indicatorRevise", input, "").await.done();
        assert_eq!(one(&app, &next_year, "own_share").await, Value::Null);
        assert_eq!(one(&app, &this_year.to_string(), "own_share").await["version"], 1);
    }

    async fn a_region_plans_for_itself(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let operator = app.operator_of(&region).await;
        let planned = async |year: &str| {
            let found = one(&app, year, "community_participation").await;
            (found["planned"].clone(), found["plannedByRegion"].clone())
        };
        assert_eq!(plan(&operator, json!(60)).await.done()["plan"]["planned"], 60.0);
        assert_eq!(plan(&operator, json!(60)).await.done()["plan"]["planned"], 60.0);
        assert_eq!(planned("2023-2024").await, (json!(60.0), json!(true)));
        assert_eq!(planned("2022-2023").await, (json!(50.0), json!(false)));
        assert_eq!(plan(&operator, Value::Null).await.done()["plan"], Value::Null);
        assert_eq!(planned("2023-2024").await, (json!(50.0), json!(false)));
        let input = json!({ "regionCode": "RU-KDA", "code": "nothing", "year": "2023-2024", "planned": 1 });
        assert_eq!(operator.call("indicatorPlanSet", input, "").await.outcome(), "NOT_FOUND");
        let input = json!({ "regionCode": "RU-KDA", "code": "community_participation", "year": "2023-2024" });
        assert_eq!(operator.call("indicatorPlanSet", input, "").await.user_error(), "INVALID", "null must be said");
        let entries = app.journal().await.into_iter().filter(|entry| entry.action == "indicator.plan");
        assert_eq!(entries.count(), 2, "the same again changes nothing");
    }

    async fn a_regions_own_indicator_is_nobody_elses(app: TestApp) {
        let operator = app.operator_of(&app.region("RU-SPE").await).await;
        let mut input = share("spe_share", "members / teachers * 100");
        input["regionCode"] = json!("RU-SPE");
        create(&operator, input).await.done();
        app.region("RU-KDA").await;
        assert_eq!(one(&app, "2023-2024", "spe_share").await, Value::Null);
        let here = app.operator_of(&app.region("RU-KDA").await).await;
        let input = json!({ "regionCode": "RU-KDA", "code": "spe_share", "year": "2023-2024", "planned": 1 });
        assert_eq!(here.call("indicatorPlanSet", input, "").await.outcome(), "NOT_FOUND");
    }

    async fn the_report_shows_values_with_both_numbers_or_why_there_are_none(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let operator = app.operator_of(&region).await;
        let asked = json!([{ "code": "teachers" }, { "code": "event_participants" }, { "code": "guidelines" }, { "code": "agreements_this_year" }]);
        let input = json!({ "regionCode": "RU-KDA", "year": "2023-2024", "dueOn": "2024-07-01", "fromRegistry": false,
            "communitySlugs": [], "communityQuestions": [], "regionQuestions": asked });
        operator.call("monitoringOpen", input, "").await.done();
        let own = "{ monitoring(regionCode: \"RU-KDA\", year: \"2023-2024\") { regionReturn { id } } }";
        let own = operator.ask(own).await.payload()["regionReturn"]["id"].clone();
        let figures = json!([{ "code": "teachers", "value": 200 }, { "code": "event_participants", "value": 90 }, { "code": "guidelines", "value": 7 }]);
        operator.call("monitoringReturnFill", json!({ "returnId": own, "expectedVersion": 1, "figures": figures }), "").await.done();
        let report = "{ monitoringReport(regionCode: \"RU-KDA\", year: \"2023-2024\") { indicators {
            code value plan met numerator denominator stated reason } } }";
        let seen = operator.ask(report).await.payload()["indicators"].as_array().unwrap().clone();
        let of = |code: &str| seen.iter().find(|one| one["code"] == code).unwrap().clone();
        assert_eq!(of("community_participation"), json!({ "code": "community_participation", "value": 45.0, "plan": 50.0, "met": false,
            "numerator": 90.0, "denominator": 200.0, "stated": false, "reason": null }));
        assert_eq!(of("guidelines"), json!({ "code": "guidelines", "value": 7.0, "plan": null, "met": null, "numerator": null,
            "denominator": null, "stated": true, "reason": "План не задан, поэтому оценки нет." }));
        let growth = of("community_growth");
        assert_eq!((&growth["value"], &growth["met"]), (&Value::Null, &Value::Null));
        assert!(growth["reason"].as_str().unwrap().starts_with("Нет данных: «Договоры"), "{growth}");
        assert_eq!(seen.len(), 6, "of the catalogue only what was asked");
    }
}
