//! Signing in and out, and the signed-in caller, in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::service::{self, Tokens};
use crate::{
    auth::{Actor, Right},
    error::{Error, Rejected},
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        ids,
    },
};

/// What a grant lets do within its scope.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Role")]
pub enum Role {
    /// Writes and submits practices in a community; rates those of others.
    Member,
    /// Represents a municipality in a community's council.
    CouncilRepresentative,
    /// Approves, returns and rejects the practices submitted to a community.
    PresidiumMember,
    /// Leads a community.
    Chair,
    /// Publishes a community's approved practices in the federal registry.
    Coordinator,
    /// Looks after a region's communities.
    RegionalOperator,
    /// Assesses practices of a profile.
    Expert,
    /// Keeps a region's registrations in step with another system.
    Integrator,
    /// Keeps the federal lists; annuls practices.
    FederalRegistrar,
    /// Reads everything, changes nothing.
    Auditor,
}

/// The signed-in caller.
pub struct Viewer(pub Actor);

/// The signed-in caller: the account, and what it may do at this moment.
#[Object]
impl Viewer {
    /// The account's id.
    async fn id(&self) -> Result<ID, Error> {
        Ok(ids::encode(self.identity()?.account))
    }
    /// The login.
    async fn login(&self) -> Result<&str, Error> {
        Ok(&self.identity()?.login)
    }
    /// The rights in force: explicit ones, and those of the person's offices and registrations.
    async fn grants(&self) -> Vec<Grant> {
        self.0.rights.iter().cloned().map(Grant).collect()
    }
}

impl Viewer {
    fn identity(&self) -> Result<&crate::auth::Identity, Error> {
        self.0.identity.as_ref().ok_or_else(|| Error::broken("a viewer without an identity"))
    }
}

/// A role with its scope.
pub struct Grant(Right);

/// A role with its scope.
#[Object]
impl Grant {
    /// The role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }
    /// The region within which it holds; null for the federation.
    async fn region_code(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.region else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.code))
    }
    /// The community within which it holds.
    async fn community_id(&self) -> Option<ID> {
        self.0.community.map(ids::encode)
    }
    /// The municipality for which it holds.
    async fn municipality_id(&self) -> Option<ID> {
        self.0.municipality.map(ids::encode)
    }
    /// The profile within which it holds.
    async fn profile_code(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.profile else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.code))
    }
}

/// Who signs in.
#[derive(InputObject)]
pub struct SessionCreateInput {
    /// The login; case does not matter.
    login: String,
    /// The password.
    #[graphql(secret)]
    password: String,
}

/// Which session goes on.
#[derive(InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token of the last answer; it is used up by this call.
    #[graphql(secret)]
    refresh_token: String,
}

/// What signing in answers.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// For the header `Authorization: Bearer …`, until `expiresAt`.
    access_token: Option<String>,
    /// For the next `sessionRefresh`, once. A second use revokes the whole session.
    refresh_token: Option<String>,
    /// When the access token runs out.
    expires_at: Option<DateTime<Utc>>,
    /// Who signed in.
    viewer: Option<Viewer>,
    /// What is wrong with the input; empty when all is done.
    user_errors: Vec<UserError>,
}

impl From<Result<Tokens, Rejected>> for SessionPayload {
    fn from(outcome: Result<Tokens, Rejected>) -> Self {
        match outcome {
            Ok(tokens) => Self {
                access_token: Some(tokens.access),
                refresh_token: Some(tokens.refresh),
                expires_at: Some(tokens.expires_at),
                viewer: Some(Viewer(tokens.actor)),
                user_errors: Vec::new(),
            },
            Err(rejected) => Self {
                access_token: None,
                refresh_token: None,
                expires_at: None,
                viewer: None,
                user_errors: user_errors(rejected.errors),
            },
        }
    }
}

/// What signing out answers.
#[derive(SimpleObject)]
pub struct SessionEndPayload {
    /// Whether the session was ended.
    ended: bool,
    /// What is wrong with the input; always empty.
    user_errors: Vec<UserError>,
}

/// The queries of this concept.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in caller; null for a visitor.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Error> {
        let actor = &Caller::of(ctx)?.actor;
        Ok(actor.identity.is_some().then(|| Viewer(actor.clone())))
    }
}

/// The mutations of this concept.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Signs in by login and password.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        input: SessionCreateInput,
    ) -> Result<SessionPayload, Error> {
        let caller = Caller::of(ctx)?;
        Ok(service::sign_in(&caller.app, &caller.actor, &input.login, input.password).await?.into())
    }

    /// Exchanges a refresh token for new tokens. Call it without an `Authorization` header.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        input: SessionRefreshInput,
    ) -> Result<SessionPayload, Error> {
        let caller = Caller::of(ctx)?;
        Ok(service::refresh(&caller.app, &caller.actor, &input.refresh_token).await?.into())
    }

    /// Signs out: the session's access and refresh tokens are good no more.
    async fn session_end(&self, ctx: &Context<'_>) -> Result<SessionEndPayload, Error> {
        let caller = Caller::of(ctx)?;
        service::sign_out(&caller.app, &caller.actor).await?;
        Ok(SessionEndPayload { ended: true, user_errors: Vec::new() })
    }
}
