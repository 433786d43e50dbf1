//! Practices in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject};
use chrono::{DateTime, Utc};
use entity::{
    ids::{CommunityId, PracticeId},
    practice, practice_decision,
};

use super::{
    loader::{AuthorsOf, DecisionsOn, TagsOf},
    rules, service,
};
use crate::{
    auth::{policy, visibility},
    db::keyset::{List, Page, Rows},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
    },
    registry::{
        adoption::graphql::{AdoptionConnection, adopters, adoptions_of_practice},
        assessment::graphql::{
            AssessmentConnection, ExpertScore, assessments_of, expert_score, third_expert_missing,
        },
        community::graphql::Community,
        edition::graphql::{PracticeEdition, PracticeEditionConnection, edition_at, editions_of_practice},
        governance::graphql::PublicPerson,
        institute::graphql::Department,
        material::graphql::{MaterialConnection, materials_of_practice},
        ranking::{
            graphql::PracticeRankingMethod,
            history_graphql::{Ranked, RankingHistoryEntry, RankingScope, history_of},
        },
        rating::graphql::{Rating, RatingConnection, RatingSummary, ratings_page, viewer_rating},
        region::graphql::{Region, region_of},
        review::graphql::vacant_reviews,
        search,
    },
};

/// Where a practice stands on its way to the federal registry.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::PracticeState")]
pub enum PracticeState {
    /// Being written; seen by its authors and the auditor only.
    Draft,
    /// Handed to the presidium; the text is frozen.
    Submitted,
    /// Back with its authors, with a reason.
    Returned,
    /// Approved by the chair or the presidium; awaits publication.
    Approved,
    /// In the federal registry, with a number; seen by everybody.
    Published,
    /// Refused for good, with a reason.
    Rejected,
    /// Taken back, with a reason.
    Withdrawn,
    /// Struck from the registry by the federal registrar.
    Annulled,
}

/// A practice.
#[derive(Clone)]
pub struct Practice(pub practice::Model);

connection!(PracticeConnection, PracticeEdge, Practice, "practices, the newest first");

impl PracticeConnection {
    /// The page of these rows of a list.
    ///
    /// # Errors
    /// A fault of ours: a cursor cannot be encoded.
    pub fn of<F: Future<Output = Result<u64, Error>> + Send + 'static>(
        list: List,
        rows: &Rows<practice::Model>,
        total: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        Ok(Self(Slice::new(list, rows.clone(), |row| (row.listed_at, row.id), Practice, total)?))
    }
}

/// A practice: a described way of working that others can repeat.
#[Object]
impl Practice {
    /// The practice's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The number in the federal registry, given at publication, e.g. `2024-000123`; null before.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }
    /// One line, in Russian.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// A paragraph, in Russian.
    async fn summary(&self) -> &str {
        &self.0.summary
    }
    /// The whole text, in Russian.
    async fn body(&self) -> &str {
        &self.0.body
    }
    /// The tags, in lower case, in its authors' order.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>, Error> {
        if self.0.is_stub() {
            return Ok(Vec::new());
        }
        Ok(Caller::of(ctx)?.loader.load_one(TagsOf(self.0.id)).await?.unwrap_or_default())
    }
    /// Where it stands.
    async fn state(&self) -> PracticeState {
        self.0.state.into()
    }
    /// Grows with every change of the text. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The owning community; null when an institute's unit owns it.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Community>, Error> {
        let Some(id) = self.0.community_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Community))
    }
    /// The owning unit of an institute; null when a community owns it.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>, Error> {
        let Some(id) = self.0.department_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Department))
    }
    /// The owner's region.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Who wrote it, in the order of the title page.
    async fn authors(&self, ctx: &Context<'_>) -> Result<Vec<PublicPerson>, Error> {
        if self.0.is_stub() {
            return Ok(Vec::new());
        }
        let authors = Caller::of(ctx)?.loader.load_one(AuthorsOf(self.0.id)).await?.unwrap_or_default();
        Ok(authors.iter().cloned().map(PublicPerson).collect())
    }
    /// When it was last submitted.
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.0.submitted_at
    }
    /// When it entered the federal registry.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
    /// The links and files that belong to it, in their authors' order.
    async fn materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MaterialConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        if self.0.is_stub() {
            return Ok(MaterialConnection(Slice::none()));
        }
        materials_of_practice(ctx, self.0.id, &page).await
    }
    /// How teachers have rated it.
    async fn rating(&self) -> RatingSummary {
        RatingSummary::of(&self.0)
    }
    /// The ratings one by one, without the raters' names, the newest first.
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RatingConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        if self.0.is_stub() {
            return Ok(RatingConnection(Slice::none()));
        }
        ratings_page(ctx, &self.0, &page).await
    }
    /// The caller's own rating of it; null where there is none.
    async fn viewer_rating(&self, ctx: &Context<'_>) -> Result<Option<Rating>, Error> {
        if self.0.is_stub() {
            return Ok(None);
        }
        viewer_rating(Caller::of(ctx)?, self.0.id).await
    }
    /// How many organizations use it, confirmed by their coordinators.
    async fn adopters(&self, ctx: &Context<'_>) -> Result<i64, Error> {
        if self.0.is_stub() {
            return Ok(0);
        }
        adopters(Caller::of(ctx)?, self.0.id).await
    }
    /// Who uses it and with what result, the newest first: the confirmed adoptions, and those that the caller declared
    /// or manages.
    async fn adoptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<AdoptionConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        if self.0.is_stub() {
            return Ok(AdoptionConnection(Slice::none()));
        }
        adoptions_of_practice(ctx, self.0.id, &page).await
    }
    /// For how many experts who fell out nobody could be drawn, while the practice is SUBMITTED; null for those who do
    /// not manage its reviews.
    async fn vacant_reviews(&self, ctx: &Context<'_>) -> Result<Option<i64>, Error> {
        vacant_reviews(Caller::of(ctx)?, &self.0).await
    }
    /// Whether two experts differ by more than 1.5 about what was submitted, and nobody could be drawn as the third; null
    /// for those who do not manage its reviews.
    async fn third_expert_missing(&self, ctx: &Context<'_>) -> Result<Option<bool>, Error> {
        third_expert_missing(Caller::of(ctx)?, &self.0).await
    }
    /// How experts have assessed what was submitted last, as far as the caller may see it; null without an assessment.
    async fn expert_score(&self, ctx: &Context<'_>) -> Result<Option<ExpertScore>, Error> {
        expert_score(Caller::of(ctx)?, &self.0).await
    }
    /// What experts found, of all editions, the newest first. Before the publication for its authors, for those who
    /// decide on it or manage its reviews, and to each expert its own; after it for everybody.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<AssessmentConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        assessments_of(ctx, &self.0, &page).await
    }
    /// The texts with which it was handed in, the newest first: for its authors and those who decide all of them, for
    /// everybody the published one.
    async fn editions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PracticeEditionConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        editions_of_practice(ctx, self.0.id, &page).await
    }
    /// The text with which it was handed in at a version; null where there is none, or the caller may not see it.
    async fn edition(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The practice's version then, as ratings and decisions name it; left out, its present one."
        )]
        version: Option<i32>,
    ) -> Result<Option<PracticeEdition>, Error> {
        edition_at(Caller::of(ctx)?, self.0.id, version.unwrap_or(self.0.version)).await
    }
    /// Where it stood in the rankings of the closed academic years, and stands in those of the running one and of the last
    /// while that is not closed; the earliest first. Years in which it took no part are left out.
    async fn ranking_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which method.", default_with = "PracticeRankingMethod::Rating")]
        method: PracticeRankingMethod,
        #[graphql(desc = "Among whom.", default_with = "RankingScope::Federation")] within: RankingScope,
    ) -> Result<Vec<RankingHistoryEntry>, Error> {
        let ranked =
            Ranked { subject: self.0.id.0, region: Some(self.0.region_id), profile: self.0.profile_id };
        history_of(Caller::of(ctx)?, method.into(), within.into(), ranked).await
    }
    /// The decisions taken on it with their reasons, oldest first. For its authors and those who decide;
    /// empty for all others.
    async fn decisions(&self, ctx: &Context<'_>) -> Result<Vec<PracticeDecision>, Error> {
        let caller = Caller::of(ctx)?;
        if self.0.is_stub() {
            return Ok(Vec::new());
        }
        let authors = caller.loader.load_one(AuthorsOf(self.0.id)).await?.unwrap_or_default();
        let place = service::place(&self.0, authors.iter().map(|author| author.id).collect());
        let wrote = caller.actor.person().is_some_and(|person| place.authors.contains(&person));
        if !wrote && !policy::may(&caller.actor, crate::auth::Action::PracticeReadUnpublished, &place) {
            return Ok(Vec::new());
        }
        let rows = caller.loader.load_one(DecisionsOn(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(PracticeDecision).collect())
    }
}

/// A decision taken on a practice.
pub struct PracticeDecision(practice_decision::Model);

/// A decision taken on a practice. Kept for ever.
#[Object]
impl PracticeDecision {
    /// The state to which it led.
    async fn state(&self) -> PracticeState {
        self.0.state.into()
    }
    /// Why; null for steps that need no reason.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Which version of the text it judged.
    async fn version(&self) -> i32 {
        self.0.practice_version
    }
    /// When it was taken.
    async fn at(&self) -> DateTime<Utc> {
        self.0.decided_at
    }
}

/// How to name one practice: by exactly one of these.
#[derive(OneofObject)]
pub enum PracticeBy {
    /// The practice's id.
    Id(ID),
    /// The number in the federal registry, e.g. `2024-000123`.
    Number(String),
}

/// What narrows a list of practices; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct PracticeFilter {
    /// Of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of the profile with this code.
    profile_code: Option<String>,
    /// Of this community.
    community_id: Option<ID>,
    /// In one of these states; left out, in any that the caller may see.
    state: Option<Vec<PracticeState>>,
    /// With all these words in its title, tags, summary or text, in any grammatical form; the last may be the beginning
    /// of one. At most 200 characters.
    search: Option<String>,
    /// With all these tags (20 at most).
    tags: Option<Vec<String>>,
}

impl PracticeFilter {
    fn read(self) -> Result<practice::Filter, Error> {
        Ok(practice::Filter {
            region: self.region_code,
            profile: self.profile_code,
            community: self.community_id.as_ref().map(ids::decode::<CommunityId>).transpose()?,
            states: self.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            words: search::rules::filtered_by(self.search.as_deref())?,
            tags: rules::check_tags_asked(self.tags)?,
            year: None,
        })
    }
}

/// A page of the practices that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn practices_page(
    caller: &Caller,
    filter: practice::Filter,
    page: &Page,
) -> Result<PracticeConnection, Error> {
    let (db, to) = (caller.app.db.clone(), visibility::visible_practices(&caller.actor));
    let list = List::of("practices", &filter);
    let rows = service::list(&db, &to, &filter, list, page).await?;
    let count = move || {
        let (db, to, filter) = (db.clone(), to.clone(), filter.clone());
        async move { service::count(&db, &to, &filter).await }
    };
    PracticeConnection::of(list, &rows, count)
}

/// The queries of this concept.
#[derive(Default)]
pub struct PracticeQuery;

#[Object]
impl PracticeQuery {
    /// One practice; null when there is none, or the caller may not see it.
    async fn practice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which practice.")] by: PracticeBy,
    ) -> Result<Option<Practice>, Error> {
        let caller = Caller::of(ctx)?;
        Ok(match by {
            PracticeBy::Id(id) => caller.loader.load_one(ids::decode::<PracticeId>(&id)?).await?,
            PracticeBy::Number(number) => {
                service::by_number(&caller.app.db, &visibility::visible_practices(&caller.actor), &number)
                    .await?
            }
        }
        .map(Practice))
    }

    /// Practices that the caller may see, the newest first: the published ones, one's own, and those in the
    /// scope of one's office.
    async fn practices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<PracticeFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PracticeConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        practices_page(Caller::of(ctx)?, filter.unwrap_or_default().read()?, &page).await
    }
}
