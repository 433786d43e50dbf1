//! The mutations on registrations: on a fresh one in the scene's municipality, of the caller where it is made the
//! caller's own.

use api::auth::table::Action;
use entity::{Role, ids::MemberId, person};
use sea_orm::EntityTrait;
use serde_json::json;

use super::{Call, Scene, allows, public};
use crate::support::{actor::Actor, app::TestApp};

/// Registrations are known to those who may read them; a member knows its own.
fn read(role: Role, inside: bool) -> bool {
    allows(Action::MembersRead, Some(role), inside)
}

/// Whoever may erase need not be able to read.
fn read_or_erase(role: Role, inside: bool) -> bool {
    read(role, inside) || allows(Action::PersonErase, Some(role), inside)
}

/// A fresh registration, and who calls: the caller of the matrix, or the person of the registration itself.
async fn fresh(app: &TestApp, scene: &Scene, pending: bool, caller: &Actor, own: bool) -> (MemberId, Actor) {
    let new = app.new_member(&scene.community).municipality(&scene.municipality);
    let row = if pending { new.pending() } else { new }.create().await;
    if !own {
        return (row.id, caller.clone());
    }
    let person = person::Entity::find_by_id(row.person_id).one(app.rows()).await.unwrap().unwrap();
    (row.id, app.actor_for(&person).await)
}

macro_rules! on_member {
    ($field:literal, $action:ident, $on:literal, $known:expr, |$caller:ident, $id:ident| $call:expr) => {
        Call {
            field: $field,
            action: Action::$action,
            on: $on,
            known: $known,
            run: |app, caller, scene, own| {
                Box::pin(async move {
                    let ($id, $caller) = fresh(app, scene, $on == "PENDING", caller, own).await;
                    $call.await
                })
            },
        }
    };
}

pub const CALLS: &[Call] = &[
    Call {
        field: "memberRegister",
        action: Action::MemberRegister,
        on: "-",
        known: public,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                // Service accounts are nobody's, and members are members already: somebody new registers.
                let teacher = match caller.token {
                    Some(_) => app.stranger().await,
                    None => caller.clone(),
                };
                let name = json!({ "fullName": "Новая Нина" });
                teacher.register(&scene.community, &scene.municipality, name).await
            })
        },
    },
    on_member!("memberConfirm", MemberConfirm, "PENDING", read, |caller, id| caller.confirm(id)),
    on_member!("memberDecline", MemberConfirm, "PENDING", read, |caller, id| caller.decline(id, "Причина.")),
    on_member!("memberLeave", MemberLeave, "ACTIVE", read, |caller, id| caller.leave(id)),
    Call {
        field: "memberMove",
        action: Action::MemberMove,
        on: "ACTIVE",
        known: read,
        run: |app, caller, scene, own| {
            Box::pin(async move {
                let (id, caller) = fresh(app, scene, false, caller, own).await;
                caller.relocate(id, &scene.another_town(app).await).await
            })
        },
    },
    on_member!("memberUpdate", MemberUpdate, "ACTIVE", read, |caller, id| caller.amend(
        id,
        1,
        json!({ "phone": "1" })
    )),
    on_member!("personErase", PersonErase, "ACTIVE", read_or_erase, |caller, id| caller.erase(id)),
    Call {
        field: "memberRegistrationsSync",
        action: Action::MembersSync,
        on: "-",
        known: public,
        run: |_, caller, _, _| {
            Box::pin(async move {
                // A call names no place: it is always of the caller's own region.
                let key = uuid::Uuid::now_v7().to_string();
                caller.sync(&key, &[]).await
            })
        },
    },
];
