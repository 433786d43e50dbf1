//! The mutations on reviews: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{PracticeId, ReviewId};

use super::{
    draw,
    inputs::{
        ReviewDeclareConflictInput, ReviewDeclineInput, ReviewDrawInput, ReviewDrawPayload,
        ReviewExpireInput, ReviewExtendInput, ReviewPayload,
    },
    write::{self, Refusal},
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Draws experts for a submitted practice by lot, and gives it into their hands. For the coordinator of its community
    /// and the region's operator. The first experts are drawn once; after that only those who are missing.
    async fn review_draw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which practice, and how many.")] input: ReviewDrawInput,
    ) -> Result<ReviewDrawPayload, Error> {
        let caller = Caller::of(ctx)?;
        let of = ids::decode::<PracticeId>(&input.practice_id)?;
        let attempt = draw::ask(&caller.app, &caller.actor, of, input.count, input.dry_run).await?;
        Ok(attempt.into())
    }

    /// Will not assess the practice; somebody else is drawn at once, as far as there is anybody. For the expert alone,
    /// while the review is open.
    async fn review_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and why.")] input: ReviewDeclineInput,
    ) -> Result<ReviewPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReviewId>(&input.review_id)?;
        let outcome = write::refuse(&caller.app, &caller.actor, id, Refusal::Decline, &input.reason).await?;
        ReviewPayload::of_change(caller, id, outcome).await
    }

    /// Declares a conflict of interest with the practice, or with authors of it: the expert does not assess it, and is
    /// not drawn for what the conflict concerns any more. Somebody else is drawn at once, as far as there is anybody.
    /// For the expert alone, while the review is open.
    async fn review_declare_conflict(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which review, with whom, and what it consists in.")]
        input: ReviewDeclareConflictInput,
    ) -> Result<ReviewPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReviewId>(&input.review_id)?;
        let refusal = Refusal::Conflict(input.with_authors.unwrap_or_default());
        let outcome = write::refuse(&caller.app, &caller.actor, id, refusal, &input.reason).await?;
        ReviewPayload::of_change(caller, id, outcome).await
    }

    /// Takes a review whose day has passed back from its expert; somebody else is drawn at once, as far as there is
    /// anybody. For those who may draw.
    async fn review_expire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and why.")] input: ReviewExpireInput,
    ) -> Result<ReviewPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReviewId>(&input.review_id)?;
        let outcome = write::expire(&caller.app, &caller.actor, id, &input.reason).await?;
        ReviewPayload::of_change(caller, id, outcome).await
    }

    /// Gives an expert more time, whether or not the day has passed. For those who may draw.
    async fn review_extend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and until when.")] input: ReviewExtendInput,
    ) -> Result<ReviewPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReviewId>(&input.review_id)?;
        let outcome = write::extend(&caller.app, &caller.actor, id, input.due_on.0).await?;
        ReviewPayload::of_change(caller, id, outcome).await
    }
}
