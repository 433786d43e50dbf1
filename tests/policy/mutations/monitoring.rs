//! The mutations of a monitoring, each on a fresh one of the scene's region.

use api::auth::table::Action;
use entity::{ReturnState as State, Role, monitoring};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{Call, Scene, allows, public};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// Monitorings and returns are known to those who work on them.
fn read(role: Role, inside: bool) -> bool {
    allows(Action::MonitoringRead, Some(role), inside)
}

/// A year that no other call has in the scene's region: every call takes the next one.
async fn year(app: &TestApp, scene: &Scene) -> i32 {
    let of_region = monitoring::Column::RegionId.eq(scene.community.region_id);
    let taken = monitoring::Entity::find().filter(of_region).count(app.rows()).await.unwrap();
    1900 + i32::try_from(taken).unwrap()
}

async fn on_return(app: &TestApp, caller: &Actor, scene: &Scene, field: &str, state: State) -> Answer {
    let (_, returns) = app.monitoring(&scene.region(app).await, year(app, scene).await, &[&scene.community], state).await;
    let of = id(returns[1].id);
    let (kind, input) = match field {
        "monitoringReturnFill" => {
            ("MonitoringReturnFillInput", json!({ "returnId": of, "expectedVersion": 1, "figures": [] }))
        }
        "monitoringReturnSendBack" => {
            ("MonitoringReturnSendBackInput", json!({ "returnId": of, "remarks": "Проверьте." }))
        }
        _ => ("MonitoringReturnActionInput", json!({ "returnId": of })),
    };
    caller.mutate(field, kind, input, "userErrors { code path }").await
}

async fn open(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let year = year(app, scene).await;
    let input = json!({
        "regionCode": scene.region(app).await.code, "year": format!("{year}-{}", year + 1), "dueOn": format!("{}-06-30", year + 1),
        "communitySlugs": [],
    });
    caller.call("monitoringOpen", input, "userErrors { code path }").await
}

async fn extend(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let (row, _) = app.monitoring(&scene.region(app).await, year(app, scene).await, &[&scene.community], State::Draft).await;
    let due = format!("{}-07-01", row.year.0 + 1);
    let input =
        json!({ "regionCode": scene.region(app).await.code, "year": row.year.to_string(), "dueOn": due });
    caller.call("monitoringExtend", input, "userErrors { code path }").await
}

async fn accept(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let (row, _) =
        app.monitoring(&scene.region(app).await, year(app, scene).await, &[&scene.community], State::Accepted).await;
    let input = json!({
        "regionCode": scene.region(app).await.code, "year": row.year.to_string(), "signer": "Подпись",
        "signedOn": row.year.last_day(),
    });
    caller.call("monitoringAccept", input, "userErrors { code path }").await
}

macro_rules! on_return {
    ($field:literal, $action:ident, $state:ident, $on:literal) => {
        Call {
            field: $field,
            action: Action::$action,
            on: $on,
            known: read,
            run: |app, caller, scene, _| Box::pin(on_return(app, caller, scene, $field, State::$state)),
        }
    };
}

pub const CALLS: &[Call] = &[
    Call {
        field: "monitoringOpen",
        action: Action::MonitoringOpen,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(open(app, caller, scene)),
    },
    Call {
        field: "monitoringExtend",
        action: Action::MonitoringOpen,
        on: "open",
        known: read,
        run: |app, caller, scene, _| Box::pin(extend(app, caller, scene)),
    },
    on_return!("monitoringReturnFill", MonitoringReturnWrite, Draft, "DRAFT"),
    on_return!("monitoringReturnSubmit", MonitoringReturnWrite, Draft, "DRAFT"),
    on_return!("monitoringReturnAccept", MonitoringReturnDecide, Submitted, "SUBMITTED"),
    on_return!("monitoringReturnSendBack", MonitoringReturnDecide, Submitted, "SUBMITTED"),
    Call {
        field: "monitoringAccept",
        action: Action::MonitoringAccept,
        on: "open",
        known: read,
        run: |app, caller, scene, _| Box::pin(accept(app, caller, scene)),
    },
];
