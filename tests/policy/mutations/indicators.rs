//! The mutations on figures, indicators and plans: the federation's and a region's own.

use api::auth::table::Action;
use serde_json::json;

use super::{Call, Scene, public, unique};
use crate::support::{actor::Actor, app::TestApp, client::Answer};

/// A code that nothing has.
fn code() -> String {
    format!("share_{}", unique())
}

async fn create(app: &TestApp, caller: &Actor, scene: &Scene, regional: bool) -> Answer {
    let region = if regional { Some(scene.region(app).await.code) } else { None };
    let input = json!({
        "regionCode": region, "code": code(), "name": "Доля", "unit": "PERCENT", "direction": "AT_LEAST",
        "formula": "members / teachers * 100",
    });
    caller.call("indicatorCreate", input, "").await
}

async fn revise(app: &TestApp, caller: &Actor, scene: &Scene, regional: bool) -> Answer {
    let region = if regional { Some(scene.region(app).await.id) } else { None };
    let row = app.indicator(&code(), region).await;
    let input = json!({ "code": row.code, "expectedVersion": 1, "name": "Иная доля" });
    caller.call("indicatorRevise", input, "").await
}

async fn plan(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let input = json!({
        "regionCode": scene.region(app).await.code, "code": "curator_share", "year": "2023-2024", "planned": 7,
    });
    caller.call("indicatorPlanSet", input, "").await
}

pub const CALLS: &[Call] = &[
    Call {
        field: "figureCreate",
        action: Action::FigureWrite,
        on: "-",
        known: public,
        run: |_, caller, _, _| {
            Box::pin(async move {
                let input = json!({ "code": code(), "name": "Число", "unit": "NUMBER" });
                caller.call("figureCreate", input, "").await
            })
        },
    },
    Call {
        field: "indicatorCreate",
        action: Action::IndicatorWrite,
        on: "FEDERAL",
        known: public,
        run: |app, caller, scene, _| Box::pin(create(app, caller, scene, false)),
    },
    Call {
        field: "indicatorCreate",
        action: Action::IndicatorWriteRegional,
        on: "REGIONAL",
        known: public,
        run: |app, caller, scene, _| Box::pin(create(app, caller, scene, true)),
    },
    Call {
        field: "indicatorRevise",
        action: Action::IndicatorWrite,
        on: "FEDERAL",
        known: public,
        run: |app, caller, scene, _| Box::pin(revise(app, caller, scene, false)),
    },
    Call {
        field: "indicatorRevise",
        action: Action::IndicatorWriteRegional,
        on: "REGIONAL",
        known: public,
        run: |app, caller, scene, _| Box::pin(revise(app, caller, scene, true)),
    },
    Call {
        field: "indicatorPlanSet",
        action: Action::IndicatorPlanSet,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(plan(app, caller, scene)),
    },
];
