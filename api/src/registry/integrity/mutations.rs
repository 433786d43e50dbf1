//! The mutations on findings and on ratings in question: translation only, see `check` and `write`.

use async_graphql::{Context, ID, Object};
use entity::ids::{FindingId, RatingId};

use super::{
    check,
    inputs::{
        IntegrityCheckPayload, IntegrityFindingDismissInput, IntegrityFindingPayload, RatingsPayload,
        RatingsRestoreInput, RatingsSetAsideInput,
    },
    write,
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct IntegrityMutation;

#[Object]
impl IntegrityMutation {
    /// Asks for a check of ratings and texts, as there is one every night. It goes on by itself; while one is
    /// unfinished, that is the one. For the federal registrar.
    async fn integrity_check(&self, ctx: &Context<'_>) -> Result<IntegrityCheckPayload, Error> {
        let caller = Caller::of(ctx)?;
        Ok(IntegrityCheckPayload::of(check::ask(&caller.app, &caller.actor).await?))
    }

    /// Dismisses an open finding, with a reason: nothing is to be done. For the federal registrar.
    async fn integrity_finding_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which finding, and why.")] input: IntegrityFindingDismissInput,
    ) -> Result<IntegrityFindingPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<FindingId>(&input.finding_id)?;
        let outcome = write::dismiss(&caller.app, &caller.actor, id, &input.reason).await?;
        IntegrityFindingPayload::of_change(caller, id, outcome).await
    }

    /// Sets ratings aside, with a reason: they are kept, but count neither in a practice's rating nor in any ranking,
    /// and only the registrar, the auditor and who gave them see them. For the federal registrar.
    async fn ratings_set_aside(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ratings, for which finding, and why.")] input: RatingsSetAsideInput,
    ) -> Result<RatingsPayload, Error> {
        let caller = Caller::of(ctx)?;
        let ratings = decode(&input.rating_ids)?;
        let finding = input.finding_id.as_ref().map(ids::decode::<FindingId>).transpose()?;
        let outcome = write::set_aside(&caller.app, &caller.actor, &ratings, finding, &input.reason).await?;
        Ok(RatingsPayload::of(outcome))
    }

    /// Restores ratings that were set aside, with a reason: they count again as they did. For the federal registrar.
    async fn ratings_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ratings, and why.")] input: RatingsRestoreInput,
    ) -> Result<RatingsPayload, Error> {
        let caller = Caller::of(ctx)?;
        let ratings = decode(&input.rating_ids)?;
        Ok(RatingsPayload::of(write::restore(&caller.app, &caller.actor, &ratings, &input.reason).await?))
    }
}

fn decode(given: &[ID]) -> Result<Vec<RatingId>, Error> {
    given.iter().map(ids::decode::<RatingId>).collect()
}
