//! Who may know of which practice, and of whose registration. By every door: look-up by id and number, node,
//! nodes, lists, counts, and mutations.

use entity::{PracticeState, ids::TypedId, practice};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
};

/// Whether the practice is seen, which must be the same by every door.
async fn sees(actor: &Actor, practice: &practice::Model) -> bool {
    let document = "query($id: ID!, $ids: [ID!]!, $community: ID!) {
        practice(by: { id: $id }) { id }
        node(id: $id) { id }
        nodes(ids: $ids) { id }
        practices(filter: { communityId: $community }, first: 100) { totalCount nodes { id } }
    }";
    let own = json!(id(practice.id));
    let community = id(practice.community_id.unwrap());
    let variables = json!({ "id": own, "ids": [own, community], "community": community });
    let answer = actor.query(document, variables).await;
    let data = answer.data();
    let listed = data["practices"]["nodes"].as_array().unwrap();
    assert_eq!(data["practices"]["totalCount"], json!(listed.len()), "{data:#}");
    assert_eq!(data["nodes"][1]["id"], json!(community));
    let doors = [
        !data["practice"].is_null(),
        !data["node"].is_null(),
        !data["nodes"][0].is_null(),
        listed.iter().any(|node| node["id"] == own),
    ];
    assert!(doors.iter().all(|open| *open == doors[0]), "{doors:?}: {data:#}");
    doors[0]
}

/// The names of those who see the practice.
async fn who_sees(practice: &practice::Model, all: &[(&'static str, Actor)]) -> Vec<&'static str> {
    let mut seeing = Vec::new();
    for (name, actor) in all {
        if sees(actor, practice).await {
            seeing.push(*name);
        }
    }
    seeing
}

/// What a members query tells: the members' names, or the refusal's code.
async fn members(actor: &Actor, slug: &str) -> Result<Vec<String>, String> {
    let document = "query($slug: String!) { community(by: { slug: $slug }) {
        members(first: 100) { totalCount nodes { fullName email } } } }";
    let answer = actor.query(document, json!({ "slug": slug })).await;
    if answer.error_code() != "none" {
        return Err(answer.error_code().to_owned());
    }
    let page = &answer.payload()["members"];
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(page["totalCount"], json!(nodes.len()));
    assert!(nodes.iter().all(|node| node["email"].is_string()), "{page:#}");
    Ok(nodes.iter().map(|node| node["fullName"].as_str().unwrap().to_owned()).collect())
}

on_both! {
    async fn each_state_of_a_practice_is_seen_by_those_it_concerns_and_by_nobody_else(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let author = app.member_of(&community).await;
        let foreign = app.new_community("spe-chemistry").region("RU-SPE").profile("profile-of-kda-chemistry");
        let foreign = foreign.create().await;
        let neighbour = app.community("kda-history").await;
        let municipality = app.municipality(&region, "Анапа").await;
        let all = [
            ("visitor", app.visitor()),
            ("stranger", app.stranger().await),
            ("author", author.clone()),
            ("member", app.member_of(&community).await),
            ("representative", app.representative_of(&community, &municipality).await),
            ("presidium", app.presidium_member_of(&community).await),
            ("chair", app.chair_of(&community).await),
            ("coordinator", app.coordinator_of(&community).await),
            ("operator", app.operator_of(&region).await),
            ("expert", app.expert_of(&app.profile("profile-of-kda-chemistry").await).await),
            ("integrator", app.integrator_of(&region).await),
            ("registrar", app.registrar().await),
            ("auditor", app.auditor().await),
            ("neighbouring chair", app.chair_of(&neighbour).await),
            ("neighbouring coordinator", app.coordinator_of(&neighbour).await),
            ("foreign chair", app.chair_of(&foreign).await),
            ("foreign operator", app.operator_of(&app.region("RU-SPE").await).await),
        ];
        let everybody: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        let concerned =
            ["author", "presidium", "chair", "coordinator", "operator", "registrar", "auditor"];
        let states = [
            (PracticeState::Draft, &["author", "auditor"][..]),
            (PracticeState::Submitted, &concerned),
            (PracticeState::Returned, &concerned),
            (PracticeState::Approved, &concerned),
            (PracticeState::Published, &everybody),
            (PracticeState::Rejected, &concerned),
            (PracticeState::Withdrawn, &concerned),
            (PracticeState::Annulled, &concerned),
        ];
        for (state, seeing) in states {
            let practice = app.new_practice(&community).by(&author).state(state).create().await;
            assert_eq!(who_sees(&practice, &all).await, seeing, "{state:?}");
        }
    }

    async fn a_practice_withdrawn_before_it_was_submitted_stays_its_authors_own(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let draft = author.write(&community).await;
        author.withdraw(draft, "Передумал.").await.done();
        let practice = app.practice_now(draft).await;
        assert!(sees(&author, &practice).await);
        assert!(!sees(&app.chair_of(&community).await, &practice).await);
    }

    async fn a_foreign_chair_is_told_that_a_submitted_practice_is_not_there(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let foreign = app.chair_of(&app.community("kda-history").await).await;
        let submitted = app.new_practice(&community).state(PracticeState::Submitted).create().await;
        let nowhere = entity::ids::PracticeId::generate();
        let hidden = foreign.approve(&submitted).await;
        let absent = foreign.approve(nowhere).await;
        assert_eq!(hidden.error_code(), "NOT_FOUND");
        // Nothing but the request's own id tells the hidden from the absent.
        let told = |body: &Value| (body["data"].clone(), body["errors"][0]["message"].clone());
        assert_eq!(told(&hidden.body), told(&absent.body));
        assert_eq!(foreign.reject(&submitted, "Нет.").await.error_code(), "NOT_FOUND");
        assert_eq!(foreign.withdraw(&submitted, "Нет.").await.error_code(), "NOT_FOUND");
        let published = app.published(&community).await;
        assert_eq!(foreign.withdraw(&published, "Нет.").await.error_code(), "FORBIDDEN");
    }

    async fn what_one_may_see_but_not_do_is_forbidden(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let submitted =
            app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
        assert_eq!(author.approve(&submitted).await.error_code(), "FORBIDDEN");
        assert_eq!(app.coordinator_of(&community).await.approve(&submitted).await.error_code(), "FORBIDDEN");
        assert_eq!(app.auditor().await.approve(&submitted).await.error_code(), "FORBIDDEN");
    }

    async fn an_unpublished_practice_is_found_by_no_search_tag_or_state_of_an_outsider(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let hidden = app.new_practice(&community).by(&author).state(PracticeState::Submitted);
        hidden.title("Неизданное").tags(&["секрет"]).create().await;
        let shown = app.new_practice(&community).state(PracticeState::Published);
        shown.title("Изданное").tags(&["явь"]).create().await;
        let filters = [
            "search: \"неизданное\"",
            "tags: [\"секрет\"]",
            "state: [SUBMITTED]",
            "regionCode: \"RU-KDA\", state: [SUBMITTED]",
            "profileCode: \"profile-of-kda-chemistry\", state: [SUBMITTED]",
        ];
        for filter in filters {
            let document = format!("{{ practices(filter: {{ {filter} }}) {{ totalCount nodes {{ title }} }} }}");
            let outside = app.visitor().ask(&document).await;
            assert_eq!(*outside.payload(), json!({ "totalCount": 0, "nodes": [] }), "{filter}");
            let inside = author.ask(&document).await;
            assert_eq!(inside.payload()["totalCount"], json!(1), "{filter}");
        }
        let count = "{ practices { totalCount } }";
        assert_eq!(app.visitor().ask(count).await.payload()["totalCount"], json!(1));
        assert_eq!(author.ask(count).await.payload()["totalCount"], json!(2));
    }

    async fn decisions_and_their_reasons_are_for_authors_and_those_who_decide(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let (chair, coordinator) = (app.chair_of(&community).await, app.coordinator_of(&community).await);
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        chair.give_back(practice, "Слабое заключение.").await.done();
        author.submit(practice).await.done();
        chair.approve(practice).await.done();
        coordinator.publish(practice).await.done();
        for actor in [&author, &chair, &coordinator] {
            let decisions = actor.sees(practice).await["decisions"].clone();
            assert_eq!(decisions.as_array().unwrap().len(), 5, "{decisions:#}");
        }
        for actor in [app.visitor(), app.stranger().await, app.member_of(&community).await] {
            assert_eq!(actor.sees(practice).await["decisions"], json!([]));
        }
    }

    async fn members_are_listed_for_offices_in_their_scope_and_forbidden_to_all_others(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let community = app.community("kda-chemistry").await;
        let neighbour = app.community("kda-history").await;
        let member = app.new_member(&community).name("Анапский Антон").municipality(&anapa).enter().await;
        app.new_member(&community).name("Сочинская Софья").municipality(&sochi).create().await;
        app.new_member(&neighbour).name("Чужой Чеслав").municipality(&anapa).create().await;
        let slug = "kda-chemistry";
        let both = Ok(vec!["Анапский Антон".to_owned(), "Сочинская Софья".to_owned()]);

        assert_eq!(members(&app.visitor(), slug).await, Err("UNAUTHENTICATED".into()));
        for refused in [
            member,
            app.stranger().await,
            app.registrar().await,
            app.chair_of(&neighbour).await,
            app.representative_of(&neighbour, &anapa).await,
            app.operator_of(&app.region("RU-SPE").await).await,
            app.expert_of(&app.profile("profile-of-kda-chemistry").await).await,
            app.integrator_of(&app.region("RU-SPE").await).await,
        ] {
            assert_eq!(members(&refused, slug).await, Err("FORBIDDEN".into()), "{}", refused.login);
        }
        for seeing in [
            app.chair_of(&community).await,
            app.presidium_member_of(&community).await,
            app.coordinator_of(&community).await,
            app.operator_of(&region).await,
            app.integrator_of(&region).await,
            app.auditor().await,
        ] {
            assert_eq!(members(&seeing, slug).await, both);
        }
        let representative = app.representative_of(&community, &anapa).await;
        assert_eq!(members(&representative, slug).await, Ok(vec!["Анапский Антон".to_owned()]));
    }

    async fn an_office_that_ended_or_has_not_begun_opens_nothing(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let submitted = app.new_practice(&community).state(PracticeState::Submitted).create().await;
        let today = app.clock.now().date_naive();
        let held = async |since, until: Option<chrono::NaiveDate>| {
            let person = app.person("Председателев Павел").await;
            let office = app.new_appointment(&person, entity::Office::Chair, &community).since(since);
            let office = if let Some(until) = until { office.until(until) } else { office };
            office.create().await;
            app.actor_for(&person).await
        };
        let day = chrono::Duration::days(1);
        let ended = held(today - day - day, Some(today)).await;
        let coming = held(today + day, None).await;
        let running = held(today, Some(today + day)).await;
        assert!(!sees(&ended, &submitted).await && !sees(&coming, &submitted).await);
        assert_eq!(members(&ended, "kda-chemistry").await, Err("FORBIDDEN".into()));
        assert_eq!(ended.approve(&submitted).await.error_code(), "NOT_FOUND");
        assert!(sees(&running, &submitted).await);
    }

    async fn a_registration_is_looked_up_by_its_person_and_the_offices_only(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let community = app.community("kda-chemistry").await;
        let person = app.person("Анапский Антон").await;
        let row = app.new_member(&community).person(&person).municipality(&anapa).create().await;
        let looked_up = async |actor: &Actor| {
            let document = "query($id: ID!) { node(id: $id) { ... on Member { fullName email } }
                nodes(ids: [$id]) { ... on Member { fullName } } }";
            let answer = actor.query(document, json!({ "id": id(row.id) })).await;
            let (node, nodes) = (answer.data()["node"].clone(), answer.data()["nodes"][0].clone());
            assert_eq!(node.is_null(), nodes.is_null());
            node.get("email").cloned()
        };
        for seeing in [
            app.actor_for(&person).await,
            app.representative_of(&community, &anapa).await,
            app.chair_of(&community).await,
            app.operator_of(&region).await,
            app.integrator_of(&region).await,
            app.auditor().await,
        ] {
            assert_eq!(looked_up(&seeing).await, Some(json!(person.email)));
        }
        for blind in [
            app.visitor(),
            app.member_of(&community).await,
            app.representative_of(&community, &sochi).await,
            app.registrar().await,
            app.integrator_of(&app.region("RU-SPE").await).await,
            app.operator_of(&app.region("RU-SPE").await).await,
        ] {
            assert_eq!(looked_up(&blind).await, None, "{}", blind.login);
        }
    }

    async fn everybody_sees_counts_and_office_holders_and_nobodys_address(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let member = app.new_member(&community).name("Анапский Антон").enter().await;
        app.new_member(&community).pending().create().await;
        app.new_member(&community).left_on(app.clock.now().date_naive()).create().await;
        let chair = app.chair_of(&community).await;
        app.new_practice(&community).by(&member).state(PracticeState::Published).create().await;
        let document = "{ communities { nodes { memberCount chair { id holder { name position organization } }
            coordinator { id } presidium { size } council { seats { representative { holder { name } } } }
            practices { nodes { authors { name position organization } } } } }
            practices { nodes { authors { name } decisions { reason } } } }";
        for actor in [app.visitor(), app.stranger().await, member] {
            let answer = actor.ask(document).await;
            let data = answer.data();
            assert_eq!(data["communities"]["nodes"][0]["memberCount"], json!(1));
            assert_eq!(data["practices"]["nodes"][0]["authors"][0]["name"], json!("Анапский Антон"));
            assert!(data["communities"]["nodes"][0]["chair"]["holder"]["name"].is_string());
            assert!(!answer.body.to_string().contains('@'), "{data:#}");
        }
        // Not by a look-up under another type's name either: a person has no public id at all.
        let person = api::graphql::ids::text(entity::ids::PersonId::PREFIX, chair.person().0);
        let document = "query($id: ID!) { node(id: $id) { id } }";
        let answer = app.auditor().await.query(document, json!({ "id": person })).await;
        assert_eq!(answer.error_code(), "BAD_ID");
    }

    async fn the_journal_is_read_in_scope_only(app: TestApp) {
        let (here, there) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let foreign = app.new_community("spe-chemistry").region("RU-SPE").create().await;
        for community in [&here, &there, &foreign] {
            // A draft is nobody's but its author's; what is submitted is told to the offices.
            let member = app.member_of(community).await;
            let draft = member.write(community).await;
            member.submit(draft).await.done();
        }
        let count = async |actor: &Actor| {
            let answer = actor.ask("{ journal { totalCount nodes { position action } } }").await;
            match answer.error_code() {
                "none" => answer.payload()["totalCount"].as_i64().ok_or_else(|| "no count".to_owned()),
                code => Err(code.to_owned()),
            }
        };
        assert_eq!(count(&app.auditor().await).await, Ok(6));
        assert_eq!(count(&app.operator_of(&app.region("RU-KDA").await).await).await, Ok(2));
        assert_eq!(count(&app.coordinator_of(&here).await).await, Ok(1));
        assert_eq!(count(&app.chair_of(&here).await).await, Err("FORBIDDEN".into()));
        assert_eq!(count(&app.registrar().await).await, Err("FORBIDDEN".into()));
        assert_eq!(count(&app.visitor()).await, Err("UNAUTHENTICATED".into()));
    }
}
