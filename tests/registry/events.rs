//! Events of communities: entered by chair and coordinator, counted once, and known to the monitoring.

use entity::community;
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::statements,
};

const SHOWN: &str = "event { id version title level startsOn endsOn year participants held jointWith { slug } community { slug } }";

fn seminar(title: &str, day: &str) -> Value {
    json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": title, "startsOn": day, "participants": 40 })
}

fn with(mut event: Value, fields: Value) -> Value {
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event
}

async fn create(by: &Actor, of: &community::Model, event: Value) -> Answer {
    by.call("eventCreate", json!({ "communityId": id(of.id), "event": event }), SHOWN).await
}

async fn two(app: &TestApp) -> (community::Model, community::Model) {
    let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
    (chemistry, app.new_community("kda-biology").profile("biology").create().await)
}

on_both! {
    async fn a_chair_enters_an_event_once(app: TestApp) {
        let (chemistry, biology) = two(&app).await;
        let chair = app.chair_of(&chemistry).await;
        let event = with(seminar("Семинар", "2024-10-01"), json!({ "jointWith": [id(biology.id)], "endsOn": "2024-10-02" }));
        let made = create(&chair, &chemistry, event.clone()).await.done()["event"].clone();
        let (of, version) = (made["id"].clone(), made["version"].clone());
        assert_eq!(version, 1);
        assert_eq!((&made["year"], &made["held"], &made["endsOn"]), (&json!("2024-2025"), &json!(true), &json!("2024-10-02")));
        assert_eq!(made["jointWith"], json!([{ "slug": "kda-biology" }]));
        let again = with(event.clone(), json!({ "title": " СЕМИНАР " }));
        assert_eq!(create(&chair, &chemistry, again.clone()).await.user_error(), "TAKEN");
        create(&chair, &chemistry, with(again, json!({ "allowDuplicate": true }))).await.done();
        let node = app.visitor().query("query($id: ID!) { node(id: $id) { ... on Event { title format } } }", json!({ "id": of })).await;
        assert_eq!(*node.payload(), json!({ "title": "Семинар", "format": "OFFLINE" }));

        let change = json!({ "eventId": of, "expectedVersion": 1, "event": with(seminar("Семинар химиков", "2024-10-01"), json!({ "participants": null })) });
        let changed = chair.call("eventUpdate", change.clone(), SHOWN).await.done()["event"].clone();
        assert_eq!((&changed["version"], &changed["participants"], &changed["jointWith"]), (&json!(2), &Value::Null, &json!([])));
        assert_eq!(chair.call("eventUpdate", change, SHOWN).await.user_error(), "CONFLICT");
        let gone = chair.call("eventRemove", json!({ "eventId": of, "reason": "Внесено дважды." }), "removedEventId").await;
        assert_eq!(gone.done()["removedEventId"], of);
        assert_eq!(chair.call("eventRemove", json!({ "eventId": of, "reason": "Внесено дважды." }), "").await.outcome(), "NOT_FOUND");
        let left = app.visitor().ask("{ events { totalCount } }").await;
        assert_eq!(left.payload()["totalCount"], 1);
    }

    async fn what_cannot_be_an_event_is_refused_with_every_reason(app: TestApp) {
        let (chemistry, biology) = two(&app).await;
        let chair = app.chair_of(&chemistry).await;
        let far = app.new_community("spe-chemistry").region("RU-SPE").profile("chemistry").create().await;
        let bad = json!({ "title": " ", "endsOn": "2024-09-01", "link": "ftp://x", "participants": -1 });
        let refused = create(&chair, &chemistry, with(seminar("Семинар", "2024-10-01"), bad)).await;
        let fields: Vec<_> = refused.user_errors().into_iter().map(|(_, path)| path).collect();
        assert_eq!(fields, ["input.title", "input.link", "input.endsOn", "input.participants"]);
        for joint in [id(chemistry.id), id(far.id)] {
            let event = with(seminar("Семинар", "2024-10-01"), json!({ "jointWith": [joint] }));
            assert_eq!(create(&chair, &chemistry, event).await.user_errors(), [("INVALID".into(), "input.jointWith".into())]);
        }
        assert_eq!(create(&chair, &biology, seminar("Семинар", "2024-10-01")).await.outcome(), "FORBIDDEN");
        assert_eq!(create(&app.visitor(), &biology, seminar("Семинар", "2024-10-01")).await.outcome(), "UNAUTHENTICATED");
        assert_eq!(app.visitor().ask("{ events { totalCount } }").await.payload()["totalCount"], 0);
    }

    async fn events_are_counted_once_and_only_when_they_have_begun(app: TestApp) {
        let (chemistry, biology) = two(&app).await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        let joint = with(seminar("Общий", "2024-10-01"), json!({ "jointWith": [id(biology.id)] }));
        create(&operator, &chemistry, joint).await.done();
        create(&operator, &chemistry, with(seminar("Вебинар", "2024-11-01"), json!({ "level": "MUNICIPAL", "participants": null }))).await.done();
        create(&operator, &biology, with(seminar("Сборник", "2023-11-01"), json!({ "kind": "EXPERIENCE" }))).await.done();
        let tomorrow = app.clock.now().date_naive() + chrono::Days::new(30);
        create(&operator, &biology, seminar("Будущий", &tomorrow.to_string())).await.done();
        let counts = async |by: &str, filter: &str, shown: &str| {
            let query = format!("{{ eventCounts(by: {by}, filter: {{ {filter} }}) {{ {shown} events participants eventsWithoutParticipants }} }}");
            app.visitor().ask(&query).await.payload().clone()
        };
        let told = |name: &str, value: Value, events: i64, participants: Value, unknown: i64| {
            json!({ name: value, "events": events, "participants": participants, "eventsWithoutParticipants": unknown })
        };
        assert_eq!(counts("LEVEL", "", "level").await, json!([
            told("level", json!("MUNICIPAL"), 1, Value::Null, 1), told("level", json!("REGIONAL"), 2, json!(80), 0)]));
        assert_eq!(counts("KIND", "year: \"2024-2025\"", "kind").await, json!([told("kind", json!("INSTITUTE"), 2, json!(40), 1)]));
        assert_eq!(counts("YEAR", "", "year").await, json!([
            told("year", json!("2023-2024"), 1, json!(40), 0), told("year", json!("2024-2025"), 2, json!(40), 1)]));
        assert_eq!(counts("COMMUNITY", "regionCode: \"RU-KDA\", year: \"2024-2025\"", "community { slug }").await, json!([
            told("community", json!({ "slug": "kda-chemistry" }), 2, json!(40), 1)]), "a joint one counts for who leads it");
        let refused = app.visitor().ask("{ eventCounts(by: COMMUNITY) { events } }").await;
        assert_eq!(refused.error_code(), "BAD_INPUT");
        let of = format!("{{ events(filter: {{ communityId: \"{}\" }}) {{ nodes {{ title held }} }} community(by: {{ slug: \"kda-biology\" }}) {{ events {{ totalCount }} }} }}", id(biology.id));
        let seen = app.visitor().ask(&of).await.data().clone();
        assert_eq!(seen["events"]["nodes"], json!([
            { "title": "Будущий", "held": false }, { "title": "Общий", "held": true }, { "title": "Сборник", "held": true }]));
        assert_eq!(seen["community"]["events"]["totalCount"], 2);
    }

    async fn a_return_knows_the_events_of_its_community(app: TestApp) {
        let (chemistry, _) = two(&app).await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        create(&operator, &chemistry, seminar("Один", "2023-10-01")).await.done();
        create(&operator, &chemistry, with(seminar("Два", "2023-11-01"), json!({ "kind": "INITIATIVE" }))).await.done();
        create(&operator, &chemistry, with(seminar("Три", "2023-12-01"), json!({ "level": "MUNICIPAL", "participants": null }))).await.done();
        let input = json!({ "regionCode": "RU-KDA", "year": "2023-2024", "dueOn": "2024-07-01" });
        operator.call("monitoringOpen", input, "").await.done();
        let query = "{ monitoring(regionCode: \"RU-KDA\", year: \"2023-2024\") { regionReturn { figures { question { code } value } }
            returns(first: 1) { nodes { figures { question { code } registered } } } } }";
        let seen = operator.ask(query).await.payload().clone();
        let figure = |of: &Value, code: &str, field: &str| {
            let figures = of["figures"].as_array().unwrap();
            figures.iter().find(|one| one["question"]["code"] == code).unwrap()[field].clone()
        };
        let own = &seen["returns"]["nodes"][0];
        for (code, value) in [("events_regional", 2), ("participants_regional", 80), ("events_municipal", 1), ("events_institute", 2), ("events_initiative", 1)] {
            assert_eq!(figure(own, code, "registered"), f64::from(value), "{code}");
            assert_eq!(figure(&seen["regionReturn"], code, "value"), f64::from(value), "{code}");
        }
        assert_eq!(figure(own, "participants_municipal", "registered"), Value::Null, "what nobody told is no zero");
    }

    async fn fifty_events_take_as_many_statements_as_five(app: TestApp) {
        let (chemistry, biology) = two(&app).await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        let query = "{ events(first: 100) { totalCount nodes { title community { slug } jointWith { slug } } }
            communities(first: 10) { nodes { events(first: 3) { totalCount nodes { title } } } } }";
        let mut took = Vec::new();
        for until in [5, 50] {
            for n in took.len() * 5..until {
                let event = with(seminar(&format!("Семинар {n}"), "2024-10-01"), json!({ "jointWith": [id(biology.id)] }));
                create(&operator, &chemistry, event).await.done();
            }
            took.push(statements(&app.visitor(), query).await);
        }
        assert_eq!(took[0], took[1]);
    }
}
