//! The history of rankings in the schema: versions of methods, states of closed years, and who stood where in which year.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    AcademicYear as Year,
    ids::{ProfileId, RegionId},
    ranking_method, ranking_revision,
};
use uuid::Uuid;

use super::{
    board::{Period, Spec},
    build,
    frozen::{Placed, Within},
    history,
    loader::{PlaceNow, PlacesOf, RevisionOf},
    method::{Method, Ranks},
    versions::Version,
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        scalars::AcademicYear,
    },
    registry::rating::rules::shown,
};

/// What a method ranks.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Ranks")]
pub enum RankingSubject {
    /// Communities in the federal registry.
    Communities,
    /// Published practices.
    Practices,
    /// Regions.
    Regions,
}

/// A version of a method of ranking, as it is published.
#[derive(Clone)]
pub struct RankingMethod(pub Arc<Version>);

connection!(
    RankingMethodConnection,
    RankingMethodEdge,
    RankingMethod,
    "versions of ranking methods, the newest first"
);

/// A version of a method of ranking, as it is published. It never changes; a new one holds from the next academic year
/// on. A ranking of a year is made by the version that held in it, one of all time by that of the running year.
#[Object]
impl RankingMethod {
    /// The method's code: the `method` of the ranking.
    async fn code(&self) -> &str {
        self.0.method.published().code
    }
    /// What it ranks.
    async fn ranks(&self) -> RankingSubject {
        self.0.method.published().ranks.into()
    }
    /// Grows with every change of the formula, of its numbers or its words.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What it is called, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// How it computes, in words and with its numbers, in Russian.
    async fn formula(&self) -> &str {
        &self.0.formula
    }
    /// The numbers that the registrar may change.
    async fn numbers(&self) -> Vec<RankingNumber> {
        let of_method = self.0.method.published().numbers.iter();
        of_method
            .filter_map(|number| {
                let value = *self.0.numbers.get(number.name)?;
                Some(RankingNumber {
                    name: number.name,
                    value,
                    meaning: number.meaning,
                    least: number.least,
                    most: number.most,
                })
            })
            .collect()
    }
    /// The first academic year in which it holds, until a newer one does.
    async fn effective_from(&self) -> AcademicYear {
        AcademicYear(self.0.effective_from)
    }
    /// When it was published.
    async fn published_at(&self) -> DateTime<Utc> {
        self.0.published_at
    }
}

/// A number of a formula.
#[derive(SimpleObject)]
pub struct RankingNumber {
    /// Its name, as the formula bears it in braces where it is revised.
    name: &'static str,
    /// What it is.
    value: i64,
    /// What it means, in Russian.
    meaning: &'static str,
    /// The least that it may be.
    least: i64,
    /// The most that it may be.
    most: i64,
}

/// A state of a closed academic year's rankings.
#[derive(Clone)]
pub struct RankingRevision(pub ranking_revision::Model);

connection!(
    RankingRevisionConnection,
    RankingRevisionEdge,
    RankingRevision,
    "states of closed years' rankings, the newest first"
);

/// A state of a closed academic year's rankings: the closing (1), or a correction of it. Kept for ever; `revision` of the
/// rankings reads it. The checksums make a chain: who keeps one can tell whether anything made before it was changed.
#[Object]
impl RankingRevision {
    /// Of which year.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.0.year)
    }
    /// 1 for the closing.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
    /// Why; null for the closing.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// How many rankings (method and filter) it wrote: of the closing all, of a correction those that it changed.
    async fn boards(&self) -> i64 {
        self.0.boards
    }
    /// SHA-256 over all that it wrote and over `previousChecksum`, in hexadecimal.
    async fn checksum(&self) -> &str {
        &self.0.checksum
    }
    /// The checksum of the state made before it, of whichever year; null for the very first.
    async fn previous_checksum(&self) -> Option<&str> {
        Some(self.0.previous_checksum.as_str()).filter(|sum| !sum.is_empty())
    }
}

/// Among whom a history of ranks is told.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Within")]
pub enum RankingScope {
    /// All of the federation.
    Federation,
    /// Those of the region.
    Region,
    /// Those of the profile, in the whole federation.
    Profile,
    /// Those of the profile in the region.
    RegionAndProfile,
}

/// A place in the ranking of an academic year.
#[derive(SimpleObject)]
pub struct RankingHistoryEntry {
    /// Of which year.
    year: AcademicYear,
    /// Shared by equals.
    rank: i64,
    /// What ordered the ranking.
    score: f64,
    /// How many took part.
    participants: i64,
    /// The newest revision of the closed year; null while the ranking follows the data.
    revision: Option<i32>,
    /// Whether the year is closed. If not, rank and score are those of this moment.
    closed: bool,
}

impl From<Placed> for RankingHistoryEntry {
    fn from(placed: Placed) -> Self {
        Self {
            year: AcademicYear(placed.year),
            rank: placed.rank,
            score: shown(placed.score),
            participants: placed.total,
            revision: placed.revision,
            closed: placed.revision.is_some(),
        }
    }
}

/// Who or what is ranked, and where it lies.
pub struct Ranked {
    /// Its id.
    pub subject: Uuid,
    /// Its region; none for a region itself.
    pub region: Option<RegionId>,
    /// Its profile, where it has one.
    pub profile: Option<ProfileId>,
}

/// The places in the years that are closed, in the running one, and in the one before it while that is not closed; the
/// earliest first. Years in which it took no part are left out.
///
/// # Errors
/// The database's.
pub async fn history_of(
    caller: &Caller,
    method: Method,
    within: Within,
    ranked: Ranked,
) -> Result<Vec<RankingHistoryEntry>, Error> {
    let Ranked { subject, region, profile } = ranked;
    let key = PlacesOf { method, within, subject };
    let mut places = caller.loader.load_one(key).await?.unwrap_or_default();
    let (by_region, by_profile) = within.narrows();
    let mut codes = (None, None);
    if by_region {
        let Some(id) = region else { return Ok(Vec::new()) };
        codes.0 = caller.loader.load_one(id).await?.map(|row| row.code);
    }
    if by_profile {
        let Some(id) = profile else { return Ok(Vec::new()) };
        codes.1 = caller.loader.load_one(id).await?.map(|row| row.code);
    }
    let current = Year::of(caller.actor.now);
    for year in [current.previous(), current] {
        if year != current && caller.loader.load_one(RevisionOf(year, None)).await?.is_some() {
            continue;
        }
        let (region, profile) = codes.clone();
        let spec = Spec { method, region, profile, period: Period::Year(year) };
        let now = PlaceNow(spec, subject);
        let mut placed = caller.loader.load_one(now.clone()).await?;
        if placed.is_none() {
            // Nobody has asked for that ranking yet.
            build::asked_for(&caller.app, &now.0).await?;
            placed = caller.loader.load_one(now).await?;
        }
        places.extend(placed.flatten());
    }
    Ok(places.into_iter().map(Into::into).collect())
}

/// The queries of this concept's history.
#[derive(Default)]
pub struct RankingHistoryQuery;

#[Object]
impl RankingHistoryQuery {
    /// All versions of the ranking methods, the newest first: also those that hold from the next year on.
    async fn ranking_methods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RankingMethodConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let db = Caller::of(ctx)?.app.db.clone();
        let list = List::of("rankingMethods", &());
        let rows = history::methods(&db, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { history::count_methods(&db).await }
        };
        let id = |row: &(ranking_method::Model, Arc<Version>)| row.0.id;
        Ok(RankingMethodConnection(Slice::new(list, rows, id, |row| RankingMethod(row.1), count)?))
    }

    /// The closings of academic years and their revisions, the newest first.
    async fn ranking_revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this year only.")] year: Option<AcademicYear>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RankingRevisionConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let db = Caller::of(ctx)?.app.db.clone();
        let year = year.map(|year| year.0);
        let list = List::of("rankingRevisions", &year);
        let rows = history::revisions(&db, year, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { history::count_revisions(&db, year).await }
        };
        Ok(RankingRevisionConnection(Slice::new(list, rows, |row| row.number, RankingRevision, count)?))
    }
}
