//! The mutations on practices, each on a fresh practice in the state that it needs.

use api::auth::table::Action;
use entity::{PracticeState, Role, practice};
use serde_json::json;

use super::{Call, Scene, allows, public};
use crate::support::{actor::Actor, app::TestApp};

/// Drafts are their authors', and the auditor reads everything.
fn draft(role: Role, inside: bool) -> bool {
    role == Role::Auditor || (inside && role == Role::Member)
}

fn submitted(role: Role, inside: bool) -> bool {
    allows(Action::PracticeReadUnpublished, Some(role), inside)
}

async fn fresh(app: &TestApp, scene: &Scene, state: PracticeState, by: Option<&Actor>) -> practice::Model {
    let new = app.new_practice(&scene.community).state(state);
    if let Some(author) = by { new.by(author) } else { new }.create().await
}

macro_rules! on_practice {
    ($field:literal, $action:ident, $state:ident, $known:expr, |$caller:ident, $practice:ident| $call:expr) => {
        Call {
            field: $field,
            action: Action::$action,
            on: on(PracticeState::$state),
            known: $known,
            run: |app, $caller, scene, own| {
                Box::pin(async move {
                    let author = own.then_some($caller);
                    let $practice = &fresh(app, scene, PracticeState::$state, author).await;
                    $call.await
                })
            },
        }
    };
}

const fn on(state: PracticeState) -> &'static str {
    match state {
        PracticeState::Draft => "DRAFT",
        PracticeState::Submitted => "SUBMITTED",
        PracticeState::Approved => "APPROVED",
        PracticeState::Published => "PUBLISHED",
        _ => "?",
    }
}

pub const CALLS: &[Call] = &[
    Call {
        field: "practiceCreate",
        action: Action::PracticeCreate,
        on: "-",
        known: public,
        run: |_, caller, scene, _| Box::pin(async move { caller.create(&scene.community).await }),
    },
    on_practice!("practiceUpdate", PracticeUpdate, Draft, draft, |caller, it| {
        caller.update(it, 1, json!({ "title": "Новое" }))
    }),
    on_practice!("practiceSubmit", PracticeSubmit, Draft, draft, |caller, it| caller.submit(it)),
    on_practice!("practiceReturn", PracticeReturn, Submitted, submitted, |caller, it| {
        caller.give_back(it, "Причина.")
    }),
    on_practice!("practiceReturn", PracticeReturnApproved, Approved, submitted, |caller, it| {
        caller.give_back(it, "Причина.")
    }),
    on_practice!("practiceApprove", PracticeApprove, Submitted, submitted, |caller, it| caller.approve(it)),
    on_practice!("practiceReject", PracticeReject, Submitted, submitted, |caller, it| {
        caller.reject(it, "Причина.")
    }),
    on_practice!("practicePublish", PracticePublish, Approved, submitted, |caller, it| caller.publish(it)),
    on_practice!("practiceWithdraw", PracticeWithdraw, Submitted, submitted, |caller, it| {
        caller.withdraw(it, "Причина.")
    }),
    on_practice!("practiceWithdraw", PracticeWithdraw, Published, public, |caller, it| {
        caller.withdraw(it, "Причина.")
    }),
    on_practice!("practiceAnnul", PracticeAnnul, Published, public, |caller, it| caller
        .annul(it, "Причина.")),
    on_practice!("practiceRate", PracticeRate, Published, public, |caller, it| caller.rate(it, 4)),
];
