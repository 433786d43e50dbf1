//! The mutations of figures and indicators, federal and of the scene's region.

use api::auth::table::Action;
use serde_json::{Value, json};

use super::{Call, Scene, public, unique};
use crate::support::{actor::Actor, app::TestApp, client::Answer};

fn code() -> String {
    format!("own_{}", unique())
}

fn definition(code: &str) -> Value {
    json!({ "code": code, "name": "Показатель", "unit": "NUMBER", "direction": "AT_LEAST" })
}

async fn create(caller: &Actor, region: Option<String>) -> Answer {
    let mut input = definition(&code());
    input["regionCode"] = json!(region);
    caller.call("indicatorCreate", input, "userErrors { code path }").await
}

async fn revise(app: &TestApp, caller: &Actor) -> Answer {
    let code = code();
    app.registrar().await.call("indicatorCreate", definition(&code), "").await.done();
    let mut input = definition(&code);
    input["expectedVersion"] = json!(1);
    caller.call("indicatorRevise", input, "userErrors { code path }").await
}

async fn figure(caller: &Actor) -> Answer {
    let input = json!({ "code": code(), "name": "Число", "unit": "NUMBER" });
    caller.call("figureCreate", input, "userErrors { code path }").await
}

async fn plan(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let input = json!({
        "regionCode": scene.region(app).await.code, "code": "curator_share", "year": "2024-2025",
        "planned": unique(),
    });
    caller.call("indicatorPlanSet", input, "userErrors { code path }").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "figureCreate",
        action: Action::IndicatorWrite,
        on: "-",
        known: public,
        run: |_, caller, _, _| Box::pin(figure(caller)),
    },
    Call {
        field: "indicatorCreate",
        action: Action::IndicatorWrite,
        on: "federal",
        known: public,
        run: |_, caller, _, _| Box::pin(create(caller, None)),
    },
    Call {
        field: "indicatorCreate",
        action: Action::IndicatorWriteRegional,
        on: "regional",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move { create(caller, Some(scene.region(app).await.code)).await })
        },
    },
    Call {
        field: "indicatorRevise",
        action: Action::IndicatorWrite,
        on: "federal",
        known: public,
        run: |app, caller, _, _| Box::pin(revise(app, caller)),
    },
    Call {
        field: "indicatorPlanSet",
        action: Action::IndicatorPlan,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(plan(app, caller, scene)),
    },
];
