//! The mutations on the pool of experts: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{CommunityId, ExpertId, MemberId, PersonId};

use super::{
    inputs::{ExpertConsentInput, ExpertNominateInput, ExpertPayload, ExpertReleaseInput, ExpertResignInput},
    write::{self, Whom},
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct ExpertMutation;

#[Object]
impl ExpertMutation {
    /// Puts somebody forward for the pool of the community's profile: one of its members, or an employee of its
    /// region's institute. For the coordinator and the region's operator. Nothing is drawn for the person until it has
    /// agreed. Somebody who is in the pool already: `TAKEN`.
    async fn expert_nominate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and by which community.")] input: ExpertNominateInput,
    ) -> Result<ExpertPayload, Error> {
        let caller = Caller::of(ctx)?;
        let community = ids::decode::<CommunityId>(&input.community_id)?;
        let whom = Whom {
            member: input.member_id.as_ref().map(ids::decode::<MemberId>).transpose()?,
            employee: input.employee_id.as_ref().map(ids::decode::<PersonId>).transpose()?,
        };
        Ok(ExpertPayload::of(write::nominate(&caller.app, &caller.actor, community, whom).await?))
    }

    /// Agrees to assess practices, so many at a time; from now on the person is drawn. Once more, it changes the limit.
    /// For the person alone.
    async fn expert_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which place, and how many reviews at a time.")] input: ExpertConsentInput,
    ) -> Result<ExpertPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ExpertId>(&input.expert_id)?;
        let outcome = write::consent(&caller.app, &caller.actor, id, input.load_limit).await?;
        ExpertPayload::of_change(caller, id, outcome).await
    }

    /// Leaves the pool, or refuses the nomination. For the person alone; not while it holds reviews: `WRONG_STATE`.
    async fn expert_resign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which place.")] input: ExpertResignInput,
    ) -> Result<ExpertPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ExpertId>(&input.expert_id)?;
        let outcome = write::resign(&caller.app, &caller.actor, id).await?;
        ExpertPayload::of_change(caller, id, outcome).await
    }

    /// Takes somebody out of the pool. For those who nominate in the community that put the person forward; not while
    /// the expert holds reviews: `WRONG_STATE`.
    async fn expert_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which place.")] input: ExpertReleaseInput,
    ) -> Result<ExpertPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ExpertId>(&input.expert_id)?;
        let outcome = write::release(&caller.app, &caller.actor, id).await?;
        ExpertPayload::of_change(caller, id, outcome).await
    }
}
