//! The mutations on practices: translation only, see `write` and the rating concept for what they do.

use async_graphql::{Context, ID, Object};
use entity::{
    ids::{CommunityId, PracticeId},
    practice,
};

use super::{
    inputs::{
        PracticeActionInput, PracticeCreateInput, PracticePayload, PracticeRateInput, PracticeReasonInput,
        PracticeUpdateInput,
    },
    rules::Text,
    write,
};
use crate::{
    auth::Action,
    error::{Error, Rejected},
    graphql::{Caller, ids},
    registry::rating,
};

/// The mutations of this concept.
#[derive(Default)]
pub struct PracticeMutation;

#[Object]
impl PracticeMutation {
    /// Writes a practice; its author is the caller, its state `DRAFT`. For members of the community.
    async fn practice_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new practice.")] input: PracticeCreateInput,
    ) -> Result<PracticePayload, Error> {
        let caller = Caller::of(ctx)?;
        let of = ids::decode::<CommunityId>(&input.community_id)?;
        let text = Text {
            title: Some(input.title),
            summary: Some(input.summary),
            body: Some(input.body),
            tags: input.tags,
        };
        Ok(PracticePayload::of(write::create(&caller.app, &caller.actor, of, text).await?, None))
    }

    /// Changes the text of a practice while it is `DRAFT` or `RETURNED`. For its authors.
    async fn practice_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: PracticeUpdateInput,
    ) -> Result<PracticePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<PracticeId>(&input.practice_id)?;
        let text = Text { title: input.title, summary: input.summary, body: input.body, tags: input.tags };
        let outcome = write::update(&caller.app, &caller.actor, id, input.expected_version, text).await?;
        payload(caller, id, outcome).await
    }

    /// Hands a practice to the presidium; its text is frozen. For its authors.
    async fn practice_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice.")] input: PracticeActionInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeSubmit, None).await
    }

    /// Gives a submitted practice back to its authors, with a reason. For the chair and the presidium; an
    /// approved practice is given back by the coordinator.
    async fn practice_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, and why.")] input: PracticeReasonInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeReturn, Some(input.reason)).await
    }

    /// Approves a submitted practice. For the chair and the presidium, never for one's own.
    async fn practice_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice.")] input: PracticeActionInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeApprove, None).await
    }

    /// Rejects a submitted practice for good, with a reason. For the chair and the presidium.
    async fn practice_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, and why.")] input: PracticeReasonInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeReject, Some(input.reason)).await
    }

    /// Enters an approved practice in the federal registry, where it gets its number. For the coordinator.
    async fn practice_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice.")] input: PracticeActionInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticePublish, None).await
    }

    /// Takes a practice back, with a reason; its number is never given again. For its authors and, once it
    /// was submitted, the coordinator.
    async fn practice_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, and why.")] input: PracticeReasonInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeWithdraw, Some(input.reason)).await
    }

    /// Strikes a published practice from the registry, with a reason. For the federal registrar.
    async fn practice_annul(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, and why.")] input: PracticeReasonInput,
    ) -> Result<PracticePayload, Error> {
        step(ctx, &input.practice_id, Action::PracticeAnnul, Some(input.reason)).await
    }

    /// Rates a published practice; again changes the rating. For members, never for a practice of one's own
    /// or of one's own community.
    async fn practice_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice, and the rating.")] input: PracticeRateInput,
    ) -> Result<PracticePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<PracticeId>(&input.practice_id)?;
        let outcome =
            rating::service::rate(&caller.app, &caller.actor, id, input.stars, input.comment).await?;
        payload(caller, id, outcome).await
    }
}

async fn step(
    ctx: &Context<'_>,
    id: &ID,
    action: Action,
    reason: Option<String>,
) -> Result<PracticePayload, Error> {
    let caller = Caller::of(ctx)?;
    let id = ids::decode::<PracticeId>(id)?;
    let outcome = write::take_step(&caller.app, &caller.actor, id, action, reason).await?;
    payload(caller, id, outcome).await
}

async fn payload(
    caller: &Caller,
    id: PracticeId,
    outcome: Result<practice::Model, Rejected>,
) -> Result<PracticePayload, Error> {
    let current = if outcome.is_err() { caller.loader.load_one(id).await? } else { None };
    Ok(PracticePayload::of(outcome, current))
}
