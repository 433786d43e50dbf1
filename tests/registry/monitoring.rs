//! The yearly monitoring: returns prefilled from the registry, corrected with a reason, handed in, sent back and accepted; a
//! report that is frozen with its signature, and corrected by revisions.

use entity::{ReturnState as State, community, region};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::counted,
};

const RETURNS: &str = "query($year: AcademicYear!) { monitoring(regionCode: \"RU-KDA\", year: $year) {
    isOpen revision progress { total draft submitted returned accepted late } regionReturn { id version state }
    returns(first: 100) { totalCount nodes { id version state remarks community { slug }
    figures { question { code required } value registered stated reason } findings { code severity } } } } }";

const REPORT: &str = "query($year: AcademicYear!, $revision: Int, $live: Boolean) {
    monitoringReport(regionCode: \"RU-KDA\", year: $year, revision: $revision, live: $live) {
    communities members teachers engagementPercent events participants signing { revision signer reason }
    engagement { community { slug } percent stated } growth { year members } registry { practices }
    findings { code severity community { slug } found { value } expected { value } } notes
    revisions { signing { revision reason } checksum changes { what before after } } } }";

/// An institute with two communities.
struct Scene {
    region: region::Model,
    chemistry: community::Model,
    biology: community::Model,
    operator: Actor,
    coordinator: Actor,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let biology = app.new_community("kda-biology").profile("biology").create().await;
        let region = app.region_of(&chemistry).await;
        let coordinator = app.coordinator_of(&chemistry).await;
        Self { operator: app.operator_of(&region).await, region, chemistry, biology, coordinator }
    }

    async fn open(&self, fields: Value) -> Answer {
        let mut input = json!({ "regionCode": "RU-KDA", "year": "2023-2024", "dueOn": "2024-07-01" });
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.operator.call("monitoringOpen", input, "monitoring { id isOpen }").await
    }

    /// A year in which nothing is known to the registry and these figures are asked.
    async fn asked(&self, of_community: &[(&str, bool)], of_region: &[(&str, bool)]) -> Vec<Value> {
        let questions = |all: &[(&str, bool)]| {
            json!(
                all.iter()
                    .map(|(code, required)| json!({ "code": code, "required": required }))
                    .collect::<Vec<_>>()
            )
        };
        let asked = json!({
            "fromRegistry": false, "communityQuestions": questions(of_community), "regionQuestions": questions(of_region),
        });
        self.open(asked).await.done();
        self.returns(&self.operator).await
    }

    async fn monitoring(&self, by: &Actor) -> Value {
        by.query(RETURNS, json!({ "year": "2023-2024" })).await.payload().clone()
    }

    async fn returns(&self, by: &Actor) -> Vec<Value> {
        self.monitoring(by).await["returns"]["nodes"].as_array().unwrap().clone()
    }

    async fn accept(&self, fields: Value) -> Answer {
        let mut input = json!({
            "regionCode": "RU-KDA", "year": "2023-2024", "signer": "Ректор", "signedOn": "2024-08-30",
        });
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.operator.call("monitoringAccept", input, "report { signing { revision } }").await
    }

    /// All returns are handed in and accepted.
    async fn all_accepted(&self) {
        for one in self.returns(&self.operator).await {
            if one["state"] != "ACCEPTED" {
                act(&self.operator, "monitoringReturnSubmit", &one["id"]).await.done();
                act(&self.operator, "monitoringReturnAccept", &one["id"]).await.done();
            }
        }
    }
}

async fn act(by: &Actor, field: &str, of: &Value) -> Answer {
    by.mutate(
        field,
        "MonitoringReturnActionInput",
        json!({ "returnId": of }),
        "monitoringReturn { state } userErrors { code path message }",
    )
    .await
}

async fn fill(by: &Actor, of: &Value, version: i32, figures: Value) -> Answer {
    let input = json!({ "returnId": of, "expectedVersion": version, "figures": figures });
    let shown = "monitoringReturn { version state figures { question { code } value registered stated reason } findings { code severity } }";
    by.call("monitoringReturnFill", input, shown).await
}

async fn send_back(by: &Actor, of: &Value) -> Answer {
    let input = json!({ "returnId": of, "remarks": "Проверьте число участников." });
    by.call("monitoringReturnSendBack", input, "monitoringReturn { state remarks }").await
}

fn figure(of: &Value, code: &str) -> Value {
    let figures = of["figures"].as_array().unwrap();
    let mut found = figures
        .iter()
        .find(|one| one["question"]["code"] == code)
        .unwrap_or_else(|| panic!("{code}"))
        .clone();
    found.as_object_mut().unwrap().remove("question");
    found
}

fn codes(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

async fn report(by: &Actor, variables: Value) -> Answer {
    let mut all = json!({ "year": "2023-2024" });
    all.as_object_mut().unwrap().extend(variables.as_object().unwrap().clone());
    by.query(REPORT, all).await
}

on_both! {
    async fn every_community_gets_a_return_that_the_registry_has_filled_in(app: TestApp) {
        let scene = Scene::new(&app).await;
        for name in ["Иванов Иван", "Петров Пётр"] {
            app.new_member(&scene.chemistry).name(name).joined_on("2023-10-01".parse().unwrap()).create().await;
        }
        app.new_member(&scene.chemistry).name("Сидоров Сидор").joined_on("2024-09-05".parse().unwrap()).create().await;
        app.headcount(&scene.chemistry, 2023, 8).await;
        let published = app.new_practice(&scene.chemistry).published_at("2024-02-01T10:00:00Z".parse().unwrap()).create().await;
        assert_eq!(published.community_id, Some(scene.chemistry.id));
        scene.open(json!({})).await.done();
        let seen = scene.monitoring(&scene.operator).await;
        assert_eq!(seen["progress"], json!({ "total": 2, "draft": 2, "submitted": 0, "returned": 0, "accepted": 0, "late": 2 }));
        let returns = seen["returns"]["nodes"].as_array().unwrap();
        assert_eq!(returns.iter().map(|one| one["community"]["slug"].as_str().unwrap()).collect::<Vec<_>>(), ["kda-chemistry", "kda-biology"]);
        let known = |value: f64| json!({ "value": value, "registered": value, "stated": null, "reason": null });
        assert_eq!(figure(&returns[0], "members"), known(2.0), "who came later is none yet");
        assert_eq!(figure(&returns[0], "teachers"), known(8.0));
        assert_eq!(figure(&returns[0], "practices"), known(1.0));
        assert_eq!(figure(&returns[1], "members"), known(0.0));
        let own = "{ monitoring(regionCode: \"RU-KDA\", year: \"2023-2024\") { regionReturn { figures { question { code } value registered stated reason } } } }";
        let own = scene.operator.ask(own).await.payload()["regionReturn"].clone();
        assert_eq!(figure(&own, "members"), known(2.0));
        assert_eq!(figure(&own, "communities"), known(2.0));
        assert_eq!(figure(&own, "practices"), known(1.0));
        assert_eq!(scene.open(json!({})).await.user_error(), "TAKEN");
    }

    async fn a_correction_needs_a_reason_and_both_values_are_kept(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.open(json!({})).await.done();
        let own = &scene.returns(&scene.coordinator).await[0];
        let answer = fill(&scene.coordinator, &own["id"], 1, json!([{ "code": "members", "value": 40 }])).await;
        assert_eq!(answer.user_errors(), [("INVALID".into(), "input.figures.0.reason".into())]);
        let given = json!([{ "code": "members", "value": 40, "reason": "Заявления на бумаге." }, { "code": "events_regional", "value": 3 }]);
        let done = fill(&scene.coordinator, &own["id"], 1, given).await.done()["monitoringReturn"].clone();
        assert_eq!(figure(&done, "members"), json!({ "value": 40.0, "registered": 0.0, "stated": 40.0, "reason": "Заявления на бумаге." }));
        assert_eq!(figure(&done, "events_regional"), json!({ "value": 3.0, "registered": null, "stated": 3.0, "reason": null }));
        assert_eq!(done["version"], 2);
        let stale = fill(&scene.coordinator, &own["id"], 1, json!([{ "code": "members", "value": null }])).await;
        assert_eq!(stale.user_error(), "CONFLICT");
        // Taken back, what the registry knows holds again; once handed in it stands still.
        fill(&scene.coordinator, &own["id"], 2, json!([{ "code": "members", "value": null }])).await.done();
        act(&scene.coordinator, "monitoringReturnSubmit", &own["id"]).await.done();
        app.new_member(&scene.chemistry).joined_on("2023-10-01".parse().unwrap()).create().await;
        let seen = &scene.returns(&scene.coordinator).await[0];
        assert_eq!(figure(seen, "members"), json!({ "value": 0.0, "registered": 0.0, "stated": null, "reason": null }));
        assert_eq!(fill(&scene.coordinator, &own["id"], 3, json!([])).await.user_error(), "WRONG_STATE");
    }

    async fn bad_figures_are_refused_one_by_one(app: TestApp) {
        let scene = Scene::new(&app).await;
        let own = &scene.asked(&[("members", false), ("engagement_percent", false)], &[]).await[0];
        let given = json!([
            { "code": "members", "value": -1 }, { "code": "engagement_percent", "value": 12.5 },
            { "code": "teachers", "value": 5 }, { "code": "members", "value": 1 }, { "code": "nothing", "value": 1 },
        ]);
        let answer = fill(&scene.coordinator, &own["id"], 1, given).await;
        let fault = |at: &str| ("INVALID".to_owned(), format!("input.figures.{at}"));
        assert_eq!(answer.user_errors(), [fault("0.value"), fault("2.code"), fault("3.code"), fault("4.code")]);
        for bad in [json!(1.5), json!(1e12)] {
            let answer = fill(&scene.coordinator, &own["id"], 1, json!([{ "code": "members", "value": bad }])).await;
            assert_eq!(answer.user_errors(), [fault("0.value")]);
        }
        let answer = fill(&scene.coordinator, &own["id"], 1, json!([{ "code": "members" }])).await;
        assert_eq!(answer.user_errors(), [fault("0.value")]);
        assert_eq!(figure(&scene.returns(&scene.coordinator).await[0], "members")["stated"], Value::Null);
    }

    async fn what_is_asked_is_checked_when_the_year_is_opened(app: TestApp) {
        let scene = Scene::new(&app).await;
        for (fields, at) in [
            (json!({ "year": "2031-2032", "dueOn": "2032-06-30" }), "input.year"),
            (json!({ "dueOn": "2023-08-31" }), "input.dueOn"),
            (json!({ "communityQuestions": [{ "code": "nothing" }] }), "input.communityQuestions"),
            (json!({ "regionQuestions": [{ "code": "members" }, { "code": "members" }] }), "input.regionQuestions"),
            (json!({ "communitySlugs": ["kda-biology", "spe-biology"] }), "input.communitySlugs.1"),
            (json!({ "communitySlugs": ["kda-biology", "kda-biology"] }), "input.communitySlugs.1"),
        ] {
            assert_eq!(scene.open(fields).await.user_errors(), [("INVALID".to_owned(), at.to_owned())]);
        }
        assert_eq!(scene.monitoring(&scene.operator).await, Value::Null);
        scene.open(json!({ "communitySlugs": ["kda-biology"] })).await.done();
        assert_eq!(scene.returns(&scene.operator).await.len(), 1);
    }

    async fn a_return_with_each_kind_of_error_gets_each_finding_and_errors_block_it(app: TestApp) {
        let scene = Scene::new(&app).await;
        let all = [
            "members", "teachers", "engagement_percent", "events", "event_participants", "events_regional", "participants_regional",
            "events_municipal", "participants_municipal", "events_institute",
        ];
        let mut asked: Vec<_> = all.iter().map(|code| (*code, false)).collect();
        asked.push(("practices", true));
        let own = &scene.asked(&asked, &[]).await[0];
        let stated = |figures: &[(&str, i64)]| {
            json!(figures.iter().map(|(code, value)| json!({ "code": code, "value": value })).collect::<Vec<_>>())
        };
        let faults = stated(&[
            ("members", 110), ("teachers", 100), ("engagement_percent", 60), ("events", 9), ("event_participants", 9000),
            ("events_regional", 5), ("participants_regional", 200), ("events_municipal", 0), ("participants_municipal", 7),
            ("events_institute", 4),
        ]);
        let seen = fill(&scene.coordinator, &own["id"], 1, faults).await.done()["monitoringReturn"].clone();
        assert_eq!(codes(&seen["findings"]), [
            "MISSING", "LEVELS_AND_KINDS_DIFFER", "PARTS_AND_TOTAL_DIFFER", "PARTS_AND_TOTAL_DIFFER", "PARTS_AND_TOTAL_DIFFER",
            "PARTICIPANTS_WITHOUT_EVENTS", "SHARE_AND_NUMBERS_DIFFER", "PARTICIPANTS_IMPLAUSIBLE",
        ]);
        act(&scene.coordinator, "monitoringReturnSubmit", &own["id"]).await.done();
        let refused = act(&scene.operator, "monitoringReturnAccept", &own["id"]).await;
        assert_eq!(refused.user_error(), "NOT_ELIGIBLE");
        let told = refused.payload()["userErrors"][0]["message"].as_str().unwrap().to_owned();
        assert!(told.contains("сумма по уровням — 5") && told.contains("сумма по видам — 4"), "{told}");
        let back = send_back(&scene.operator, &own["id"]).await.done()["monitoringReturn"].clone();
        assert_eq!(back, json!({ "state": "RETURNED", "remarks": "Проверьте число участников." }));
        let sound = stated(&[
            ("members", 90), ("engagement_percent", 90), ("events", 5), ("event_participants", 200), ("participants_municipal", 0),
            ("events_institute", 5), ("practices", 0),
        ]);
        let seen = fill(&scene.coordinator, &own["id"], 2, sound).await.done()["monitoringReturn"].clone();
        assert_eq!(codes(&seen["findings"]), [] as [&str; 0]);
        act(&scene.coordinator, "monitoringReturnSubmit", &own["id"]).await.done();
        assert_eq!(act(&scene.operator, "monitoringReturnAccept", &own["id"]).await.done()["monitoringReturn"]["state"], "ACCEPTED");
    }

    async fn jumps_and_copies_and_totals_that_do_not_add_up_are_found(app: TestApp) {
        let scene = Scene::new(&app).await;
        let asked = [("engagement_percent", true), ("events_regional", false), ("participants_regional", false)];
        let of_region = [("members", false), ("communities", false), ("events_regional", false)];
        let mut input = json!({ "fromRegistry": false, "year": "2022-2023", "dueOn": "2023-07-01" });
        let questions = |all: &[(&str, bool)]| json!(all.iter().map(|(code, required)| json!({ "code": code, "required": required })).collect::<Vec<_>>());
        input["communityQuestions"] = questions(&asked);
        input["regionQuestions"] = questions(&of_region);
        scene.open(input).await.done();
        for year in ["2022-2023", "2023-2024"] {
            if year == "2023-2024" {
                scene.asked(&asked, &of_region).await;
            }
            let seen = scene.operator.query(RETURNS, json!({ "year": year })).await.payload().clone();
            let share = if year == "2022-2023" { 20 } else { 45 };
            for one in seen["returns"]["nodes"].as_array().unwrap() {
                let given = json!([{ "code": "engagement_percent", "value": share }, { "code": "events_regional", "value": 3 },
                    { "code": "participants_regional", "value": 70 }]);
                fill(&scene.operator, &one["id"], 1, given).await.done();
                act(&scene.operator, "monitoringReturnSubmit", &one["id"]).await.done();
                act(&scene.operator, "monitoringReturnAccept", &one["id"]).await.done();
            }
            let total = if year == "2022-2023" { 6 } else { 7 };
            let reason = "Одно мероприятие провёл институт.";
            let given = json!([{ "code": "events_regional", "value": total, "reason": reason }]);
            fill(&scene.operator, &seen["regionReturn"]["id"], 1, given).await.done();
            scene.accept(json!({ "year": year, "signedOn": "2024-08-30" })).await.done();
        }
        let seen = report(&app.visitor(), json!({})).await.payload().clone();
        let mut found = codes(&seen["findings"]);
        found.sort_unstable();
        assert_eq!(found, ["COMMUNITIES_AND_TOTAL_DIFFER", "JUMP", "JUMP", "SAME_FIGURES"]);
        let whole = seen["findings"].as_array().unwrap().iter().find(|one| one["code"] == "COMMUNITIES_AND_TOTAL_DIFFER").unwrap();
        assert_eq!((&whole["found"]["value"], &whole["expected"]["value"]), (&json!(6.0), &json!(7.0)));
    }

    async fn sums_over_some_and_events_entered_twice_are_found(app: TestApp) {
        let scene = Scene::new(&app).await;
        for (of, title) in [(&scene.chemistry, "Чтения"), (&scene.biology, " ЧТЕНИЯ "), (&scene.biology, "Свой")] {
            let event = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": title, "startsOn": "2023-10-01",
                "participants": if title == "Свой" { Value::Null } else { json!(40) } });
            let input = json!({ "communityId": id(of.id), "event": event });
            scene.operator.call("eventCreate", input, "").await.done();
        }
        scene.open(json!({})).await.done();
        let seen = report(&scene.operator, json!({})).await.payload()["findings"].clone();
        let of = |code: &str| {
            let found = seen.as_array().unwrap().iter().find(|one| one["code"] == code);
            let found = found.unwrap_or_else(|| panic!("{seen:#}"));
            (found["found"]["value"].clone(), found["expected"]["value"].clone(), found["community"].clone())
        };
        let second = json!({ "slug": "kda-biology" });
        assert_eq!(of("EVENT_ENTERED_TWICE"), (json!(2.0), json!(1.0), second));
        assert_eq!(of("SUM_INCOMPLETE"), (json!(1.0), json!(2.0), Value::Null), "biology's participants are not all known");
    }

    async fn a_jump_of_members_is_found_by_community(app: TestApp) {
        let scene = Scene::new(&app).await;
        let asked = [("members", true), ("teachers", true)];
        for (year, members) in [("2022-2023", 20), ("2023-2024", 45)] {
            let questions = json!(asked.map(|(code, required)| json!({ "code": code, "required": required })));
            let input = json!({ "fromRegistry": false, "year": year, "dueOn": "2024-07-01", "communityQuestions": questions,
                "regionQuestions": [] });
            scene.open(input).await.done();
            let seen = scene.operator.query(RETURNS, json!({ "year": year })).await.payload().clone();
            for one in seen["returns"]["nodes"].as_array().unwrap() {
                let members = if one["community"]["slug"] == "kda-biology" { 20 } else { members };
                let given = json!([{ "code": "members", "value": members }, { "code": "teachers", "value": 60 }]);
                fill(&scene.operator, &one["id"], 1, given).await.done();
                act(&scene.operator, "monitoringReturnSubmit", &one["id"]).await.done();
                act(&scene.operator, "monitoringReturnAccept", &one["id"]).await.done();
            }
            scene.accept(json!({ "year": year })).await.done();
        }
        let seen = report(&app.visitor(), json!({})).await.payload()["findings"].clone();
        let jumps: Vec<_> = seen.as_array().unwrap().iter().filter(|one| one["code"] == "JUMP").cloned().collect();
        assert!(jumps.iter().any(|one| one["community"]["slug"] == "kda-chemistry" && one["found"]["value"] == 45.0 && one["expected"]["value"] == 20.0), "{seen:#}");
        assert!(jumps.iter().all(|one| one["community"]["slug"] != "kda-biology"), "{seen:#}");
    }

    async fn an_accepted_report_is_frozen_and_corrected_by_a_revision(app: TestApp) {
        let scene = Scene::new(&app).await;
        app.new_member(&scene.biology).joined_on("2023-10-01".parse().unwrap()).create().await;
        scene.open(json!({})).await.done();
        assert_eq!(report(&app.visitor(), json!({})).await.payload(), &Value::Null);
        assert_eq!(report(&scene.operator, json!({})).await.payload()["members"], 1);
        assert_eq!(scene.accept(json!({})).await.user_error(), "WRONG_STATE", "returns are out");
        scene.all_accepted().await;
        assert_eq!(scene.accept(json!({ "reason": "Просто так." })).await.user_error(), "INVALID");
        assert_eq!(scene.accept(json!({ "signedOn": "2100-01-01" })).await.user_error(), "INVALID");
        assert_eq!(scene.accept(json!({})).await.done()["report"]["signing"]["revision"], 1);
        assert_eq!(scene.accept(json!({ "reason": "Ещё раз." })).await.user_error(), "WRONG_STATE");
        let first = report(&app.visitor(), json!({})).await.payload().clone();
        assert_eq!((&first["members"], &first["signing"]["signer"]), (&json!(1), &json!("Ректор")));

        // What the registry learns afterwards changes nothing.
        app.new_member(&scene.biology).joined_on("2023-10-01".parse().unwrap()).create().await;
        assert_eq!(report(&app.visitor(), json!({})).await.payload(), &first);

        let biology = scene.returns(&scene.operator).await[1].clone();
        send_back(&scene.operator, &biology["id"]).await.done();
        assert_eq!(report(&app.visitor(), json!({})).await.payload()["members"], 1, "the public reads what was accepted");
        assert_eq!(report(&scene.operator, json!({ "live": true })).await.payload()["members"], 2);
        assert_eq!(report(&app.visitor(), json!({ "live": true })).await.error_code(), "UNAUTHENTICATED");
        let given = json!([{ "code": "members", "value": 12, "reason": "Нашли журнал." }]);
        fill(&scene.operator, &biology["id"], 1, given).await.done();
        scene.all_accepted().await;
        assert_eq!(scene.accept(json!({})).await.user_error(), "INVALID", "a correction has a reason");
        scene.accept(json!({ "reason": "Уточнено число участников." })).await.done();
        let second = report(&app.visitor(), json!({})).await.payload().clone();
        assert_eq!(second["members"], 12);
        assert_eq!(second["revisions"][1]["signing"], json!({ "revision": 2, "reason": "Уточнено число участников." }));
        assert_eq!(second["revisions"][1]["changes"], json!([
            { "what": "Участники сообществ", "before": 1.0, "after": 12.0 },
            { "what": "Участники сообщества: Сообщество kda-biology", "before": 1.0, "after": 12.0 },
        ]));
        assert_eq!(report(&app.visitor(), json!({ "revision": 1 })).await.payload()["members"], 1);
        assert_eq!(report(&app.visitor(), json!({ "revision": 3 })).await.payload(), &Value::Null);
    }

    async fn everybody_sees_of_a_monitoring_what_is_theirs(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.open(json!({})).await.done();
        let chair = app.chair_of(&scene.biology).await;
        for (by, slug) in [(&scene.coordinator, "kda-chemistry"), (&chair, "kda-biology")] {
            let seen = scene.monitoring(by).await;
            assert_eq!((&seen["progress"], &seen["regionReturn"]), (&Value::Null, &Value::Null));
            assert_eq!(seen["returns"]["totalCount"], 1);
            assert_eq!(seen["returns"]["nodes"][0]["community"]["slug"], slug);
            assert_eq!(report(by, json!({})).await.payload(), &Value::Null);
        }
        let foreign = &scene.returns(&chair).await[0]["id"];
        assert_eq!(act(&scene.coordinator, "monitoringReturnSubmit", foreign).await.outcome(), "NOT_FOUND");
        assert_eq!(act(&chair, "monitoringReturnAccept", foreign).await.outcome(), "FORBIDDEN");
        let stranger = app.operator_of(&app.region("RU-SPE").await).await;
        assert_eq!(scene.monitoring(&stranger).await, Value::Null);
        assert_eq!(act(&stranger, "monitoringReturnSubmit", foreign).await.outcome(), "NOT_FOUND");
        for by in [&app.auditor().await, &app.registrar().await] {
            assert_eq!(scene.monitoring(by).await["returns"]["totalCount"], 2);
        }
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(scene.coordinator.query(node, json!({ "id": foreign })).await.payload(), &Value::Null);
        assert_eq!(chair.query(node, json!({ "id": foreign })).await.payload()["id"], *foreign);
        let own = scene.monitoring(&scene.operator).await["regionReturn"]["id"].clone();
        assert_eq!(act(&scene.operator, "monitoringReturnSubmit", &own).await.user_error(), "WRONG_STATE");
    }

    async fn who_is_late_is_listed_once_the_day_has_passed(app: TestApp) {
        let scene = Scene::new(&app).await;
        let today = app.clock.now().date_naive();
        let year = entity::AcademicYear::of_date(today);
        scene.open(json!({ "year": year.to_string(), "dueOn": today })).await.done();
        let late = "query($year: AcademicYear!) { monitoring(regionCode: \"RU-KDA\", year: $year) { progress { late }
            returns(filter: { late: true }) { totalCount nodes { id community { slug } } } } }";
        let ask = async || scene.operator.query(late, json!({ "year": year.to_string() })).await.payload().clone();
        assert_eq!(ask().await["returns"]["totalCount"], 0);
        app.clock.advance(chrono::Duration::days(1));
        let operator = app.operator_of(&scene.region).await;
        let seen = operator.query(late, json!({ "year": year.to_string() })).await.payload().clone();
        assert_eq!((&seen["returns"]["totalCount"], &seen["progress"]["late"]), (&json!(2), &json!(2)));
        act(&operator, "monitoringReturnSubmit", &seen["returns"]["nodes"][0]["id"]).await.done();
        let input = json!({ "regionCode": "RU-KDA", "year": year.to_string(), "dueOn": today + chrono::Days::new(9) });
        let seen = operator.query(late, json!({ "year": year.to_string() })).await.payload().clone();
        assert_eq!(seen["returns"]["nodes"][0]["community"]["slug"], "kda-biology");
        operator.call("monitoringExtend", input, "").await.done();
        let seen = operator.query(late, json!({ "year": year.to_string() })).await.payload().clone();
        assert_eq!(seen, json!({ "progress": { "late": 0 }, "returns": { "totalCount": 0, "nodes": [] } }));
    }

    async fn two_who_accept_at_once_make_one_revision(app: TestApp) {
        let scene = Scene::new(&app).await;
        app.monitoring(&scene.region, 2023, &[&scene.chemistry], State::Accepted).await;
        let (one, two) = tokio::join!(scene.accept(json!({})), scene.accept(json!({})));
        let mut outcomes = [one.outcome(), two.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "done"]);
    }

    async fn twenty_returns_take_as_many_statements_as_two(app: TestApp) {
        let scene = Scene::new(&app).await;
        let mut communities = vec![scene.chemistry.clone(), scene.biology.clone()];
        for number in 0..18 {
            communities.push(app.community(&format!("kda-{number}")).await);
        }
        let few: Vec<_> = communities.iter().take(2).collect();
        app.monitoring(&scene.region, 2022, &few, State::Draft).await;
        app.monitoring(&scene.region, 2023, &communities.iter().collect::<Vec<_>>(), State::Draft).await;
        let mut took = Vec::new();
        for year in ["2022-2023", "2023-2024"] {
            for document in [RETURNS, REPORT] {
                let (answer, statements) = counted(&scene.operator, document, json!({ "year": year, "live": true })).await;
                answer.data();
                took.push(statements);
            }
        }
        assert_eq!(took[..2], took[2..]);
    }
}
