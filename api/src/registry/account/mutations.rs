//! The mutations that open accounts and give explicit rights: translation only, see `open` and `grants`.

use async_graphql::{Context, Object};
use entity::ids::{MemberId, PersonId};

use super::{
    grants,
    inputs::{AccountCreateInput, AccountPayload, GrantInput, GrantPayload},
    open::{self, For},
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations on accounts of persons and their rights.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Opens an account for a person, with a password that is shown once. For members: chair and coordinator of their
    /// community, the region's operator. For employees: the region's operator, the federal registrar.
    async fn account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, and for whom.")] input: AccountCreateInput,
    ) -> Result<AccountPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let member = input.member_id.as_ref().map(ids::decode::<MemberId>).transpose()?;
        let employee = input.employee_id.as_ref().map(ids::decode::<PersonId>).transpose()?;
        Ok(open::open(app, actor, &input.login, For { member, employee }).await?.into())
    }

    /// Gives an account an explicit right, from now on without an end. For the federal registrar.
    async fn grant_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose right, and which.")] input: GrantInput,
    ) -> Result<GrantPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        Ok(GrantPayload::of(grants::create(app, actor, input.into()).await?))
    }

    /// Ends an explicit right of an account: with the next request it is gone. For the federal registrar.
    async fn grant_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose right, and which.")] input: GrantInput,
    ) -> Result<GrantPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        Ok(GrantPayload::of(grants::end(app, actor, input.into()).await?))
    }
}
