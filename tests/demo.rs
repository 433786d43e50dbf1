//! The demonstration set, as its visitors find it through the API.

use std::collections::BTreeMap;

use api::{
    demo::{
        DEMO_PASSWORD,
        load::{self, LoadError, Loaded},
    },
    registry::ranking::verify::verify,
};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, practice_of},
    app::TestApp,
    eventually,
};

async fn loaded(app: &TestApp) -> Loaded {
    load::load(app.db(), &app.app().store, app.clock.now()).await.unwrap()
}

/// Rank, score, slug and region of the first lines.
async fn front_page(actor: &Actor, arguments: &str) -> Vec<(i64, i64, String, String)> {
    let query = format!(
        "{{ communityRanking({arguments}) {{ edges {{ rank score node {{ slug practiceCount region {{ code }} }} }} }} }}"
    );
    let answer = actor.ask(&query).await;
    let edges = answer.payload()["edges"].as_array().unwrap().clone();
    edges
        .iter()
        .map(|edge| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let node = &edge["node"];
            (
                edge["rank"].as_i64().unwrap(),
                edge["score"].as_f64().unwrap() as i64,
                text(&node["slug"]),
                text(&node["region"]["code"]),
            )
        })
        .collect()
}

/// All nodes of a list, page by page.
async fn all(actor: &Actor, list: &str, arguments: &str, selection: &str) -> Vec<Value> {
    let (mut nodes, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ {list}({arguments} first: 100 {after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }} }} }}"
        );
        let answer = actor.ask(&query).await;
        let page = answer.payload().clone();
        nodes.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            assert_eq!(page["totalCount"], json!(nodes.len()));
            return nodes;
        }
        after = format!("after: {}", page["pageInfo"]["endCursor"]);
    }
}

/// The titles of the file of figures.
fn top_titles() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/src/demo/data/top_practices.csv");
    let text = std::fs::read_to_string(file).unwrap();
    // The title is the last column and holds commas only within quotes.
    let titles: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| line.splitn(3, ',').nth(2).unwrap().trim_matches('"').replace("\"\"", "\""))
        .collect();
    assert_eq!(titles.len(), 5);
    titles
}

on_both! {
    async fn the_figures_of_krasnodar_are_those_of_the_registry(app: TestApp) {
        let told = loaded(&app).await;
        assert_eq!((told.regions, told.communities, told.practices), (12, 70, 336));
        let visitor = app.visitor();

        let registered = all(&visitor, "communities", "filter: { regionCode: \"RU-KDA\" }", "slug registeredOn practiceCount").await;
        assert_eq!(registered.len(), 24);
        assert!(registered.iter().all(|one| one["registeredOn"].is_string()));
        let by = |day: &str| registered.iter().filter(|one| one["registeredOn"].as_str().unwrap() < day).count();
        assert_eq!((by("2024-09-01"), by("2025-09-01")), (19, 24));

        let published = all(&visitor, "practices", "filter: { regionCode: \"RU-KDA\" }", "publishedAt community { slug } department { shortName }").await;
        assert_eq!(published.len(), 203);
        let early = published.iter().filter(|one| one["publishedAt"].as_str().unwrap() < "2024-09-01");
        assert_eq!(early.count(), 80);
        let mut counted: BTreeMap<String, i64> = BTreeMap::new();
        for one in &published {
            if let Some(slug) = one["community"]["slug"].as_str() {
                *counted.entry(slug.to_owned()).or_default() += 1;
            }
        }
        for one in &registered {
            let found = counted.get(one["slug"].as_str().unwrap()).copied().unwrap_or(0);
            assert_eq!(one["practiceCount"], json!(found), "{one}");
        }
        let of_units: Vec<_> = published.iter().filter_map(|one| one["department"]["shortName"].as_str()).collect();
        assert!(!of_units.is_empty() && of_units.iter().all(|unit| *unit == "ЦНППМ"), "{of_units:?}");
    }

    async fn the_front_page_is_that_of_the_federal_ranking(app: TestApp) {
        loaded(&app).await;
        let visitor = app.visitor();
        let page = front_page(&visitor, "first: 10").await;
        let first: Vec<_> = page[..8].iter().map(|(rank, score, slug, _)| (*rank, *score, slug.as_str())).collect();
        let expected = [
            (1, 45, "kda-mentors"),
            (2, 33, "kda-special-education"),
            (3, 21, "kda-chemistry-teachers"),
            (4, 19, "kda-preschool"),
            (5, 17, "kda-young-teachers"),
            (6, 12, "kda-biology"),
            (7, 10, "kda-mathematics"),
            (8, 9, "kda-tochka-rosta"),
        ];
        assert_eq!(first, expected);
        let (ninth, tenth) = (&page[8], &page[9]);
        assert_ne!(ninth.3, tenth.3);
        assert!(ninth.3 != "RU-KDA" && tenth.3 != "RU-KDA" && ninth.1 < 9, "{page:?}");
        let own = front_page(&visitor, "first: 8, filter: { regionCode: \"RU-KDA\" }").await;
        assert_eq!(own, page[..8]);

        let query = "{ practiceRanking(first: 10) { edges { rank node { title department { shortName } community { region { code } } } } } }";
        let answer = visitor.ask(query).await;
        let best = answer.payload()["edges"].as_array().unwrap();
        for title in top_titles() {
            let line = best.iter().find(|edge| edge["node"]["title"] == title.as_str());
            assert!(line.is_some(), "{title} is not among {best:#?}");
        }
        assert!(best.iter().any(|edge| edge["node"]["department"]["shortName"] == "ЦНППМ"), "{best:#?}");
    }

    async fn its_closed_years_can_be_read_and_nothing_in_its_rankings_differs(app: TestApp) {
        loaded(&app).await;
        let visitor = app.visitor();
        let answer = visitor.ask("{ rankingRevisions { nodes { year revision boards } }
            community(by: { slug: \"kda-chemistry-teachers\" }) { rankingHistory { year rank closed } }
            regionRanking(period: \"2024-2025\", first: 1) { nodes { code } revision { revision } } }").await;
        let closed: Vec<_> = answer.data()["rankingRevisions"]["nodes"].as_array().unwrap().iter().map(|one| one["year"].clone()).collect();
        assert_eq!(closed, ["2024-2025", "2023-2024"]);
        let history = answer.data()["community"]["rankingHistory"].as_array().unwrap();
        assert!(history.len() >= 3 && history[0]["year"] == "2023-2024" && history[1]["closed"] == true, "{history:?}");
        assert_eq!(history.last().unwrap()["closed"], false);
        assert_eq!(answer.data()["regionRanking"], json!({ "nodes": [{ "code": "RU-KDA" }], "revision": { "revision": 1 } }));
        let report = verify(app.app(), |_| {}).await.unwrap();
        assert_eq!((report.differences, report.corrected), (Vec::new(), Vec::new()));
        assert!(report.frozen > 300, "{}", report.frozen);
    }

    async fn a_search_in_other_forms_finds_the_practice_on_reading_first(app: TestApp) {
        loaded(&app).await;
        let query = "{ search(query: \"читательской грамотностью на уроках литературы\") { matched
            edges { node { ... on Practice { title community { slug } } } title { text highlighted } } } }";
        let answer = app.visitor().ask(query).await;
        assert_eq!(answer.payload()["matched"], json!("ALL_WORDS"));
        let first = &answer.payload()["edges"][0];
        assert_eq!(first["node"], json!({
            "title": "Формирование читательской грамотности на уроках русского языка и литературы",
            "community": { "slug": "kda-russian-literature" },
        }));
        let marked = first["title"].as_array().unwrap().iter().filter(|it| it["highlighted"] == true);
        let marked: Vec<_> = marked.map(|it| it["text"].as_str().unwrap()).collect();
        assert_eq!(marked, ["читательской", "грамотности", "уроках", "литературы"]);
        let mistyped = app.visitor().ask("{ search(query: \"читательская граматность\") { suggestions { query } } }").await;
        assert_eq!(mistyped.payload()["suggestions"], json!([{ "query": "читательская грамотность" }]));
    }

    async fn all_accounts_sign_in_to_their_roles(app: TestApp) {
        let told = loaded(&app).await;
        let chemistry = json!("kda-chemistry-teachers");
        let expected = [
            ("registrar", "FEDERAL_REGISTRAR", Value::Null, Value::Null, Value::Null),
            ("operator.kda", "REGIONAL_OPERATOR", Value::Null, json!("RU-KDA"), Value::Null),
            ("coordinator.chemistry", "COORDINATOR", chemistry.clone(), Value::Null, Value::Null),
            ("chair.chemistry", "CHAIR", chemistry.clone(), Value::Null, Value::Null),
            ("presidium.chemistry", "PRESIDIUM_MEMBER", chemistry.clone(), Value::Null, Value::Null),
            ("member.chemistry", "MEMBER", chemistry, Value::Null, Value::Null),
            ("member.biology", "MEMBER", json!("kda-biology"), Value::Null, Value::Null),
            ("expert.chemistry", "EXPERT", Value::Null, Value::Null, json!("chemistry-teachers")),
            ("expert.chemistry.2", "EXPERT", Value::Null, Value::Null, json!("chemistry-teachers")),
            ("expert.chemistry.3", "EXPERT", Value::Null, Value::Null, json!("chemistry-teachers")),
            ("expert.chemistry.4", "EXPERT", Value::Null, Value::Null, json!("chemistry-teachers")),
            ("integrator.kda", "INTEGRATOR", Value::Null, json!("RU-KDA"), Value::Null),
            ("auditor", "AUDITOR", Value::Null, Value::Null, Value::Null),
        ];
        let logins: Vec<_> = told.accounts.iter().map(|account| account.login.as_str()).collect();
        assert_eq!(logins, expected.each_ref().map(|row| row.0));
        let communities = all(&app.visitor(), "communities", "", "id slug").await;
        let slug_of = |id: &Value| communities.iter().find(|one| &one["id"] == id).map_or(Value::Null, |one| one["slug"].clone());
        for (login, role, slug, region, profile) in expected {
            let answer = app.visitor().sign_in(login, DEMO_PASSWORD).await;
            let actor = app.visitor().bearing(answer.done()["accessToken"].as_str().unwrap());
            let answer = actor.ask("{ viewer { login grants { role communityId regionCode profileCode } } }").await;
            assert_eq!(answer.payload()["login"], login);
            let grants = answer.payload()["grants"].as_array().unwrap();
            let has = grants.iter().any(|grant| {
                grant["role"] == role
                    && (slug.is_null() || slug_of(&grant["communityId"]) == slug)
                    && (region.is_null() || grant["regionCode"] == region)
                    && (profile.is_null() || grant["profileCode"] == profile)
            });
            assert!(has, "{login}: {grants:#?}");
            let wrong = app.visitor().sign_in(login, "Demo").await;
            assert_eq!(wrong.user_error(), "INVALID_CREDENTIALS");
        }
    }

    async fn the_integrator_gets_a_token_by_its_secret(app: TestApp) {
        loaded(&app).await;
        let integrator = app.client("integrator.kda", DEMO_PASSWORD).await;
        let answer = integrator.ask("{ viewer { login } }").await;
        assert_eq!(answer.payload()["login"], "integrator.kda");
        let operator = app.sign_in("operator.kda").await;
        let listed = operator.integrators("RU-KDA").await;
        assert_eq!(listed.payload()["nodes"][0]["name"], "Демонстрационная информационная система");
    }

    async fn two_experts_are_drawn_for_a_practice_of_chemistry_and_a_third_for_who_declines(app: TestApp) {
        loaded(&app).await;
        let coordinator = app.sign_in("coordinator.chemistry").await;
        let submitted = "{ practices(filter: { state: [SUBMITTED], regionCode: \"RU-KDA\", profileCode: \"chemistry-teachers\" }) { nodes { id } } }";
        let practice = coordinator.ask(submitted).await.payload()["nodes"][0]["id"].clone();
        let selection = "draw { id reviews { id } } pool { eligible exclusions { reasons } }";
        let dry = coordinator.call("reviewDraw", json!({ "practiceId": practice, "dryRun": true }), selection).await;
        let expected = json!({ "eligible": 4, "exclusions": [{ "reasons": ["COMMUNITY", "REGION"] }] });
        assert_eq!((&dry.done()["draw"], &dry.done()["pool"]), (&Value::Null, &expected));
        let drawn = coordinator.call("reviewDraw", json!({ "practiceId": practice }), selection).await;
        assert_eq!(drawn.done()["draw"]["reviews"].as_array().unwrap().len(), 2);
        let mine = "{ reviews(filter: { mine: true, state: [ASSIGNED] }) { nodes { id practice { body } } } }";
        let mut held = Vec::new();
        for login in ["expert.chemistry", "expert.chemistry.2", "expert.chemistry.3", "expert.chemistry.4"] {
            let expert = app.sign_in(login).await;
            let nodes = expert.ask(mine).await.payload()["nodes"].clone();
            held.extend(nodes.as_array().unwrap().iter().map(|node| (expert.clone(), node.clone())));
        }
        assert!(held.len() == 2 && held.iter().all(|(_, node)| node["practice"]["body"].is_string()), "{held:?}");
        let (expert, node) = &held[0];
        expert.call("reviewDecline", json!({ "reviewId": node["id"], "reason": "Отпуск." }), "").await.done();
        let all = "{ reviews { nodes { state replacedBy { state } } } }";
        let reviews = coordinator.ask(all).await.payload()["nodes"].clone();
        assert_eq!(reviews.as_array().unwrap().len(), 3);
        assert!(reviews.as_array().unwrap().contains(&json!({ "state": "DECLINED", "replacedBy": { "state": "ASSIGNED" } })), "{reviews}");
        let verify = "query($id: ID!) { reviewDrawVerify(drawId: $id) { matches } }";
        let verified = coordinator.query(verify, json!({ "id": drawn.payload()["draw"]["id"] })).await;
        assert_eq!(verified.payload()["matches"], true);
    }

    async fn a_practice_goes_from_a_member_to_the_ranking(app: TestApp) {
        loaded(&app).await;
        let [member, chair, coordinator, biologist] = [
            app.sign_in("member.chemistry").await,
            app.sign_in("chair.chemistry").await,
            app.sign_in("coordinator.chemistry").await,
            app.sign_in("member.biology").await,
        ];
        let visitor = app.visitor();
        let answer = visitor.ask("{ community(by: { slug: \"kda-chemistry-teachers\" }) { id practiceCount } }").await;
        assert_eq!(answer.payload()["practiceCount"], 21);
        let (_, uuid) = api::graphql::ids::split(answer.payload()["id"].as_str().unwrap()).unwrap();
        let chemistry = entity::ids::CommunityId(uuid);

        // Nobody else writes here.
        for (actor, code) in [(&biologist, "FORBIDDEN"), (&coordinator, "FORBIDDEN"), (&visitor, "UNAUTHENTICATED")] {
            assert_eq!(actor.create(chemistry).await.outcome(), code);
        }
        let practice = practice_of(member.create(chemistry).await.done());
        for other in [&visitor, &biologist, &chair, &coordinator] {
            assert_eq!(other.sees(practice).await, Value::Null, "a draft is its author's");
        }
        assert_eq!(biologist.submit(practice).await.outcome(), "NOT_FOUND");
        assert_eq!(visitor.submit(practice).await.outcome(), "UNAUTHENTICATED");
        member.submit(practice).await.done();

        for (actor, code) in [(&member, "FORBIDDEN"), (&coordinator, "FORBIDDEN"), (&biologist, "NOT_FOUND"), (&visitor, "UNAUTHENTICATED")] {
            assert_eq!(actor.approve(practice).await.outcome(), code);
        }
        assert_eq!(coordinator.publish(practice).await.outcome(), "WRONG_STATE");
        chair.approve(practice).await.done();
        for (actor, code) in [(&member, "FORBIDDEN"), (&chair, "FORBIDDEN"), (&biologist, "NOT_FOUND"), (&visitor, "UNAUTHENTICATED")] {
            assert_eq!(actor.publish(practice).await.outcome(), code);
        }
        let before = front_page(&visitor, "first: 10").await;
        assert_eq!(before[2].1, 21);
        let published = coordinator.publish(practice).await;
        assert!(published.done()["practice"]["number"].is_string());
        let third = async || front_page(&visitor, "first: 10").await[2].clone();
        eventually("twenty-two practices of chemistry", third, |line| line.1 == 22 && line.2 == "kda-chemistry-teachers").await;

        for (actor, code) in [(&member, "NOT_ELIGIBLE"), (&chair, "NOT_ELIGIBLE"), (&visitor, "UNAUTHENTICATED")] {
            assert_eq!(actor.rate(practice, 5).await.outcome(), code);
        }
        assert_eq!(app.sign_in("auditor").await.rate(practice, 5).await.outcome(), "FORBIDDEN");
        assert_eq!(biologist.rate(practice, 6).await.user_error(), "INVALID");
        biologist.rate_and_say(practice, 5, "Берём в работу.").await.done();
        let seen = visitor.sees(practice).await;
        assert_eq!((&seen["rating"]["count"], &seen["rating"]["histogram"]), (&json!(1), &json!([0, 0, 0, 0, 1])));
        assert_eq!(biologist.sees(practice).await["viewerRating"], json!({ "stars": 5, "comment": "Берём в работу." }));

        let auditor = app.sign_in("auditor").await;
        let answer = auditor.ask("{ journal(first: 5) { nodes { action actor } } }").await;
        let told: Vec<_> = answer.payload()["nodes"].as_array().unwrap().iter()
            .map(|entry| (entry["action"].as_str().unwrap().to_owned(), entry["actor"].as_str().unwrap_or("").to_owned()))
            .filter(|(action, _)| action.starts_with("practice."))
            .collect();
        assert_eq!(told[0], ("practice.rate".to_owned(), "member.biology".to_owned()), "{told:?}");
        assert!(told.contains(&("practice.publish".to_owned(), "coordinator.chemistry".to_owned())), "{told:?}");
    }

    async fn it_is_loaded_into_an_empty_database_only(app: TestApp) {
        loaded(&app).await;
        let journal = app.journal().await.len();
        assert!(matches!(load::load(app.db(), &app.app().store, app.clock.now()).await, Err(LoadError::NotEmpty)));
        assert_eq!(app.journal().await.len(), journal);
        assert_eq!(app.visitor().ask("{ regions { totalCount } }").await.payload()["totalCount"], 12);
    }

    async fn one_account_is_enough_for_a_database_not_to_be_empty(app: TestApp) {
        app.stranger().await;
        assert!(matches!(load::load(app.db(), &app.app().store, app.clock.now()).await, Err(LoadError::NotEmpty)));
        assert_eq!(app.visitor().ask("{ regions { totalCount } }").await.payload()["totalCount"], 0);
    }
}
