//! Reviews and draws in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ids::{ExpertId, PracticeId, ReviewDrawId},
    practice, review,
    review_draw::{self, Exclusion},
};

use super::{
    loader::{InsteadOf, ReviewsOf, VacantIn},
    lot, rules,
    service::{self, Verified},
};
use crate::{
    auth::{Action, policy, visibility},
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
        scalars::Date,
    },
    registry::{
        assessment::graphql::{Assessment, Rubric, assessment_of, rubric_of_review},
        expert::graphql::Expert,
        practice::{graphql::Practice, loader::AuthorsOf, service as practices},
        region::graphql::Profile,
    },
};

/// Where a review stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::ReviewState")]
pub enum ReviewState {
    /// In the hands of the expert who was drawn.
    Assigned,
    /// The expert has handed in the assessment.
    Finished,
    /// The expert will not do it, with a reason.
    Declined,
    /// The expert declared a conflict of interest.
    Conflict,
    /// Taken back after its day had passed.
    Expired,
    /// Called off: the practice left the state SUBMITTED.
    Cancelled,
}

/// What a draw was for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Purpose", name = "ReviewDrawPurpose")]
pub enum Purpose {
    /// The experts of a submitted practice.
    First,
    /// Somebody in the place of an expert who fell out.
    Replacement,
    /// One more expert, where the others disagree.
    Third,
}

/// Why an expert of the pool takes no part in a draw.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::ExclusionReason", name = "ReviewExclusionReason")]
pub enum ExclusionReason {
    /// Wrote the practice.
    Author,
    /// Handed in another practice together with an author within the last three years.
    Coauthor,
    /// Is of the practice's community or of an author's.
    Community,
    /// Works where an author works.
    Organization,
    /// Is of the practice's region or of an author's.
    Region,
    /// Has declared a conflict with the practice or with an author.
    Conflict,
    /// Holds as many reviews as the expert agreed to.
    Load,
    /// Wrote a practice for which an author was drawn as an expert in the same academic year.
    Reciprocal,
    /// Was drawn for this practice already.
    Drawn,
}

/// A practice in the hands of an expert who was drawn for it.
#[derive(Clone)]
pub struct Review(pub review::Model);

connection!(ReviewConnection, ReviewEdge, Review, "reviews, the newest first");

/// A practice in the hands of an expert who was drawn for it. Seen by the expert and by those who manage the practice's
/// reviews; never by its authors before the publication.
#[Object]
impl Review {
    /// The review's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Which practice; null for an expert who is not to assess it any more, and may not see it.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Option<Practice>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?.map(Practice))
    }
    /// Which edition of its text, by the version that was handed in: `Practice.edition(version)` is the text.
    async fn edition(&self) -> i32 {
        self.0.edition
    }
    /// The expert.
    async fn expert(&self, ctx: &Context<'_>) -> Result<Option<Expert>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.expert_id).await?.map(Expert))
    }
    /// Where it stands.
    async fn state(&self) -> ReviewState {
        self.0.state.into()
    }
    /// When the expert was drawn.
    async fn assigned_at(&self) -> DateTime<Utc> {
        self.0.assigned_at
    }
    /// The last day on which it is in time.
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }
    /// Whether it is open and that day has passed.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        let today = Caller::of(ctx)?.actor.now.date_naive();
        let open = self.0.state == entity::ReviewState::Assigned;
        Ok(open && rules::is_overdue(self.0.due_on, today))
    }
    /// When it was finished, or ended otherwise; null while it is open.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
    /// Why it was declined or taken back, in the words of who did it.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// What the expert found; null until it is finished.
    async fn assessment(&self, ctx: &Context<'_>) -> Result<Option<Assessment>, Error> {
        assessment_of(Caller::of(ctx)?, &self.0).await
    }
    /// By which version of the rubric it is assessed: the one that was in force when it was assigned.
    async fn rubric(&self, ctx: &Context<'_>) -> Result<Rubric, Error> {
        rubric_of_review(Caller::of(ctx)?, &self.0).await
    }
    /// The draw that began it; null for the expert.
    async fn draw(&self, ctx: &Context<'_>) -> Result<Option<ReviewDraw>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.draw_id).await?.map(ReviewDraw))
    }
    /// In the place of which review; null for the first ones, and for the expert.
    async fn replaces(&self, ctx: &Context<'_>) -> Result<Option<Self>, Error> {
        let Some(id) = self.0.replaces else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Self))
    }
    /// The review that was begun in its place; null where there is none, and for the expert.
    async fn replaced_by(&self, ctx: &Context<'_>) -> Result<Option<Self>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(InsteadOf(self.0.id)).await?.map(Self))
    }
}

/// A draw of experts.
#[derive(Clone)]
pub struct ReviewDraw(pub review_draw::Model);

connection!(ReviewDrawConnection, ReviewDrawEdge, ReviewDraw, "draws of experts, the newest first");

/// A draw of experts for a practice, with all that is needed to do it again. Seen by those who manage the practice's
/// reviews. Kept for ever.
#[Object]
impl ReviewDraw {
    /// The draw's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// For which practice.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Option<Practice>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?.map(Practice))
    }
    /// For which edition of its text, by the version that was handed in: `Practice.edition(version)` is the text.
    async fn edition(&self) -> i32 {
        self.0.edition
    }
    /// From the pool of which profile.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Profile, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.profile_id).await?;
        found.map(Profile).ok_or_else(|| Error::broken("a draw without a profile"))
    }
    /// What for.
    async fn purpose(&self) -> Purpose {
        self.0.purpose.into()
    }
    /// How many experts were asked for.
    async fn asked(&self) -> i32 {
        self.0.asked
    }
    /// How was drawn, so that anybody can do it again.
    async fn algorithm(&self) -> ReviewDrawAlgorithm {
        let known = self.0.algorithm == lot::ALGORITHM;
        let description = known.then_some(lot::ALGORITHM_IN_WORDS);
        ReviewDrawAlgorithm { version: self.0.algorithm, description }
    }
    /// 256 random bits, in 64 hexadecimal digits.
    async fn seed(&self) -> &str {
        &self.0.seed
    }
    /// The ids of the experts among whom was drawn, 1,000 at most.
    async fn pool(&self) -> Vec<ID> {
        encode(&self.0.pool.0)
    }
    /// The experts of the profile among whom was not drawn, with all reasons; 1,000 at most.
    async fn exclusions(&self) -> Vec<ReviewExclusion> {
        exclusions(&self.0.exclusions.0)
    }
    /// The ids of the experts who were drawn, in the order of the draw.
    async fn drawn(&self) -> Vec<ID> {
        encode(&self.0.drawn.0)
    }
    /// The reviews that began with it, in the order of the draw; five at most.
    async fn reviews(&self, ctx: &Context<'_>) -> Result<Vec<Review>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(ReviewsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.iter().cloned().map(Review).collect())
    }
    /// When.
    async fn drawn_at(&self) -> DateTime<Utc> {
        self.0.drawn_at
    }
    /// The login of who asked for it, or whose refusal made it necessary; null where the registry itself did it.
    async fn drawn_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.drawn_by else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.login))
    }
}

/// How was drawn.
#[derive(SimpleObject)]
pub struct ReviewDrawAlgorithm {
    /// Its version.
    version: i32,
    /// What it does, with a command that does the same; null for a version that is not in use any more.
    description: Option<&'static str>,
}

/// An expert who takes no part in a draw.
pub struct ReviewExclusion(Exclusion);

/// An expert who takes no part in a draw.
#[Object]
impl ReviewExclusion {
    /// The expert's id.
    async fn expert_id(&self) -> ID {
        ids::encode(self.0.expert)
    }
    /// The expert.
    async fn expert(&self, ctx: &Context<'_>) -> Result<Option<Expert>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.expert).await?.map(Expert))
    }
    /// All the reasons there are.
    async fn reasons(&self) -> Vec<ExclusionReason> {
        self.0.reasons.iter().copied().map(Into::into).collect()
    }
}

/// These exclusions in the schema.
pub fn exclusions(of: &[Exclusion]) -> Vec<ReviewExclusion> {
    of.iter().cloned().map(ReviewExclusion).collect()
}

fn encode(experts: &[ExpertId]) -> Vec<ID> {
    experts.iter().map(|id| ids::encode(*id)).collect()
}

/// What does not fit in a draw.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "service::Difference")]
pub enum ReviewDrawDifference {
    /// The algorithm is one that the registry does not know.
    Algorithm,
    /// From the kept pool by the kept seed others would have been drawn.
    Result,
    /// The reviews of the draw are not those of the experts who were drawn.
    Reviews,
    /// What is kept is not what the journal holds a digest of.
    Record,
}

/// What is found when a draw is done again.
pub struct ReviewDrawVerification(Verified);

/// What is found when a draw is done again, with the kept pool and the kept seed.
#[Object]
impl ReviewDrawVerification {
    /// Whether everything fits.
    async fn matches(&self) -> bool {
        self.0.differences.is_empty()
    }
    /// What does not fit; empty where everything does.
    async fn differences(&self) -> Vec<ReviewDrawDifference> {
        self.0.differences.iter().copied().map(Into::into).collect()
    }
    /// The ids of the experts who are drawn now, in the order of the draw.
    async fn recomputed(&self) -> Vec<ID> {
        encode(&self.0.recomputed)
    }
    /// The ids of the experts who were drawn then, in the order of the draw.
    async fn kept(&self) -> Vec<ID> {
        encode(&self.0.draw.drawn.0)
    }
    /// The ids of the experts for whom a review began with the draw.
    async fn reviewing(&self) -> Vec<ID> {
        encode(&self.0.reviewing)
    }
    /// The draw.
    async fn draw(&self) -> ReviewDraw {
        ReviewDraw(self.0.draw.clone())
    }
}

/// For how many experts who fell out nobody could be drawn; none for those who do not manage the practice's reviews.
///
/// # Errors
/// The database's.
pub async fn vacant_reviews(caller: &Caller, of: &practice::Model) -> Result<Option<i64>, Error> {
    if !manages(caller, of).await? {
        return Ok(None);
    }
    let count = caller.loader.load_one(VacantIn(of.id)).await?.unwrap_or(0);
    Ok(Some(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Whether the caller manages the practice's reviews: nobody does who wrote it, before it is published.
///
/// # Errors
/// The database's.
pub async fn manages(caller: &Caller, of: &practice::Model) -> Result<bool, Error> {
    let place = practices::place(of, Vec::new());
    if !policy::may(&caller.actor, Action::ReviewsRead, &place) {
        return Ok(false);
    }
    let authors = caller.loader.load_one(AuthorsOf(of.id)).await?.unwrap_or_default();
    let wrote = caller.actor.person().is_some_and(|person| authors.iter().any(|author| author.id == person));
    Ok(!wrote || of.state == entity::PracticeState::Published)
}

/// What narrows a list of reviews; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct ReviewFilter {
    /// Of practices of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of practices of the profile with this code.
    profile_code: Option<String>,
    /// Of this practice.
    practice_id: Option<ID>,
    /// In one of these states; left out, in any.
    state: Option<Vec<ReviewState>>,
    /// Open ones only whose day has passed.
    #[graphql(default = false)]
    overdue: bool,
    /// Only those whose expert fell out and for whom nobody could be drawn, while the practice is SUBMITTED.
    #[graphql(default = false)]
    vacant: bool,
    /// The caller's own only, as an expert.
    #[graphql(default = false)]
    mine: bool,
}

impl ReviewFilter {
    fn read(self, caller: &Caller) -> Result<review::Filter, Error> {
        // A caller without a person has none.
        let nobody = || entity::ids::PersonId(uuid::Uuid::nil());
        Ok(review::Filter {
            region: self.region_code,
            profile: self.profile_code,
            practice: self.practice_id.as_ref().map(ids::decode::<PracticeId>).transpose()?,
            person: self.mine.then(|| caller.actor.person().unwrap_or_else(nobody)),
            states: self.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            due_before: self.overdue.then(|| caller.actor.now.date_naive()),
            vacant: self.vacant,
        })
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// Reviews that the caller may see, the newest first: the own ones as an expert, and those of the practices whose
    /// reviews the caller manages as coordinator, operator, registrar or auditor. Signed-in callers only.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<ReviewFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ReviewConnection, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::ReviewsRead)?;
        let page = Page::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default().read(caller)?;
        let (db, to) = (caller.app.db.clone(), visibility::visible_reviews(&caller.actor));
        let list = List::of("reviews", &filter);
        let rows = service::list(&db, &to, &filter, list, &page).await?;
        let count = move || {
            let (db, to, filter) = (db.clone(), to.clone(), filter.clone());
            async move { service::count(&db, &to, &filter).await }
        };
        Ok(ReviewConnection(Slice::new(list, rows, |row| (row.assigned_at, row.id), Review, count)?))
    }

    /// The draws for a practice, the newest first; none for those who do not manage its reviews. Signed-in callers only.
    async fn review_draws(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice.")] practice_id: ID,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ReviewDrawConnection, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::ReviewsRead)?;
        let page = Page::new(first, after, last, before)?;
        let of = ids::decode::<PracticeId>(&practice_id)?;
        let (db, to) = (caller.app.db.clone(), visibility::visible_reviews(&caller.actor));
        let list = List::of("reviewDraws", &of);
        let rows = service::draws(&db, &to, of, list, &page).await?;
        let count = move || {
            let (db, to) = (db.clone(), to.clone());
            async move { service::count_draws(&db, &to, of).await }
        };
        Ok(ReviewDrawConnection(Slice::new(list, rows, |row| (row.drawn_at, row.id), ReviewDraw, count)?))
    }

    /// Does a draw again, and compares: with the result that is kept, with the reviews, and with the digest in the
    /// journal. For those who manage the practice's reviews; `NOT_FOUND` for all others.
    async fn review_draw_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draw.")] draw_id: ID,
    ) -> Result<ReviewDrawVerification, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::ReviewsRead)?;
        let id = ids::decode::<ReviewDrawId>(&draw_id)?;
        let to = visibility::visible_reviews(&caller.actor);
        Ok(ReviewDrawVerification(service::verify(&caller.app.db, &to, id).await?))
    }
}
