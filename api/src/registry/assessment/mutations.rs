//! The mutations on assessments and rubrics: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::ReviewId;

use super::{
    inputs::{AssessmentPayload, AssessmentSubmitInput, RubricCreateInput, RubricPayload},
    write,
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct AssessmentMutation;

#[Object]
impl AssessmentMutation {
    /// Hands in the assessment of a practice, which finishes the review; it cannot be changed afterwards. For the expert
    /// who was drawn, until the review's last day. When two experts differ by more than 1.5 a third is drawn at once,
    /// as far as there is anybody.
    async fn assessment_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which review, and what the expert finds.")] input: AssessmentSubmitInput,
    ) -> Result<AssessmentPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReviewId>(&input.review_id)?;
        let scores = input.scores.into_iter().map(Into::into).collect();
        let outcome = write::submit(&caller.app, &caller.actor, id, scores, &input.conclusion).await?;
        Ok(AssessmentPayload::of(outcome))
    }

    /// Makes the next version of the rubric. It changes nothing of what is finished, nor of the reviews that are in the
    /// hands of experts. For the federal registrar.
    async fn rubric_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is scored, and since when.")] input: RubricCreateInput,
    ) -> Result<RubricPayload, Error> {
        let caller = Caller::of(ctx)?;
        let criteria = input.criteria.into_iter().map(Into::into).collect();
        let outcome =
            write::create_rubric(&caller.app, &caller.actor, criteria, input.effective_from).await?;
        Ok(RubricPayload::of(outcome))
    }
}
