//! The mutations on adoptions: translation only, see `write` for what they do.

use async_graphql::{Context, ID, Object};
use entity::ids::{AdoptionId, CommunityId, PracticeId};

use super::{
    inputs::{AdoptionConfirmInput, AdoptionDeclareInput, AdoptionPayload, AdoptionReasonInput},
    rules::Step,
    write::{self, Declaration},
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct AdoptionMutation;

#[Object]
impl AdoptionMutation {
    /// Declares that the caller's organization uses a practice that was written elsewhere; the coordinator of the
    /// caller's community then confirms it. For members. Once per organization and practice: `TAKEN`.
    async fn adoption_declare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, since when, with what result.")] input: AdoptionDeclareInput,
    ) -> Result<AdoptionPayload, Error> {
        let caller = Caller::of(ctx)?;
        let declaration = Declaration {
            practice: ids::decode::<PracticeId>(&input.practice_id)?,
            community: ids::decode::<CommunityId>(&input.community_id)?,
            adopted_on: input.adopted_on.0,
            result: input.result,
        };
        let outcome = write::declare(&caller.app, &caller.actor, declaration).await?;
        Ok(AdoptionPayload::of(outcome, None))
    }

    /// Confirms an adoption: from now on everybody sees it, and it counts. For the coordinator of the community whose
    /// member declared it.
    async fn adoption_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adoption.")] input: AdoptionConfirmInput,
    ) -> Result<AdoptionPayload, Error> {
        step(ctx, &input.adoption_id, Step::Confirm, None).await
    }

    /// Declines an adoption, with a reason; it may be declared again. For those who may confirm it.
    async fn adoption_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adoption, and why.")] input: AdoptionReasonInput,
    ) -> Result<AdoptionPayload, Error> {
        step(ctx, &input.adoption_id, Step::Decline, Some(&input.reason)).await
    }

    /// Takes an adoption back, also a confirmed one, which then counts no more. For who declared it and for the
    /// coordinator.
    async fn adoption_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adoption, and why.")] input: AdoptionReasonInput,
    ) -> Result<AdoptionPayload, Error> {
        step(ctx, &input.adoption_id, Step::Withdraw, Some(&input.reason)).await
    }
}

async fn step(
    ctx: &Context<'_>,
    id: &ID,
    what: Step,
    reason: Option<&str>,
) -> Result<AdoptionPayload, Error> {
    let caller = Caller::of(ctx)?;
    let id = ids::decode::<AdoptionId>(id)?;
    let outcome = write::take_step(&caller.app, &caller.actor, id, what, reason).await?;
    let current = if outcome.is_err() { caller.loader.load_one(id).await? } else { None };
    Ok(AdoptionPayload::of(outcome, current))
}
