//! Signing in, going on, and out.

use api::auth::table::Action;

use super::{Call, public};

pub const CALLS: &[Call] = &[
    Call {
        field: "sessionCreate",
        action: Action::SessionCreate,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move { caller.sign_in(&app.stranger().await.login, "demo").await })
        },
    },
    Call {
        field: "sessionRefresh",
        action: Action::SessionRefresh,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let signed_in = app.visitor().sign_in(&app.stranger().await.login, "demo").await;
                caller.refresh(signed_in.done()["refreshToken"].as_str().unwrap()).await
            })
        },
    },
    Call {
        field: "sessionEnd",
        action: Action::SessionEnd,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                match caller.account {
                    // In a session of its own, because it ends.
                    Some(account) => app.enter(account).await.sign_out().await,
                    None => caller.sign_out().await,
                }
            })
        },
    },
];
