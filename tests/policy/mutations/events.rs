//! The mutations on events, each on a fresh one of the scene's community.

use api::auth::table::Action;
use serde_json::{Value, json};

use super::{Call, Scene, public, unique};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

fn event() -> Value {
    json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": format!("Семинар {}", unique()), "startsOn": "2024-10-01" })
}

async fn create(caller: &Actor, scene: &Scene) -> Answer {
    let input = json!({ "communityId": id(scene.community.id), "event": event() });
    caller.call("eventCreate", input, "event { id } userErrors { code path }").await
}

async fn fresh(app: &TestApp, scene: &Scene) -> Value {
    let operator = app.operator_of(&scene.region(app).await).await;
    create(&operator, scene).await.done()["event"]["id"].clone()
}

async fn participants(field: &str, app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let member = app.new_member(&scene.community).create().await;
    let input = json!({ "eventId": fresh(app, scene).await, "memberIds": [id(member.id)] });
    caller.mutate(field, "EventParticipantsInput", input, "userErrors { code path }").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "eventCreate",
        action: Action::EventWrite,
        on: "-",
        known: public,
        run: |_, caller, scene, _| Box::pin(create(caller, scene)),
    },
    Call {
        field: "eventUpdate",
        action: Action::EventWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let input =
                    json!({ "eventId": fresh(app, scene).await, "expectedVersion": 1, "event": event() });
                caller.call("eventUpdate", input, "userErrors { code path }").await
            })
        },
    },
    Call {
        field: "eventParticipantsAdd",
        action: Action::EventWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(participants("eventParticipantsAdd", app, caller, scene)),
    },
    Call {
        field: "eventParticipantsRemove",
        action: Action::EventWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(participants("eventParticipantsRemove", app, caller, scene)),
    },
    Call {
        field: "eventRemove",
        action: Action::EventWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let input = json!({ "eventId": fresh(app, scene).await, "reason": "Ошибка." });
                caller.call("eventRemove", input, "userErrors { code path }").await
            })
        },
    },
];
