//! A region's service accounts in the schema: translation only, see `integrators` for what is done.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{account, client_secret, ids::AccountId};

use super::{
    integrators::{self, Equipped},
    loader::SecretsOf,
    rules,
};
use crate::{
    db::keyset::{List, Page},
    error::{Error, Rejected},
    graphql::{
        Caller,
        connection::{Slice, connection},
        errors::{UserError, user_errors},
        ids,
    },
    registry::region::graphql::{Region, region_of},
};

/// A service account: the way in of another system.
pub struct Integrator(pub integrators::Integrator);

connection!(IntegratorConnection, IntegratorEdge, Integrator, "integrators, the oldest first");

impl Integrator {
    fn row(&self) -> &account::Model {
        &self.0.account
    }
}

/// A service account: the way in of another system, which keeps a region's registrations in step.
#[Object]
impl Integrator {
    /// The account's id.
    async fn id(&self) -> ID {
        ids::encode(self.row().id)
    }
    /// What the system names itself by at `POST /oauth/token`.
    async fn client_id(&self) -> &str {
        &self.row().login
    }
    /// What the system is called; its client id where it has no name.
    async fn name(&self) -> &str {
        self.row().name.as_deref().unwrap_or(&self.row().login)
    }
    /// The region whose registrations it keeps in step.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region).await
    }
    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row().created_at
    }
    /// Since when it lets nobody in; null while it does.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.row().closed_at
    }
    /// When the secrets that are good now were made and end, the newest first, at most 10; never the secrets
    /// themselves.
    async fn secrets(&self, ctx: &Context<'_>) -> Result<Vec<IntegratorSecret>, Error> {
        let caller = Caller::of(ctx)?;
        let kept = caller.loader.load_one(SecretsOf(self.row().id)).await?.unwrap_or_default();
        let now = caller.actor.now;
        Ok(kept.into_iter().filter(|row| rules::is_good(row.expires_at, now)).map(Into::into).collect())
    }
}

/// A secret of a service account, without the secret itself, which nobody can be shown again.
#[derive(SimpleObject)]
pub struct IntegratorSecret {
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when on it is good no more; null for the newest.
    expires_at: Option<DateTime<Utc>>,
}

impl From<client_secret::Model> for IntegratorSecret {
    fn from(row: client_secret::Model) -> Self {
        Self { created_at: row.created_at, expires_at: row.expires_at }
    }
}

/// A new service account.
#[derive(InputObject)]
pub struct IntegratorCreateInput {
    /// The ISO 3166-2 code of the region, e.g. `RU-KDA`.
    region_code: String,
    /// What the system names itself by: 3 to 60 small Latin letters, digits, points and hyphens; unique.
    client_id: String,
    /// What the system is called, 1 to 200 characters.
    name: String,
}

/// Which service account gets a new secret.
#[derive(InputObject)]
pub struct IntegratorSecretRotateInput {
    /// Which integrator.
    integrator_id: ID,
    /// For how many hours, 0 to 720, the former secrets stay good beside the new one; 0 ends them now.
    #[graphql(default = 24)]
    overlap_hours: i32,
}

/// Which service account is closed.
#[derive(InputObject)]
pub struct IntegratorRevokeInput {
    /// Which integrator.
    integrator_id: ID,
}

/// What a mutation that makes a secret answers.
#[derive(SimpleObject)]
pub struct IntegratorSecretPayload {
    /// The integrator as it stands after the mutation; after a refused change, as it stands; null when there is
    /// none.
    integrator: Option<Integrator>,
    /// The new secret, for `POST /oauth/token`. It is shown here and never again; null when none was made.
    client_secret: Option<String>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    user_errors: Vec<UserError>,
}

impl IntegratorSecretPayload {
    fn of(outcome: Result<Equipped, Rejected>, current: Option<Integrator>) -> Self {
        match outcome {
            Ok(made) => Self {
                integrator: Some(Integrator(made.integrator)),
                client_secret: Some(made.secret),
                user_errors: Vec::new(),
            },
            Err(rejected) => {
                Self { integrator: current, client_secret: None, user_errors: user_errors(rejected.errors) }
            }
        }
    }
}

/// What revoking an integrator answers.
#[derive(SimpleObject)]
pub struct IntegratorPayload {
    /// The integrator as it stands after the mutation.
    integrator: Option<Integrator>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    user_errors: Vec<UserError>,
}

/// The queries on service accounts.
#[derive(Default)]
pub struct IntegratorQuery;

#[Object]
impl IntegratorQuery {
    /// The service accounts of a region, revoked ones too, the oldest first. For the region's operator and the
    /// auditor; `FORBIDDEN` for all others.
    async fn integrators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ISO 3166-2 code of the region, e.g. `RU-KDA`.")] region_code: String,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<IntegratorConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let region = integrators::readable_region(&caller.app, &caller.actor, &region_code).await?;
        let db = caller.app.db.clone();
        let list = List::of("integrators", &region);
        let rows = integrators::list(&db, region, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { integrators::count(&db, region).await }
        };
        let node = |account| Integrator(integrators::Integrator { account, region });
        Ok(IntegratorConnection(Slice::new(list, rows, |row| row.id, node, count)?))
    }
}

/// The mutations on service accounts.
#[derive(Default)]
pub struct IntegratorMutation;

#[Object]
impl IntegratorMutation {
    /// Makes a service account that keeps a region's registrations in step with another system, and its first
    /// secret. For the region's operator.
    async fn integrator_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new service account.")] input: IntegratorCreateInput,
    ) -> Result<IntegratorSecretPayload, Error> {
        let caller = Caller::of(ctx)?;
        let (region, client, name) = (&input.region_code, &input.client_id, &input.name);
        let outcome = integrators::create(&caller.app, &caller.actor, region, client, name).await?;
        Ok(IntegratorSecretPayload::of(outcome, None))
    }

    /// Makes a new secret for a service account; the former ones stay good for `overlapHours`, so that the system
    /// can change over without a break. At most 10 are good at once. Access tokens that were given already run
    /// out by themselves; `integratorRevoke` ends them at once. For the region's operator.
    async fn integrator_secret_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which integrator, and how long the former secrets stay good.")]
        input: IntegratorSecretRotateInput,
    ) -> Result<IntegratorSecretPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<AccountId>(&input.integrator_id)?;
        let outcome = integrators::rotate_secret(&caller.app, &caller.actor, id, input.overlap_hours).await?;
        let current = if outcome.is_err() { current(caller, id).await? } else { None };
        Ok(IntegratorSecretPayload::of(outcome, current))
    }

    /// Closes a service account for good: its secrets and access tokens are good no more from the next request
    /// on. For the region's operator.
    async fn integrator_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which integrator.")] input: IntegratorRevokeInput,
    ) -> Result<IntegratorPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<AccountId>(&input.integrator_id)?;
        Ok(match integrators::revoke(&caller.app, &caller.actor, id).await? {
            Ok(revoked) => {
                IntegratorPayload { integrator: Some(Integrator(revoked)), user_errors: Vec::new() }
            }
            Err(rejected) => IntegratorPayload {
                integrator: current(caller, id).await?,
                user_errors: user_errors(rejected.errors),
            },
        })
    }
}

async fn current(caller: &Caller, id: AccountId) -> Result<Option<Integrator>, Error> {
    Ok(integrators::get(&caller.app, &caller.actor, id).await?.map(Integrator))
}
