//! Communities: founded, changed, entered in the federal registry, put into the archive and taken out again.

use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    eventually,
};

const COMMUNITY: &str =
    "community { id slug name version foundedYear registeredOn archivedAt department { name }
    links { title url } documents { number issuedOn title } agreements { partner number signedOn } }";

fn founding(slug: &str, more: Value) -> Value {
    let mut input = json!({ "slug": slug, "name": "Химики Кубани", "regionCode": "RU-KDA", "profileCode": "chemistry-teachers" });
    if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    input
}

async fn operator(app: &TestApp) -> Actor {
    app.profile("chemistry-teachers").await;
    app.operator_of(&app.region("RU-KDA").await).await
}

async fn slugs(actor: &Actor, list: &str) -> Vec<String> {
    let answer = actor.ask(list).await;
    let nodes = answer
        .payload()
        .pointer("/nodes")
        .or_else(|| answer.payload().pointer("/communities/nodes"))
        .unwrap();
    nodes.as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect()
}

const RANKING: &str = "{ communityRanking { nodes { slug } } }";

on_both! {
    async fn a_community_is_founded_with_its_papers_and_they_are_replaced_as_a_whole(app: TestApp) {
        let operator = operator(&app).await;
        let unit = app.department(&app.region("RU-KDA").await, "Кафедра").await;
        let more = json!({ "departmentId": id(unit.id), "foundedYear": 2019,
            "links": [{ "title": "Сайт", "url": "https://b.example" }, { "title": "Группа", "url": "https://a.example/group" }],
            "documents": [{ "number": "12-о", "issuedOn": "2019-09-01", "title": "Положение" }],
            "agreements": [{ "partner": "Университет", "signedOn": "2020-02-03" }] });
        let made = operator.call("communityCreate", founding("kda-chemistry", more), COMMUNITY).await;
        let made = made.done()["community"].clone();
        assert_eq!(made["links"][0]["url"], json!("https://b.example"));
        assert_eq!(made["documents"], json!([{ "number": "12-о", "issuedOn": "2019-09-01", "title": "Положение" }]));
        assert_eq!(made["agreements"], json!([{ "partner": "Университет", "number": null, "signedOn": "2020-02-03" }]));
        assert_eq!((&made["department"]["name"], &made["registeredOn"]), (&json!("Кафедра"), &Value::Null));
        let input = json!({ "communityId": made["id"], "expectedVersion": 1, "links": [], "foundedYear": null,
            "documents": [{ "number": "13-о", "issuedOn": "2021-09-01", "title": "Новое положение" }] });
        let changed = operator.call("communityUpdate", input.clone(), COMMUNITY).await;
        let changed = changed.done()["community"].clone();
        assert_eq!((&changed["links"], &changed["documents"][0]["number"], &changed["foundedYear"]), (&json!([]), &json!("13-о"), &Value::Null));
        // What was left out stays.
        assert_eq!((&changed["agreements"], &changed["department"]), (&made["agreements"], &made["department"]));
        assert_eq!(operator.call("communityUpdate", input, COMMUNITY).await.user_error(), "CONFLICT");
        let journal = app.journal().await;
        let last = journal.last().unwrap();
        assert!(last.community_id.is_some() && last.region_id.is_some());
        assert_eq!(last.before.as_ref().unwrap()["documents"][0]["number"], json!("12-о"));
        assert!(!serde_json::to_string(&last.after).unwrap().contains("Новое положение"));
    }

    async fn every_fault_of_a_founding_is_told_at_once(app: TestApp) {
        let operator = operator(&app).await;
        let more = json!({ "name": " ", "foundedYear": 1899, "links": [{ "title": "Сайт", "url": "ftp://a.example" }],
            "documents": [{ "number": "1", "issuedOn": "2999-01-01", "title": "Устав" }] });
        let answer = operator.call("communityCreate", founding("Кубань", more), COMMUNITY).await;
        let paths: Vec<_> = answer.user_errors().into_iter().map(|(code, path)| (code == "INVALID").then_some(path).unwrap()).collect();
        assert_eq!(paths, ["input.slug", "input.name", "input.foundedYear", "input.links.0.url", "input.documents.0.issuedOn"]);
        operator.call("communityCreate", founding("kda-chemistry", json!({})), "").await.done();
        let again = operator.call("communityCreate", founding("kda-chemistry", json!({})), "").await;
        assert_eq!(again.user_errors(), [("TAKEN".to_owned(), "input.slug".to_owned())]);
        let foreign = app.department(&app.region("RU-SPE").await, "Кафедра").await;
        let answer = operator.call("communityCreate", founding("kda-x", json!({ "departmentId": id(foreign.id) })), "").await;
        assert_eq!(answer.user_errors(), [("INVALID".to_owned(), "input.departmentId".to_owned())]);
        let answer = operator.call("communityCreate", founding("kda-x", json!({ "profileCode": "nothing" })), "").await;
        assert_eq!(answer.outcome(), "NOT_FOUND");
        let elsewhere = operator.call("communityCreate", founding("spe-x", json!({ "regionCode": "RU-SPE" })), "").await;
        assert_eq!(elsewhere.outcome(), "FORBIDDEN");
    }

    async fn a_coordinator_changes_the_own_community_only(app: TestApp) {
        let (own, other) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let coordinator = app.coordinator_of(&own).await;
        let input = |of: &entity::community::Model| json!({ "communityId": id(of.id), "expectedVersion": 1, "name": "Ёлка" });
        coordinator.call("communityUpdate", input(&own), "").await.done();
        assert_eq!(coordinator.call("communityUpdate", input(&other), "").await.outcome(), "FORBIDDEN");
        // The new name is sorted and found.
        assert_eq!(slugs(&app.visitor(), "{ communities { nodes { slug } } }").await, ["kda-chemistry", "kda-biology"]);
        assert_eq!(slugs(&app.visitor(), "{ communities(filter: { search: \"елки\" }) { nodes { slug } } }").await, ["kda-chemistry"]);
        let chair = app.chair_of(&own).await;
        assert_eq!(chair.call("communityUpdate", input(&own), "").await.outcome(), "FORBIDDEN");
    }

    async fn a_community_stands_in_rankings_while_it_is_registered_and_not_archived(app: TestApp) {
        let community = app.new_community("kda-chemistry").unregistered().create().await;
        let (visitor, registrar) = (app.visitor(), app.registrar().await);
        let operator = operator(&app).await;
        assert_eq!(slugs(&visitor, RANKING).await, [] as [&str; 0]);
        let register = |version: i32, day: Value| {
            let input = json!({ "communityId": id(community.id), "expectedVersion": version, "registeredOn": day });
            registrar.call("communityRegister", input, COMMUNITY)
        };
        let archive = |version: i32, archived: bool| {
            let input = json!({ "communityId": id(community.id), "expectedVersion": version, "archived": archived });
            operator.call("communityArchive", input, COMMUNITY)
        };
        let tomorrow = (app.clock.now() + chrono::Duration::days(1)).date_naive().to_string();
        assert_eq!(register(1, json!(tomorrow)).await.user_error(), "INVALID");
        let nothing = json!({ "communityId": id(community.id), "expectedVersion": 1 });
        assert_eq!(registrar.call("communityRegister", nothing, "").await.user_error(), "INVALID");
        assert_eq!(register(1, json!("2020-09-01")).await.done()["community"]["registeredOn"], json!("2020-09-01"));
        let there = ["kda-chemistry".to_owned()];
        eventually("it is ranked", async || slugs(&visitor, RANKING).await, |found| *found == there).await;
        archive(2, true).await.done();
        eventually("it is ranked no more", async || slugs(&visitor, RANKING).await, Vec::is_empty).await;
        assert_eq!(archive(3, true).await.user_error(), "WRONG_STATE");
        archive(3, false).await.done();
        eventually("it is ranked again", async || slugs(&visitor, RANKING).await, |found| *found == there).await;
        assert_eq!(register(4, Value::Null).await.done()["community"]["registeredOn"], Value::Null);
        eventually("it was struck", async || slugs(&visitor, RANKING).await, Vec::is_empty).await;
    }

    async fn an_archived_community_is_read_by_its_names_alone_and_begins_nothing_new(app: TestApp) {
        let community = app.new_community("kda-chemistry").profile("chemistry-teachers").create().await;
        app.community("kda-biology").await;
        let member = app.member_of(&community).await;
        let operator = operator(&app).await;
        let input = json!({ "communityId": id(community.id), "expectedVersion": 1 });
        operator.call("communityArchive", input, "").await.done();
        let visitor = app.visitor();
        for list in [
            "{ communities { nodes { slug } } }",
            "{ communities(filter: { regionCode: \"RU-KDA\" }) { nodes { slug } } }",
            "{ region(by: { code: \"RU-KDA\" }) { communities { totalCount nodes { slug } } } }",
        ] {
            assert_eq!(slugs(&visitor, list).await, ["kda-biology"], "{list}");
        }
        let total = visitor.ask("{ region(by: { code: \"RU-KDA\" }) { communities { totalCount } } }").await;
        assert_eq!(total.payload()["communities"]["totalCount"], json!(1));
        for by in ["slug: \"kda-chemistry\"".to_owned(), format!("id: \"{}\"", id(community.id))] {
            let found = visitor.ask(&format!("{{ community(by: {{ {by} }}) {{ slug archivedAt memberCount }} }}")).await;
            assert!(found.payload()["archivedAt"].is_string());
            assert_eq!(found.payload()["memberCount"], json!(1));
        }
        assert_eq!(member.create(&community).await.user_errors(), [("WRONG_STATE".to_owned(), "input.communityId".to_owned())]);
        let input = json!({ "communityId": id(community.id), "expectedVersion": 2, "name": "Другое" });
        assert_eq!(operator.call("communityUpdate", input, "").await.user_error(), "WRONG_STATE");
        // It does not come back before what it refers to.
        let registrar = app.registrar().await;
        registrar.call("profileArchive", json!({ "code": "chemistry-teachers", "expectedVersion": 1 }), "").await.done();
        let back = json!({ "communityId": id(community.id), "expectedVersion": 2, "archived": false });
        assert_eq!(operator.call("communityArchive", back.clone(), "").await.user_error(), "WRONG_STATE");
        registrar.call("profileArchive", json!({ "code": "chemistry-teachers", "expectedVersion": 2, "archived": false }), "").await.done();
        operator.call("communityArchive", back, "").await.done();
        member.create(&community).await.done();
    }
}
