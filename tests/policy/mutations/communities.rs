//! Communities, and how many teachers there are.

use api::auth::table::Action;
use serde_json::json;

use super::{Call, public, unique};
use crate::support::app::id;

macro_rules! on_community {
    ($field:literal, $action:ident, |$app:ident, $scene:ident| $input:expr) => {
        Call {
            field: $field,
            action: Action::$action,
            on: "-",
            known: public,
            run: |$app, caller, $scene, _| {
                Box::pin(async move {
                    let input = $input;
                    caller.call($field, input, "").await
                })
            },
        }
    };
}

pub const CALLS: &[Call] = &[
    on_community!("communityCreate", CommunityFound, |app, scene| {
        json!({
            "slug": format!("new-{}", unique()),
            "name": "Новое сообщество",
            "regionCode": scene.region(app).await.code,
            "profileCode": app.profile("physics-teachers").await.code,
        })
    }),
    on_community!("communityUpdate", CommunityUpdate, |app, scene| {
        let now = app.community_now(scene.community.id).await;
        json!({ "communityId": id(now.id), "expectedVersion": now.version, "foundedYear": 2020 })
    }),
    on_community!("communityArchive", CommunityFound, |app, scene| {
        let region = scene.region(app).await.code;
        let community = app.new_community(&format!("old-{}", unique())).region(&region).create().await;
        json!({ "communityId": id(community.id), "expectedVersion": 1 })
    }),
    on_community!("communityRegister", CommunityRegister, |app, scene| {
        let now = app.community_now(scene.community.id).await;
        json!({ "communityId": id(now.id), "expectedVersion": now.version, "registeredOn": "2020-09-01" })
    }),
    on_community!("headcountSet", HeadcountSet, |app, scene| {
        json!({
            "regionCode": scene.region(app).await.code,
            "profileCode": app.profile("physics-teachers").await.code,
            "year": "2024-2025",
            "teachers": 100,
        })
    }),
];
