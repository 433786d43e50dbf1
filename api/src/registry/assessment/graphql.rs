//! Assessments and rubrics in the schema.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{assessment, assessment_score, practice, review, rubric, rubric_criterion};

use super::{
    loader::{
        AssessmentCountOf, AwaitedIn, CriteriaOf, FinishedBy, FirstAssessmentsOf, MeansOf, RubricAt, ScoresOf,
    },
    rules, service,
};
use crate::{
    auth::visibility,
    config::AuthorsSeeExperts,
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
    },
    registry::{
        governance::graphql::PublicPerson,
        practice::{graphql::Practice, loader::AuthorsOf},
        rating::rules::shown,
        review::graphql::{Review, manages},
    },
};

/// A version of the rubric by which experts assess.
#[derive(Clone)]
pub struct Rubric(pub rubric::Model);

connection!(RubricConnection, RubricEdge, Rubric, "versions of the rubric, the newest first");

/// A version of the rubric by which experts assess. Never changed: what is to be changed is a new version.
#[Object]
impl Rubric {
    /// 1, 2, 3 …
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// It holds for the reviews that are assigned from this moment on, until a higher version does.
    async fn effective_from(&self) -> DateTime<Utc> {
        self.0.effective_from
    }
    /// What is scored, in order; twenty at most.
    async fn criteria(&self, ctx: &Context<'_>) -> Result<Vec<RubricCriterion>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(CriteriaOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.iter().cloned().map(Into::into).collect())
    }
}

/// A criterion of the rubric, scored from 1 to 5.
#[derive(SimpleObject)]
pub struct RubricCriterion {
    /// What it is called by programs, e.g. `RELEVANCE`.
    code: String,
    /// What it is called, in Russian.
    title: String,
    /// What the expert is asked, in Russian.
    question: String,
}

impl From<rubric_criterion::Model> for RubricCriterion {
    fn from(row: rubric_criterion::Model) -> Self {
        Self { code: row.code, title: row.title, question: row.question }
    }
}

/// An expert's assessment of a practice.
#[derive(Clone)]
pub struct Assessment(pub assessment::Model);

connection!(AssessmentConnection, AssessmentEdge, Assessment, "assessments, the newest first");

/// An expert's finished assessment of a practice. Seen by its expert, the practice's authors, those who decide on it
/// and those who manage its reviews; after the publication by everybody. Kept for ever.
#[Object]
impl Assessment {
    /// The assessment's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Of what.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Option<Practice>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?.map(Practice))
    }
    /// Which edition of its text was judged.
    async fn edition(&self) -> i32 {
        self.0.edition
    }
    /// By which version of the rubric.
    async fn rubric(&self, ctx: &Context<'_>) -> Result<Rubric, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.rubric_id).await?;
        found.map(Rubric).ok_or_else(|| Error::broken("an assessment without its rubric"))
    }
    /// One for each criterion, in the rubric's order.
    async fn scores(&self, ctx: &Context<'_>) -> Result<Vec<AssessmentScore>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(ScoresOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.iter().cloned().map(Into::into).collect())
    }
    /// The mean of the scores, 1 to 5; exact to six digits.
    async fn mean(&self) -> f64 {
        shown(self.0.mean)
    }
    /// The expert's conclusion.
    async fn conclusion(&self) -> &str {
        &self.0.conclusion
    }
    /// When it was handed in.
    async fn finished_at(&self) -> DateTime<Utc> {
        self.0.finished_at
    }
    /// The expert: for those who manage the practice's reviews, for the expert, and for the authors as the registry is
    /// set to (by default after the publication); null for all others.
    async fn expert(&self, ctx: &Context<'_>) -> Result<Option<PublicPerson>, Error> {
        let caller = Caller::of(ctx)?;
        if !self.names_its_expert(caller).await? {
            return Ok(None);
        }
        Ok(caller.loader.load_one(self.0.person_id).await?.map(PublicPerson))
    }
    /// The review that it finished; for those who manage the practice's reviews, and for the expert.
    async fn review(&self, ctx: &Context<'_>) -> Result<Option<Review>, Error> {
        Ok(Caller::of(ctx)?.loader.load_one(self.0.review_id).await?.map(Review))
    }
}

impl Assessment {
    async fn names_its_expert(&self, caller: &Caller) -> Result<bool, Error> {
        if caller.loader.load_one(self.0.review_id).await?.is_some() {
            return Ok(true);
        }
        let Some(person) = caller.actor.person() else { return Ok(false) };
        let authors = caller.loader.load_one(AuthorsOf(self.0.practice_id)).await?.unwrap_or_default();
        if !authors.iter().any(|author| author.id == person) {
            return Ok(false);
        }
        Ok(match caller.app.config.authors_see_experts {
            AuthorsSeeExperts::Never => false,
            AuthorsSeeExperts::Always => true,
            AuthorsSeeExperts::AfterPublication => {
                let practice = caller.loader.load_one(self.0.practice_id).await?;
                practice.is_some_and(|row| row.state == entity::PracticeState::Published)
            }
        })
    }
}

/// What an expert gave for one criterion.
#[derive(SimpleObject)]
pub struct AssessmentScore {
    /// The criterion's code.
    criterion: String,
    /// 1 to 5.
    score: i32,
    /// Why, in the expert's words.
    comment: String,
}

impl From<assessment_score::Model> for AssessmentScore {
    fn from(row: assessment_score::Model) -> Self {
        Self { criterion: row.criterion, score: row.score, comment: row.comment }
    }
}

/// How experts have assessed a practice.
#[derive(SimpleObject)]
pub struct ExpertScore {
    /// How many assessments there are of what was submitted last.
    assessments: usize,
    /// Their plain mean, 1 to 5, exact to six digits. The ranking corrects it for severe and lenient experts.
    mean: f64,
}

/// How experts have assessed what was submitted last, as far as the caller may see it; none without an assessment.
///
/// # Errors
/// The database's.
pub async fn expert_score(caller: &Caller, of: &practice::Model) -> Result<Option<ExpertScore>, Error> {
    let means = caller.loader.load_one(MeansOf(of.id)).await?;
    Ok(means.map(|means| ExpertScore {
        assessments: means.len(),
        mean: shown(rules::mean(means.iter().copied())),
    }))
}

/// Whether two experts differ too much and no third assessment is to come; none for those who do not manage the
/// practice's reviews.
///
/// # Errors
/// The database's.
pub async fn third_expert_missing(caller: &Caller, of: &practice::Model) -> Result<Option<bool>, Error> {
    if !manages(caller, of).await? {
        return Ok(None);
    }
    if of.state != entity::PracticeState::Submitted {
        return Ok(Some(false));
    }
    let means = caller.loader.load_one(MeansOf(of.id)).await?.unwrap_or_default();
    let awaited = caller.loader.load_one(AwaitedIn(of.id)).await?.unwrap_or(0);
    Ok(Some(awaited == 0 && rules::differ(&means)))
}

/// The assessment that finished a review.
///
/// # Errors
/// The database's.
pub async fn assessment_of(caller: &Caller, of: &review::Model) -> Result<Option<Assessment>, Error> {
    Ok(caller.loader.load_one(FinishedBy(of.id)).await?.map(Assessment))
}

/// By which version of the rubric a review is assessed.
///
/// # Errors
/// The database's.
pub async fn rubric_of_review(caller: &Caller, of: &review::Model) -> Result<Rubric, Error> {
    let found = caller.loader.load_one(RubricAt(of.assigned_at)).await?;
    found.map(Rubric).ok_or_else(|| Error::broken("no rubric is in force"))
}

/// A page of a practice's assessments that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn assessments_of(
    ctx: &Context<'_>,
    of: &practice::Model,
    page: &Page,
) -> Result<AssessmentConnection, Error> {
    let (caller, of) = (Caller::of(ctx)?, of.id);
    let list = List::of("assessments", &of);
    let to = visibility::visible_assessments(&caller.actor);
    let rest = || service::of_practice(&caller.app.db, &to, of, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstAssessmentsOf(of, first), rest).await?;
    let total = total_of_parent(ctx, AssessmentCountOf(of)).await?;
    Ok(AssessmentConnection(Slice::counted(list, rows, |row| (row.finished_at, row.id), Assessment, total)?))
}

/// The queries of this concept.
#[derive(Default)]
pub struct AssessmentQuery;

#[Object]
impl AssessmentQuery {
    /// A version of the rubric by which experts assess; null when there is no such version.
    async fn rubric(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version; left out, the one by which reviews are assigned now.")]
        version: Option<i32>,
    ) -> Result<Option<Rubric>, Error> {
        let caller = Caller::of(ctx)?;
        let found = match version {
            Some(version) => service::rubric_of(&caller.app.db, version).await?,
            None => Some(service::rubric_at(caller.app.db.read(), caller.actor.now).await?),
        };
        Ok(found.map(Rubric))
    }

    /// All versions of the rubric, those to come too, the newest first.
    async fn rubrics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RubricConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let (db, list) = (caller.app.db.clone(), List::of("rubrics", &()));
        let rows = service::rubrics(&db, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { service::count_rubrics(&db).await }
        };
        Ok(RubricConnection(Slice::new(list, rows, |row| (row.version, row.id), Rubric, count)?))
    }
}
