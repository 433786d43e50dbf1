//! Checks and findings in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ids::{CommunityId, PracticeId},
    integrity_check, integrity_evidence, integrity_finding,
};

use super::{loader::FirstEvidenceOf, rules, service};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent},
        ids,
    },
    registry::{community::graphql::Community, practice::graphql::Practice, rating::graphql::Rating},
};

/// What a check looks for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::FindingCode")]
pub enum IntegrityFindingCode {
    /// One person gave 10 or more ratings to practices of one community within 7 days, 9 in 10 of them the same stars.
    SerialRatings,
    /// 2 to 30 authors each of whom gave 3 or more ratings of 4 or 5 stars to another's practices, all round; 8 in 10 of
    /// all their ratings of 4 or 5 stars stay among them.
    RatingRing,
    /// A practice got 20 or more ratings within 24 hours, 9 in 10 of them the same stars.
    RatingBurst,
    /// Of all runs of five words (stemmed) in a text and an earlier one, 7 in 10 stand in both. Of texts of 50 words and
    /// more that are submitted, approved or published.
    NearCopy,
}

/// What became of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::FindingState")]
pub enum IntegrityFindingState {
    /// Awaits the registrar.
    Open,
    /// Ratings were set aside for it, with a reason.
    SetAside,
    /// Nothing is to be done, for a reason. It opens again only when as much comes to it as would make a finding by
    /// itself.
    Dismissed,
}

/// A check of ratings and texts.
#[derive(Clone)]
pub struct IntegrityCheck(pub integrity_check::Model);

/// A check of ratings and texts, by night or on demand.
#[Object]
impl IntegrityCheck {
    /// The check's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// When it was asked for.
    async fn asked_at(&self) -> DateTime<Utc> {
        self.0.asked_at
    }
    /// When it began; null while it waits.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }
    /// When it was done; null until then.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
    /// How many findings it opened: new ones, and decided ones to which enough has come since.
    async fn opened(&self) -> i64 {
        self.0.found
    }
}

/// What a check has found.
#[derive(Clone)]
pub struct IntegrityFinding(pub integrity_finding::Model);

connection!(IntegrityFindingConnection, IntegrityFindingEdge, IntegrityFinding, "findings, the newest first");

/// What was measured.
#[derive(SimpleObject)]
pub struct IntegrityFigure {
    /// What: `ratings` (how many), `sameStars` (which part of them gives the same stars), `stars` (which), `people`,
    /// `inside` (which part of their high ratings stays among them), `similarity` (which part of the text is common).
    name: String,
    /// How much; parts of a whole lie between 0 and 1.
    value: f64,
    /// From how much on it is a finding; null for what is told only.
    threshold: Option<f64>,
}

/// What a check has found: a sign, not a verdict.
#[Object]
impl IntegrityFinding {
    /// The finding's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// What was looked for.
    async fn code(&self) -> IntegrityFindingCode {
        self.0.code.into()
    }
    /// What became of it.
    async fn state(&self) -> IntegrityFindingState {
        self.0.state.into()
    }
    /// What was found, in a Russian sentence.
    async fn explanation(&self) -> String {
        rules::explanation(self.0.code, &self.0.figures.0)
    }
    /// What was measured, beside the thresholds.
    async fn figures(&self) -> Vec<IntegrityFigure> {
        let figures = self.0.figures.0.iter();
        figures
            .map(|figure| IntegrityFigure {
                name: figure.name.clone(),
                value: figure.value,
                threshold: figure.threshold,
            })
            .collect()
    }
    /// The practice that it concerns, of a near copy the later one; null where it concerns several.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Option<Practice>, Error> {
        let Some(id) = self.0.practice_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Practice))
    }
    /// The earlier practice of which it is nearly a copy; null for all other findings.
    async fn original(&self, ctx: &Context<'_>) -> Result<Option<Practice>, Error> {
        let Some(id) = self.0.original_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Practice))
    }
    /// The community whose practices it concerns; null where it concerns those of several.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Community>, Error> {
        let Some(id) = self.0.community_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Community))
    }
    /// The ratings that it concerns, without the raters' names, the earliest first.
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<IntegrityEvidenceConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        evidence_of(Caller::of(ctx)?, &self.0, &page).await
    }
    /// When it was found, or opened again.
    async fn found_at(&self) -> DateTime<Utc> {
        self.0.found_at
    }
    /// When a check found it the last time.
    async fn seen_at(&self) -> DateTime<Utc> {
        self.0.seen_at
    }
    /// When ratings were set aside for it, or it was dismissed; null while it is open.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
    /// Why; null while it is open.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// A rating that a finding concerns.
pub struct IntegrityEvidence(integrity_evidence::Model);

connection!(
    IntegrityEvidenceConnection,
    IntegrityEvidenceEdge,
    IntegrityEvidence,
    "the ratings that a finding concerns"
);

/// A rating that a finding concerns.
#[Object]
impl IntegrityEvidence {
    /// The rating.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Rating, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.rating_id).await?;
        found.map(Into::into).ok_or_else(|| Error::broken("evidence without its rating"))
    }
}

async fn evidence_of(
    caller: &Caller,
    of: &integrity_finding::Model,
    page: &Page,
) -> Result<IntegrityEvidenceConnection, Error> {
    let list = List::of("evidence", &of.id);
    let rest = || service::evidence(&caller.app.db, of.id, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstEvidenceOf(of.id, first), rest).await?;
    let total = u64::try_from(of.ratings).unwrap_or(0);
    Ok(IntegrityEvidenceConnection(Slice::counted(list, rows, |row| row.position, IntegrityEvidence, total)?))
}

/// What narrows the list of findings; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct IntegrityFindingFilter {
    /// With one of these codes; left out, with any.
    code: Option<Vec<IntegrityFindingCode>>,
    /// In one of these states; left out, in any.
    state: Option<Vec<IntegrityFindingState>>,
    /// That concern this practice, as the copy or the original, or its ratings as a whole.
    practice_id: Option<ID>,
    /// That concern practices of this community.
    community_id: Option<ID>,
}

impl IntegrityFindingFilter {
    fn read(self) -> Result<integrity_finding::Filter, Error> {
        Ok(integrity_finding::Filter {
            codes: self.code.unwrap_or_default().into_iter().map(Into::into).collect(),
            states: self.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            practice: self.practice_id.as_ref().map(ids::decode::<PracticeId>).transpose()?,
            community: self.community_id.as_ref().map(ids::decode::<CommunityId>).transpose()?,
        })
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct IntegrityQuery;

#[Object]
impl IntegrityQuery {
    /// What the checks of ratings and texts have found, the newest first. For the federal registrar and the auditor.
    async fn integrity_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<IntegrityFindingFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<IntegrityFindingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        service::may_read(&caller.actor)?;
        let filter = filter.unwrap_or_default().read()?;
        let list = List::of("integrityFindings", &filter);
        let db = caller.app.db.clone();
        let rows = service::list(&db, &filter, list, &page).await?;
        let count = move || {
            let (db, filter) = (db.clone(), filter.clone());
            async move { service::count(&db, &filter).await }
        };
        let key = |row: &integrity_finding::Model| (row.found_at, row.id);
        Ok(IntegrityFindingConnection(Slice::new(list, rows, key, IntegrityFinding, count)?))
    }
}
