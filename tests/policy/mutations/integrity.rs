//! The mutations on findings and ratings in question: of a fresh practice's fresh rating.

use api::auth::table::Action;
use entity::{Role, rating};
use serde_json::{Value, json};

use super::{Call, Scene, allows, public};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// Findings are known to the registrar and the auditor.
fn read(role: Role, inside: bool) -> bool {
    allows(Action::IntegrityRead, Some(role), inside)
}

async fn rated(app: &TestApp, scene: &Scene) -> rating::Model {
    app.rated(&app.published(&scene.community).await, None, 5).await
}

async fn call(caller: &Actor, field: &str, input: Value) -> Answer {
    caller.call(field, input, "userErrors { code path }").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "integrityCheck",
        action: Action::IntegrityCheck,
        on: "-",
        known: public,
        run: |_, caller, _, _| {
            Box::pin(caller.ask("mutation { integrityCheck { userErrors { code path } } }"))
        },
    },
    Call {
        field: "integrityFindingDismiss",
        action: Action::IntegrityDecide,
        on: "OPEN",
        known: read,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let finding = app.finding(&rated(app, scene).await).await;
                let input = json!({ "findingId": id(finding.id), "reason": "Причина." });
                call(caller, "integrityFindingDismiss", input).await
            })
        },
    },
    Call {
        field: "ratingsSetAside",
        action: Action::IntegrityDecide,
        on: "counting",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let input = json!({ "ratingIds": [id(rated(app, scene).await.id)], "reason": "Причина." });
                call(caller, "ratingsSetAside", input).await
            })
        },
    },
    Call {
        field: "ratingsRestore",
        action: Action::IntegrityDecide,
        on: "set aside",
        known: read,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let rating = app.set_aside(&app.published(&scene.community).await).await;
                let input = json!({ "ratingIds": [id(rating.id)], "reason": "Причина." });
                call(caller, "ratingsRestore", input).await
            })
        },
    },
];
