//! The mutations on adoptions: of a fresh practice, declared by the caller where it is made the caller's own.

use api::auth::table::Action;
use entity::{PracticeState, Role};
use serde_json::json;

use super::{Call, Scene, allows, public};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// Unconfirmed ones are known to who declared them and to the offices.
fn read(role: Role, inside: bool) -> bool {
    allows(Action::AdoptionsRead, Some(role), inside)
}

async fn declare(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let practice = app.new_practice(&scene.community).state(PracticeState::Published).create().await;
    let input = json!({
        "practiceId": id(practice.id),
        "communityId": id(scene.community.id),
        "adoptedOn": "2024-09-02",
        "result": "Работает.",
    });
    caller.call("adoptionDeclare", input, "userErrors { code path }").await
}

async fn step(app: &TestApp, caller: &Actor, scene: &Scene, own: bool, field: &str, reason: bool) -> Answer {
    let practice = app.new_practice(&scene.community).state(PracticeState::Published).create().await;
    let by = if own { caller.person() } else { app.person("Иной Иван Иванович").await.id };
    let adoption = app.declared_adoption(&practice, &scene.community, by).await;
    let (kind, input) = match reason {
        true => ("AdoptionReasonInput", json!({ "adoptionId": id(adoption.id), "reason": "Причина." })),
        false => ("AdoptionConfirmInput", json!({ "adoptionId": id(adoption.id) })),
    };
    caller.mutate(field, kind, input, "userErrors { code path }").await
}

macro_rules! on_adoption {
    ($field:literal, $action:ident, $reason:literal) => {
        Call {
            field: $field,
            action: Action::$action,
            on: "DECLARED",
            known: read,
            run: |app, caller, scene, own| Box::pin(step(app, caller, scene, own, $field, $reason)),
        }
    };
}

pub const CALLS: &[Call] = &[
    Call {
        field: "adoptionDeclare",
        action: Action::AdoptionDeclare,
        on: "PUBLISHED",
        known: public,
        run: |app, caller, scene, _| Box::pin(declare(app, caller, scene)),
    },
    on_adoption!("adoptionConfirm", AdoptionDecide, false),
    on_adoption!("adoptionDecline", AdoptionDecide, true),
    on_adoption!("adoptionWithdraw", AdoptionWithdraw, true),
];
