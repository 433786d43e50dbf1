//! The mutations on clusters, each of a fresh cluster of the scene's region.

use api::auth::table::Action;
use serde_json::{Value, json};

use super::{Call, Scene, public, unique};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

async fn create(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let input = json!({
        "regionCode": scene.region(app).await.code, "number": unique() + 1, "name": "Тема", "topFrom": 110,
        "laggingBelow": 90,
    });
    caller.call("clusterCreate", input, "").await
}

async fn change(app: &TestApp, caller: &Actor, scene: &Scene, field: &str) -> Answer {
    let region = scene.region(app).await;
    let cluster = app.cluster(&region).await;
    let organization = app.organization(&region).await;
    if field == "clusterResultsSet" {
        app.joins(&cluster, organization.id, 2023).await;
    }
    let mut input = json!({ "clusterId": id(cluster.id) });
    let given: &[(&str, Value)] = &match field {
        "clusterUpdate" => [("expectedVersion", json!(1)), ("name", json!("Иная тема"))].to_vec(),
        "clusterOrganizationsSet" => [("organizationIds", json!([id(organization.id)]))].to_vec(),
        "clusterIndicatorsSet" => {
            [("year", json!("2023-2024")), ("indicators", json!([{ "code": "curator_share" }]))].to_vec()
        }
        _ => {
            let result =
                json!({ "organizationId": id(organization.id), "code": "curator_share", "value": 7 });
            [("year", json!("2023-2024")), ("results", json!([result]))].to_vec()
        }
    };
    for (field, value) in given {
        input[field] = value.clone();
    }
    caller.call(field, input, "").await
}

macro_rules! on_cluster {
    ($field:literal) => {
        Call {
            field: $field,
            action: Action::ClusterWrite,
            on: "-",
            known: public,
            run: |app, caller, scene, _| Box::pin(change(app, caller, scene, $field)),
        }
    };
}

pub const CALLS: &[Call] = &[
    Call {
        field: "clusterCreate",
        action: Action::ClusterWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(create(app, caller, scene)),
    },
    on_cluster!("clusterUpdate"),
    on_cluster!("clusterOrganizationsSet"),
    on_cluster!("clusterIndicatorsSet"),
    on_cluster!("clusterResultsSet"),
];
