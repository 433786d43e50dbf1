//! Members who took part in an event: entered each once, counted for everybody, named only for those who may see them.

use entity::{community, member};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    factory::day,
    statements::statements,
};

const SHOWN: &str = "event { version participants registeredParticipants }";

/// A community, and what its chair enters there.
struct Scene {
    chemistry: community::Model,
    biology: community::Model,
    chair: Actor,
    operator: Actor,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let biology = app.new_community("kda-biology").profile("biology").create().await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        Self { chair: app.chair_of(&chemistry).await, chemistry, biology, operator }
    }

    async fn event(&self, participants: Value) -> Value {
        let event = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": "Семинар", "startsOn": "2024-10-01",
            "endsOn": "2024-10-02", "participants": participants });
        let input = json!({ "communityId": id(self.chemistry.id), "event": event });
        self.chair.call("eventCreate", input, "event { id }").await.done()["event"]["id"].clone()
    }
}

async fn call(by: &Actor, field: &str, of: &Value, members: &[&member::Model]) -> Answer {
    let members: Vec<_> = members.iter().map(|one| id(one.id)).collect();
    let selection = format!("{SHOWN} userErrors {{ code path message }}");
    let input = json!({ "eventId": of, "memberIds": members });
    by.mutate(field, "EventParticipantsInput", input, &selection).await
}

async fn add(by: &Actor, of: &Value, members: &[&member::Model]) -> Answer {
    call(by, "eventParticipantsAdd", of, members).await
}

async fn named(by: &Actor, of: &Value) -> (i64, Vec<String>) {
    let query = "query($id: ID!) { node(id: $id) { ... on Event { participantMembers { totalCount nodes { member { fullName } registeredAt } } } } }";
    let seen = by.query(query, json!({ "id": of })).await.payload()["participantMembers"].clone();
    let names = seen["nodes"].as_array().unwrap().iter();
    let names = names.map(|one| one["member"]["fullName"].as_str().unwrap().to_owned()).collect();
    (seen["totalCount"].as_i64().unwrap(), names)
}

on_both! {
    async fn who_took_part_is_counted_once_and_named_to_few(app: TestApp) {
        let scene = Scene::new(&app).await;
        let (anna, boris) = (app.person("Анна").await, app.person("Борис").await);
        let of_anna = app.new_member(&scene.chemistry).person(&anna).create().await;
        let of_boris = app.new_member(&scene.chemistry).person(&boris).create().await;
        let again = app.new_member(&scene.biology).person(&anna).create().await;
        let event = scene.event(Value::Null).await;
        let made = add(&scene.chair, &event, &[&of_anna, &of_boris, &of_anna]).await.done()["event"].clone();
        assert_eq!(made, json!({ "version": 1, "participants": 2, "registeredParticipants": 2 }));
        add(&scene.chair, &event, &[&of_anna]).await.done();
        // A person who is registered twice takes part once.
        let same = add(&scene.operator, &event, &[&again]).await.done()["event"].clone();
        assert_eq!(same["registeredParticipants"], 2);

        assert_eq!(named(&scene.chair, &event).await, (2, vec![of_anna.full_name.clone(), of_boris.full_name.clone()]));
        assert_eq!(named(&app.actor_for(&boris).await, &event).await, (1, vec![of_boris.full_name.clone()]), "oneself");
        assert_eq!(named(&app.chair_of(&scene.biology).await, &event).await, (0, vec![]));
        assert_eq!(named(&app.visitor(), &event).await, (0, vec![]));
        let counted = app.visitor().ask("{ eventCounts(by: YEAR) { events participants eventsWithoutParticipants } }").await;
        assert_eq!(*counted.payload(), json!([{ "events": 1, "participants": 2, "eventsWithoutParticipants": 0 }]));

        let left = call(&scene.chair, "eventParticipantsRemove", &event, &[&of_boris, &again]).await.done()["event"].clone();
        assert_eq!((&left["participants"], &left["registeredParticipants"]), (&json!(1), &json!(1)));
        assert_eq!(named(&scene.chair, &event).await, (1, vec![of_anna.full_name]));
    }

    async fn a_number_that_was_told_is_never_smaller_than_who_is_registered(app: TestApp) {
        let scene = Scene::new(&app).await;
        let (one, two) = (app.new_member(&scene.chemistry).create().await, app.new_member(&scene.chemistry).create().await);
        let event = scene.event(json!(1)).await;
        add(&scene.chair, &event, &[&one]).await.done();
        let refused = add(&scene.chair, &event, &[&two]).await;
        assert_eq!(refused.user_errors(), [("INVALID".into(), "input.memberIds".into())]);
        assert_eq!(refused.payload()["event"]["registeredParticipants"], 1, "nothing is half written");
        let update = async |participants: Value| {
            let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": "Семинар", "startsOn": "2024-10-01", "endsOn": "2024-10-02", "participants": participants });
            let version = app.visitor().query("query($id: ID!) { node(id: $id) { ... on Event { version } } }", json!({ "id": event })).await.payload()["version"].clone();
            scene.chair.call("eventUpdate", json!({ "eventId": event, "expectedVersion": version, "event": facts }), SHOWN).await
        };
        assert_eq!(update(json!(0)).await.user_errors(), [("INVALID".into(), "input.participants".into())]);
        assert_eq!(update(json!(70)).await.done()["event"]["participants"], 70);
        let both = add(&scene.chair, &event, &[&two]).await.done()["event"].clone();
        assert_eq!((&both["participants"], &both["registeredParticipants"]), (&json!(70), &json!(2)), "guests are no members");
        assert_eq!(update(Value::Null).await.done()["event"]["participants"], 2, "as many as are registered");
    }

    async fn only_members_of_that_time_and_region_that_one_sees_are_entered(app: TestApp) {
        let scene = Scene::new(&app).await;
        let late = app.new_member(&scene.chemistry).joined_on(day("2024-10-03")).create().await;
        let gone = app.new_member(&scene.chemistry).left_on(day("2024-10-01")).create().await;
        let just = app.new_member(&scene.chemistry).joined_on(day("2024-10-02")).create().await;
        let hidden = app.new_member(&scene.biology).create().await;
        let far = app.new_community("spe-chemistry").region("RU-SPE").profile("chemistry").create().await;
        let far = app.new_member(&far).create().await;
        let event = scene.event(Value::Null).await;
        let refused = add(&scene.chair, &event, &[&late, &just, &gone, &hidden, &far]).await;
        let paths: Vec<_> = refused.user_errors().into_iter().map(|(_, path)| path).collect();
        assert_eq!(paths, ["input.memberIds.0", "input.memberIds.2", "input.memberIds.3", "input.memberIds.4"]);
        add(&scene.operator, &event, &[&just, &hidden]).await.done();
        assert_eq!(add(&scene.operator, &event, &[&far]).await.user_error(), "INVALID", "of another region");
        assert_eq!(add(&scene.chair, &event, &[]).await.user_error(), "INVALID");
        let other = app.chair_of(&scene.biology).await;
        assert_eq!(add(&other, &event, &[&hidden]).await.outcome(), "FORBIDDEN");

        let tomorrow = app.clock.now().date_naive() + chrono::Days::new(1);
        let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": "Будущий", "startsOn": tomorrow });
        let input = json!({ "communityId": id(scene.chemistry.id), "event": facts });
        let future = scene.chair.call("eventCreate", input, "event { id }").await.done()["event"]["id"].clone();
        assert_eq!(add(&scene.chair, &future, &[&just]).await.user_error(), "NOT_ELIGIBLE");
    }

    async fn participants_of_ten_events_take_as_many_statements_as_of_one(app: TestApp) {
        let scene = Scene::new(&app).await;
        let one = app.new_member(&scene.chemistry).create().await;
        let query = "{ events(first: 100) { nodes { participantMembers(first: 3) { totalCount nodes { member { fullName } } } } }
            communities(first: 10) { nodes { eventCounts(by: LEVEL, year: \"2024-2025\") { level events participants } } } }";
        let mut took = Vec::new();
        for until in [1, 10] {
            for n in took.len()..until {
                let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": format!("Семинар {n}"), "startsOn": "2024-10-01" });
                let input = json!({ "communityId": id(scene.chemistry.id), "event": facts });
                let event = scene.chair.call("eventCreate", input, "event { id }").await.done()["event"]["id"].clone();
                add(&scene.chair, &event, &[&one]).await.done();
            }
            took.push(statements(&scene.operator, query).await);
        }
        assert_eq!(took[0], took[1]);
        let seen = scene.operator.ask(query).await.data()["communities"]["nodes"].clone();
        let told: Vec<_> = seen.as_array().unwrap().iter().map(|one| one["eventCounts"].clone()).collect();
        assert!(told.contains(&json!([{ "level": "REGIONAL", "events": 10, "participants": 10 }])), "{told:?}");
    }
}
