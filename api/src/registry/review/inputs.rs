//! The inputs and payloads of the mutations on reviews.

use async_graphql::{ID, InputObject, Object, SimpleObject};

use super::{
    draw::Attempt,
    graphql::{ExclusionReason, Review, ReviewDraw, ReviewExclusion, exclusions},
    rules::Pool,
};
use crate::graphql::{
    errors::{UserError, user_errors},
    payload,
    scalars::Date,
};

/// A draw of experts to be made.
#[derive(InputObject)]
pub struct ReviewDrawInput {
    /// For which practice; it is SUBMITTED.
    pub practice_id: ID,
    /// How many experts: 1 to 5 at first, and later no more than are missing.
    #[graphql(default = 2)]
    pub count: i32,
    /// Only tells from which pool would be drawn, and who is kept away why; nobody is drawn.
    #[graphql(default = false)]
    pub dry_run: bool,
}

/// A review that the expert will not do.
#[derive(InputObject)]
pub struct ReviewDeclineInput {
    /// Which review.
    pub review_id: ID,
    /// Why, 1 to 2,000 characters; for those who manage the reviews.
    pub reason: String,
}

/// A conflict of interest.
#[derive(InputObject)]
pub struct ReviewDeclareConflictInput {
    /// In which review.
    pub review_id: ID,
    /// What it consists in, 1 to 2,000 characters; for those who manage the reviews.
    pub reason: String,
    /// With which authors, by their places on the title page, 1 for the first: no practice of theirs is drawn for the
    /// expert any more. Left out, the conflict is with this practice alone.
    pub with_authors: Option<Vec<i32>>,
}

/// An overdue review to be taken back.
#[derive(InputObject)]
pub struct ReviewExpireInput {
    /// Which review; its day has passed.
    pub review_id: ID,
    /// Why, 1 to 2,000 characters; shown to the expert.
    pub reason: String,
}

/// More time for an expert.
#[derive(InputObject)]
pub struct ReviewExtendInput {
    /// Which review; it is in the expert's hands.
    pub review_id: ID,
    /// The new last day: later than the former one, not passed, and within a year of the draw.
    pub due_on: Date,
}

payload!(ReviewPayload { review: Review(review) }, "a review", by ReviewId);

/// The pool from which is drawn.
pub struct ReviewPool(Pool);

/// The pool from which is drawn, as it stands: the experts of the practice's profile who have agreed to assess.
#[Object]
impl ReviewPool {
    /// How many can be drawn.
    async fn eligible(&self) -> usize {
        self.0.eligible.len()
    }
    /// How many are kept away, by reason; one expert may have several.
    async fn by_reason(&self) -> Vec<ReviewExclusionCount> {
        let counts = self.0.by_reason().into_iter();
        counts.map(|(reason, experts)| ReviewExclusionCount { reason: reason.into(), experts }).collect()
    }
    /// Who is kept away, with all reasons; 1,000 at most.
    async fn exclusions(&self) -> Vec<ReviewExclusion> {
        exclusions(&self.0.exclusions)
    }
}

/// How many experts a reason keeps away.
#[derive(SimpleObject)]
pub struct ReviewExclusionCount {
    /// The reason.
    reason: ExclusionReason,
    /// How many experts have it.
    experts: usize,
}

/// What `reviewDraw` answers.
#[derive(SimpleObject)]
pub struct ReviewDrawPayload {
    /// What was drawn; null after a dry run, and where nothing was.
    pub draw: Option<ReviewDraw>,
    /// From which pool is drawn; null where it did not come to that.
    pub pool: Option<ReviewPool>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed. With too few experts,
    /// how many there are and why: `NOT_ELIGIBLE`.
    pub user_errors: Vec<UserError>,
}

impl From<Attempt> for ReviewDrawPayload {
    fn from(attempt: Attempt) -> Self {
        Self {
            draw: attempt.drawn.map(|drawn| ReviewDraw(drawn.draw)),
            pool: attempt.pool.map(ReviewPool),
            user_errors: attempt.refused.map(|refused| user_errors(refused.errors)).unwrap_or_default(),
        }
    }
}
