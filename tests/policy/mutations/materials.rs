//! The mutations on materials, each of a fresh draft.

use api::auth::table::Action;
use entity::{Role, practice};
use serde_json::{Value, json};

use super::{Call, Scene};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// Drafts are their authors', and the auditor reads everything.
fn draft(role: Role, inside: bool) -> bool {
    role == Role::Auditor || (inside && role == Role::Member)
}

async fn fresh(app: &TestApp, scene: &Scene, caller: &Actor, own: bool) -> practice::Model {
    let new = app.new_practice(&scene.community);
    if own { new.by(caller) } else { new }.create().await
}

async fn on_link(
    app: &TestApp,
    caller: &Actor,
    scene: &Scene,
    own: bool,
    field: &str,
    more: Value,
) -> Answer {
    let practice = fresh(app, scene, caller, own).await;
    let link = app.link(&practice, practice.created_by, "Сайт").await;
    let mut input = json!({ "materialId": id(link.id) });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    caller.call(field, input, "").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "materialLinkAdd",
        action: Action::MaterialWrite,
        on: "DRAFT",
        known: draft,
        run: |app, caller, scene, own| {
            Box::pin(async move {
                let practice = fresh(app, scene, caller, own).await;
                let input =
                    json!({ "practiceId": id(practice.id), "title": "Сайт", "url": "https://example.org" });
                caller.call("materialLinkAdd", input, "").await
            })
        },
    },
    Call {
        field: "materialRename",
        action: Action::MaterialWrite,
        on: "DRAFT",
        known: draft,
        run: |app, caller, scene, own| {
            let more = json!({ "expectedVersion": 1, "title": "Иначе" });
            Box::pin(on_link(app, caller, scene, own, "materialRename", more))
        },
    },
    Call {
        field: "materialRemove",
        action: Action::MaterialWrite,
        on: "DRAFT",
        known: draft,
        run: |app, caller, scene, own| {
            Box::pin(on_link(app, caller, scene, own, "materialRemove", json!({})))
        },
    },
];
