//! The mutations on assessments and the rubric: what is one's own here is the review of the caller as an expert.

use api::auth::table::Action;
use entity::{PracticeState, Role};
use serde_json::json;

use super::{Call, Scene, allows, public, unique};
use crate::support::{actor::Actor, app::TestApp, client::Answer, factory::assessments::assessment_input};

/// Reviews are known to those who manage them, and to the expert.
fn reviews(role: Role, inside: bool) -> bool {
    allows(Action::ReviewsRead, Some(role), inside)
}

async fn submit(app: &TestApp, caller: &Actor, scene: &Scene, own: bool) -> Answer {
    let practice = app.new_practice(&scene.community).state(PracticeState::Submitted).create().await;
    let place = match own {
        // Each call has a profile of its own: a person has one place in a profile.
        true => {
            let profile = app.profile(&format!("pool-{}", unique())).await;
            app.new_expert(&scene.community).person(caller.person()).profile(profile.id).create().await
        }
        false => app.new_expert(&scene.community).create().await,
    };
    let review = app.assigned(&practice, &place).await;
    caller.call("assessmentSubmit", assessment_input(&review, [4; 5]), "").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "assessmentSubmit",
        action: Action::AssessmentSubmit,
        on: "ASSIGNED",
        known: reviews,
        run: |app, caller, scene, own| Box::pin(submit(app, caller, scene, own)),
    },
    Call {
        field: "rubricCreate",
        action: Action::RubricWrite,
        on: "-",
        known: public,
        run: |_, caller, _, _| {
            Box::pin(async move {
                let criteria = json!([{ "code": "USE", "title": "Польза", "question": "Есть ли польза?" }]);
                caller.call("rubricCreate", json!({ "criteria": criteria }), "").await
            })
        },
    },
];
