//! The mutations on service accounts, each on a fresh one of the scene's region.

use std::sync::atomic::{AtomicU32, Ordering};

use api::auth::table::Action;
use entity::{Role, ids::AccountId};

use super::{Call, Scene, allows, public};
use crate::support::app::TestApp;

/// Service accounts are known to those who may list them.
fn listed(role: Role, inside: bool) -> bool {
    allows(Action::IntegratorsRead, Some(role), inside)
}

fn client_id() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("system-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

async fn fresh(app: &TestApp, scene: &Scene) -> AccountId {
    let region = app.region_of(&scene.community).await;
    app.service_account(&region, &client_id(), "secret").await.id
}

pub const CALLS: &[Call] = &[
    Call {
        field: "integratorCreate",
        action: Action::IntegratorWrite,
        on: "-",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let region = app.region_of(&scene.community).await;
                caller.create_integrator(&region.code, &client_id(), "Система").await
            })
        },
    },
    Call {
        field: "integratorSecretRotate",
        action: Action::IntegratorWrite,
        on: "-",
        known: listed,
        run: |app, caller, scene, _| {
            Box::pin(async move { caller.rotate_secret(fresh(app, scene).await, None).await })
        },
    },
    Call {
        field: "integratorRevoke",
        action: Action::IntegratorWrite,
        on: "-",
        known: listed,
        run: |app, caller, scene, _| {
            Box::pin(async move { caller.revoke_integrator(fresh(app, scene).await).await })
        },
    },
];
