//! Accounts of persons, and explicit rights.

use api::auth::table::Action;
use entity::{Role, member};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{Call, allows, public, unique};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
};

fn members(role: Role, inside: bool) -> bool {
    allows(Action::MembersRead, Some(role), inside)
}

fn employees(role: Role, inside: bool) -> bool {
    allows(Action::EmployeesRead, Some(role), inside)
}

fn login() -> String {
    format!("new{}", unique())
}

/// The caller's own registration.
async fn own_registration(app: &TestApp, caller: &Actor) -> member::Model {
    let own = member::Entity::find().filter(member::Column::PersonId.eq(caller.person()));
    own.one(app.rows()).await.unwrap().unwrap()
}

pub const CALLS: &[Call] = &[
    Call {
        field: "accountCreate",
        action: Action::AccountOpen,
        on: "MEMBER",
        known: members,
        run: |app, caller, scene, own| {
            Box::pin(async move {
                let row = match own {
                    true => own_registration(app, caller).await,
                    false => {
                        app.new_member(&scene.community).municipality(&scene.municipality).create().await
                    }
                };
                caller.call("accountCreate", json!({ "login": login(), "memberId": id(row.id) }), "").await
            })
        },
    },
    Call {
        field: "accountCreate",
        action: Action::AccountOpenEmployee,
        on: "EMPLOYEE",
        known: employees,
        run: |app, caller, scene, _| {
            Box::pin(async move {
                let person = app.employee(&scene.region(app).await).await;
                caller
                    .call("accountCreate", json!({ "login": login(), "employeeId": id(person.id) }), "")
                    .await
            })
        },
    },
    Call {
        field: "grantCreate",
        action: Action::GrantWrite,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let account = app.account(&login(), None).await;
                caller.call("grantCreate", json!({ "login": account.login, "role": "AUDITOR" }), "").await
            })
        },
    },
    Call {
        field: "grantEnd",
        action: Action::GrantWrite,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let account = app.account(&login(), None).await;
                app.grant(account.id, Role::Auditor, None, None).await;
                caller.call("grantEnd", json!({ "login": account.login, "role": "AUDITOR" }), "").await
            })
        },
    },
];
