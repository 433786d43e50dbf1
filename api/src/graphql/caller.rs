//! What every resolver works with: the application, the actor, and the batch loader of this one request.

use std::time::Duration;

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache},
};

use super::Rests;
use crate::{
    app::App,
    auth::{Action, Actor, visibility},
    db::{Reader, meter},
    error::Error,
};

/// The batch loader of a request; what it has loaded it keeps until the request ends.
pub type Loader = DataLoader<Reader, HashMapCache>;

/// The caller of a request.
pub struct Caller {
    /// The application.
    pub app: App,
    /// Who calls.
    pub actor: Actor,
    /// Batch loads on the actor's behalf.
    pub loader: Loader,
}

impl Caller {
    /// The caller, with a fresh loader, whose loads go out when the request rests. A `writing` request does not keep what
    /// it loads: the next of its mutations may change it.
    #[must_use]
    pub fn new(app: App, actor: Actor, writing: bool, rests: &Rests) -> Self {
        let reader = Reader {
            db: app.db.clone(),
            practices: visibility::visible_practices(&actor),
            members: visibility::visible_members(&actor),
            monitorings: visibility::visible_monitorings(&actor),
            adoptions: visibility::visible_adoptions(&actor),
            experts: visibility::visible_experts(&actor),
            reviews: visibility::visible_reviews(&actor),
            assessments: visibility::visible_assessments(&actor),
            ratings: visibility::visible_ratings(&actor),
            integrity: visibility::scope(&actor, Action::IntegrityRead).all,
            now: actor.now,
            today: actor.now.date_naive(),
        };
        let rests = rests.clone();
        let spawn = move |load| tokio::spawn(meter::same(rests.then(load)));
        let loader = DataLoader::with_cache(reader, spawn, HashMapCache::default()).delay(Duration::ZERO);
        loader.enable_all_cache(!writing);
        Self { app, actor, loader }
    }

    /// The caller of the request that is being resolved.
    ///
    /// # Errors
    /// A fault of ours: the request came in by another door.
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self, Error> {
        ctx.data::<Self>().map_err(|_| Error::broken("a request without its caller"))
    }
}
