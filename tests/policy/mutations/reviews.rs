//! The mutations on the pool of experts and on reviews: what is one's own here is the place and the review of the
//! caller as an expert.

use api::auth::table::Action;
use entity::{PracticeState, ReviewState, Role, expert, practice};
use serde_json::json;

use super::{Call, Scene, allows, public};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// Places in the pools are known to those who read them, and to whose they are.
fn pool(role: Role, inside: bool) -> bool {
    allows(Action::ExpertsRead, Some(role), inside)
}

/// Reviews are known to those who manage them, and to the expert.
fn reviews(role: Role, inside: bool) -> bool {
    allows(Action::ReviewsRead, Some(role), inside)
}

/// Submitted practices are known to the offices.
fn submitted(role: Role, inside: bool) -> bool {
    role != Role::Member && allows(Action::PracticeReadUnpublished, Some(role), inside)
}

async fn nominate(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let member = app.new_member(&scene.community).create().await;
    let input = json!({ "communityId": id(scene.community.id), "memberId": id(member.id) });
    caller.call("expertNominate", input, "").await
}

async fn place(app: &TestApp, caller: &Actor, scene: &Scene, own: bool) -> expert::Model {
    if !own {
        return app.new_expert(&scene.community).create().await;
    }
    // Each call has a profile of its own: a person has one place in a profile.
    let profile = app.profile(&format!("pool-{}", super::unique())).await;
    app.new_expert(&scene.community).person(caller.person()).profile(profile.id).create().await
}

async fn on_place(app: &TestApp, caller: &Actor, scene: &Scene, own: bool, field: &str) -> Answer {
    let place = place(app, caller, scene, own).await;
    let input = match field {
        "expertConsent" => json!({ "expertId": id(place.id), "loadLimit": 2 }),
        _ => json!({ "expertId": id(place.id) }),
    };
    caller.call(field, input, "").await
}

async fn practice(app: &TestApp, scene: &Scene) -> practice::Model {
    app.new_practice(&scene.community).state(PracticeState::Submitted).create().await
}

async fn draw(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let code =
        if scene.community.slug == "kda-chemistry" { "chemistry-teachers" } else { "history-teachers" };
    app.far_expert(code).await;
    let practice = practice(app, scene).await;
    caller.call("reviewDraw", json!({ "practiceId": id(practice.id), "count": 1 }), "").await
}

async fn on_review(app: &TestApp, caller: &Actor, scene: &Scene, own: bool, field: &str) -> Answer {
    let practice = practice(app, scene).await;
    let place = place(app, caller, scene, own).await;
    let review = app.reviewing(&practice, &place, ReviewState::Assigned, 30).await;
    let input = match field {
        "reviewExtend" => json!({ "reviewId": id(review.id), "dueOn": app.clock.now().date_naive() }),
        _ => json!({ "reviewId": id(review.id), "reason": "Причина." }),
    };
    caller.call(field, input, "").await
}

macro_rules! on_place {
    ($field:literal, $action:ident) => {
        Call {
            field: $field,
            action: Action::$action,
            on: "CONSENTED",
            known: pool,
            run: |app, caller, scene, own| Box::pin(on_place(app, caller, scene, own, $field)),
        }
    };
}

macro_rules! on_review {
    ($field:literal, $action:ident) => {
        Call {
            field: $field,
            action: Action::$action,
            on: "ASSIGNED",
            known: reviews,
            run: |app, caller, scene, own| Box::pin(on_review(app, caller, scene, own, $field)),
        }
    };
}

pub const CALLS: &[Call] = &[
    Call {
        field: "expertNominate",
        action: Action::ExpertNominate,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(nominate(app, caller, scene)),
    },
    on_place!("expertConsent", ExpertConsent),
    on_place!("expertResign", ExpertResign),
    on_place!("expertRelease", ExpertRelease),
    Call {
        field: "reviewDraw",
        action: Action::ReviewDraw,
        on: "SUBMITTED",
        known: submitted,
        run: |app, caller, scene, _| Box::pin(draw(app, caller, scene)),
    },
    on_review!("reviewDecline", ReviewAnswer),
    on_review!("reviewDeclareConflict", ReviewAnswer),
    on_review!("reviewExpire", ReviewExpire),
    on_review!("reviewExtend", ReviewExtend),
];
