//! Rankings in the schema.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{
    AcademicYear as Year, PracticeState,
    ids::{CommunityId, PracticeId, RegionId},
};

use super::{
    board::Spec,
    explanation::RankingExplanation,
    history_graphql::{RankingMethod, RankingRevision},
    loader::{Damping, FederalMean, RevisionOf, federal_rating},
    method::Method,
    rules::Entry,
    service::{self, RankingPage},
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{Caller, connection::PageInfo, scalars::AcademicYear},
    registry::{
        community::graphql::Community,
        practice::{graphql::Practice, loader::StubOf},
        rating::rules::shown,
        region::graphql::Region,
    },
};

/// How communities are ranked.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum CommunityRankingMethod {
    /// By the number of practices published in the period.
    PublishedPractices,
    /// By practices published in the period per 100 members at its end, small communities drawn towards the mean.
    #[graphql(name = "PRACTICES_PER_100_MEMBERS")]
    PracticesPer100Members,
}

impl From<CommunityRankingMethod> for Method {
    fn from(method: CommunityRankingMethod) -> Self {
        match method {
            CommunityRankingMethod::PublishedPractices => Self::PublishedPractices,
            CommunityRankingMethod::PracticesPer100Members => Self::PracticesPer100Members,
        }
    }
}

/// How practices are ranked.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum PracticeRankingMethod {
    /// By the teachers' ratings given in the period: a damped mean over organizations.
    Rating,
    /// By the experts' assessments finished in the period, corrected for severe and lenient experts. Practices without
    /// one take no part.
    Expert,
    /// By the organizations that have adopted them, those of another region counting double. Practices without one
    /// take no part.
    Adoption,
}

impl From<PracticeRankingMethod> for Method {
    fn from(method: PracticeRankingMethod) -> Self {
        match method {
            PracticeRankingMethod::Rating => Self::Rating,
            PracticeRankingMethod::Expert => Self::Expert,
            PracticeRankingMethod::Adoption => Self::Adoption,
        }
    }
}

/// How regions are ranked.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum RegionRankingMethod {
    /// By the number of practices that their communities and institutes published in the period.
    PublishedPractices,
    /// By practices that their communities published in the period per 100 members at its end.
    #[graphql(name = "PRACTICES_PER_100_MEMBERS")]
    PracticesPer100Members,
}

impl From<RegionRankingMethod> for Method {
    fn from(method: RegionRankingMethod) -> Self {
        match method {
            RegionRankingMethod::PublishedPractices => Self::RegionPublishedPractices,
            RegionRankingMethod::PracticesPer100Members => Self::RegionPracticesPer100Members,
        }
    }
}

/// What has become of something since the board of a closed year was frozen.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum RankingMark {
    /// The practice was taken back.
    Withdrawn,
    /// The practice was struck from the registry.
    Annulled,
    /// The community, or the region, is in the archive.
    Archived,
}

/// What narrows a ranking of regions.
#[derive(InputObject, Default)]
pub struct RegionRankingFilter {
    /// By the communities of the profile with this code.
    profile_code: Option<String>,
}

/// What narrows a ranking; both conditions must hold. Ranks are given anew within what remains.
#[derive(InputObject, Default)]
pub struct RankingFilter {
    /// Of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of the profile with this code.
    profile_code: Option<String>,
}

/// A line of a page.
struct Line<N> {
    position: i64,
    entry: Entry,
    node: N,
    mark: Option<RankingMark>,
}

/// The lines of a page whose nodes are there, each with its mark.
fn lines<N>(
    page: &RankingPage,
    mut node: impl FnMut(&Entry) -> Option<(N, Option<RankingMark>)>,
) -> Vec<Line<N>> {
    let line = |(position, entry): &(i64, Entry)| {
        let (node, mark) = node(entry)?;
        let mark = mark.filter(|_| page.frozen.is_some());
        Some(Line { position: *position, entry: entry.clone(), node, mark })
    };
    page.entries.iter().filter_map(line).collect()
}

/// The connection and edge types of a ranking of nodes.
macro_rules! ranking {
    ($connection:ident, $edge:ident, $node:ident, $what:literal) => {
        #[doc = concat!("A page of a ranking of ", $what, ".")]
        pub struct $connection {
            method: Method,
            list: List,
            page: RankingPage,
            revision: Option<i32>,
            lines: Vec<Line<$node>>,
        }

        #[doc = concat!("A line of a ranking of ", $what, ".")]
        pub struct $edge<'a> {
            of: &'a $connection,
            line: &'a Line<$node>,
        }

        impl $connection {
            fn cursor(&self, position: i64) -> Result<String, Error> {
                self.list.cursor(&(self.page.generation, position))
            }
        }

        #[doc = concat!("A page of a ranking of ", $what, ". Its cursors go on in the state of the ranking in which the first page was read, for ten minutes (of one with very many lines that changes without pause, for less), and then are `CURSOR_EXPIRED`; those of a closed year for ever.")]
        #[Object]
        impl $connection {
            /// The lines of the ranking.
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.lines.iter().map(|line| $edge { of: self, line }).collect()
            }
            /// What is ranked, without the ranks.
            async fn nodes(&self) -> Vec<&$node> {
                self.lines.iter().map(|line| &line.node).collect()
            }
            /// Where the page lies in the ranking.
            async fn page_info(&self) -> Result<PageInfo, Error> {
                let cursor = |entry: Option<&(i64, Entry)>| entry.map(|entry| self.cursor(entry.0)).transpose();
                Ok(PageInfo {
                    has_next_page: self.page.has_next,
                    has_previous_page: self.page.has_previous,
                    start_cursor: cursor(self.page.entries.first())?,
                    end_cursor: cursor(self.page.entries.last())?,
                })
            }
            /// How many take part.
            async fn total_count(&self) -> i64 {
                self.page.total
            }
            /// The time of the data.
            async fn as_of(&self) -> DateTime<Utc> {
                self.page.as_of
            }
            /// The method by which the ranking is made.
            async fn method(&self, ctx: &Context<'_>) -> Result<RankingMethod, Error> {
                let app = &Caller::of(ctx)?.app;
                Ok(RankingMethod(app.methods.version(&app.db, self.method, self.page.version).await?))
            }
            /// Of a closed year, the revision that is shown; null while the ranking follows the data.
            async fn revision(&self, ctx: &Context<'_>) -> Result<Option<RankingRevision>, Error> {
                let Some(year) = self.page.frozen else { return Ok(None) };
                let found = Caller::of(ctx)?.loader.load_one(RevisionOf(year, self.revision)).await?;
                Ok(found.map(RankingRevision))
            }
        }

        #[doc = concat!("A line of a ranking of ", $what, ".")]
        #[Object]
        impl $edge<'_> {
            /// The line's place, for `after` and `before`.
            async fn cursor(&self) -> Result<String, Error> {
                self.of.cursor(self.line.position)
            }
            /// What stands here.
            async fn node(&self) -> &$node {
                &self.line.node
            }
            /// What has become of it since the year was closed; null where nothing has, and in rankings that follow the
            /// data. A practice that the caller may not see any more is told of by its registry entry alone: number,
            /// title, state, owner and publication.
            async fn mark(&self) -> Option<RankingMark> {
                self.line.mark
            }
            /// Shared by equals; then it skips: 1, 2, 3, 3, 5.
            async fn rank(&self) -> i64 {
                self.line.entry.rank
            }
            /// The line's number, 1 to `totalCount`: no two are the same.
            async fn position(&self) -> i64 {
                self.line.position
            }
            /// What orders the ranking; exact to six digits.
            async fn score(&self) -> f64 {
                shown(self.line.entry.score)
            }
            /// The rank in the period before: for a year the year before, for all time the end of the last
            /// academic year; null for those who did not take part then.
            async fn previous_rank(&self) -> Option<i64> {
                self.line.entry.previous
            }
            /// How the score came about.
            async fn explanation(&self) -> RankingExplanation<'_> {
                RankingExplanation { method: self.of.method, entry: &self.line.entry }
            }
        }
    };
}

ranking!(CommunityRankingConnection, CommunityRankingEdge, Community, "communities");
ranking!(PracticeRankingConnection, PracticeRankingEdge, Practice, "practices");
ranking!(RegionRankingConnection, RegionRankingEdge, Region, "regions");

/// By what the ratings of all practices are damped.
///
/// # Errors
/// The database's.
pub async fn federal_damping(caller: &Caller) -> Result<Damping, Error> {
    match caller.loader.load_one(FederalMean).await? {
        Some(damping) => Ok(damping),
        // Nobody has asked for the federal ranking yet.
        None => Box::pin(service::damping(&caller.app, &federal_rating(Year::of(caller.actor.now)))).await,
    }
}

fn spec(
    caller: &Caller,
    method: Method,
    filter: RankingFilter,
    period: Option<AcademicYear>,
) -> Result<Spec, Error> {
    let year = period.map(|year| year.0);
    service::spec(method, filter.region_code, filter.profile_code, year, caller.actor.now)
}

/// The page of a board, and the list in which its cursors are good.
async fn page_of(
    caller: &Caller,
    spec: &Spec,
    revision: Option<i32>,
    page: &Page,
) -> Result<(List, RankingPage), Error> {
    let list = List::of("ranking", &(spec.key(), revision));
    Ok((list, service::page(&caller.app, spec, revision, list, page).await?))
}

/// The queries of this concept.
#[derive(Default)]
pub struct RankingQuery;

#[Object]
impl RankingQuery {
    /// Who stands where among the communities in the federal registry.
    #[expect(clippy::too_many_arguments, reason = "Relay's four arguments beside the ranking's own")]
    async fn community_ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the ranking.")] filter: Option<RankingFilter>,
        #[graphql(desc = "One academic year; left out, all time.")] period: Option<AcademicYear>,
        #[graphql(default_with = "CommunityRankingMethod::PublishedPractices")]
        method: CommunityRankingMethod,
        #[graphql(desc = "As it stood in this revision of the closed year; left out, in the newest.")]
        revision: Option<i32>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<CommunityRankingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let method = method.into();
        let spec = spec(caller, method, filter.unwrap_or_default(), period)?;
        let (list, page) = page_of(caller, &spec, revision, &page).await?;
        let ids = page.entries.iter().map(|(_, entry)| CommunityId(entry.subject));
        let mut nodes = caller.loader.load_many(ids).await?;
        let lines = lines(&page, |entry| {
            let node = nodes.remove(&CommunityId(entry.subject))?;
            let mark = node.archived_at.map(|_| RankingMark::Archived);
            Some((Community(node), mark))
        });
        Ok(CommunityRankingConnection { method, list, page, revision, lines })
    }

    /// Which practice stands where in the federal registry.
    #[expect(clippy::too_many_arguments, reason = "Relay's four arguments beside the ranking's own")]
    async fn practice_ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the ranking.")] filter: Option<RankingFilter>,
        #[graphql(desc = "One academic year; left out, all time.")] period: Option<AcademicYear>,
        #[graphql(desc = "By which method.", default_with = "PracticeRankingMethod::Rating")]
        method: PracticeRankingMethod,
        #[graphql(desc = "As it stood in this revision of the closed year; left out, in the newest.")]
        revision: Option<i32>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PracticeRankingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let method = method.into();
        let spec = spec(caller, method, filter.unwrap_or_default(), period)?;
        let (list, page) = page_of(caller, &spec, revision, &page).await?;
        let ids: Vec<_> = page.entries.iter().map(|(_, entry)| PracticeId(entry.subject)).collect();
        let mut nodes = caller.loader.load_many(ids.iter().copied()).await?;
        if page.frozen.is_some() {
            // What has left the registry stays where it stood; of what the caller may not see any more, a stub.
            let gone: Vec<_> = ids.into_iter().filter(|id| !nodes.contains_key(id)).map(StubOf).collect();
            let stubs = caller.loader.load_many(gone).await?;
            nodes.extend(stubs.into_iter().map(|(StubOf(id), stub)| (id, stub)));
        } else {
            // What was withdrawn since the board was made is gone from it at once.
            nodes.retain(|_, node| node.state == PracticeState::Published);
        }
        let lines = lines(&page, |entry| {
            let node = nodes.remove(&PracticeId(entry.subject))?;
            let mark = match node.state {
                PracticeState::Withdrawn => Some(RankingMark::Withdrawn),
                PracticeState::Annulled => Some(RankingMark::Annulled),
                _ => None,
            };
            Some((Practice(node), mark))
        });
        Ok(PracticeRankingConnection { method, list, page, revision, lines })
    }

    /// Which region stands where, by what its communities do. The sum of a region's lines in `communityRanking` is its
    /// own.
    #[expect(clippy::too_many_arguments, reason = "Relay's four arguments beside the ranking's own")]
    async fn region_ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the ranking.")] filter: Option<RegionRankingFilter>,
        #[graphql(desc = "One academic year; left out, all time.")] period: Option<AcademicYear>,
        #[graphql(desc = "By which method.", default_with = "RegionRankingMethod::PublishedPractices")]
        method: RegionRankingMethod,
        #[graphql(desc = "As it stood in this revision of the closed year; left out, in the newest.")]
        revision: Option<i32>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RegionRankingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let method = method.into();
        let profile_code = filter.and_then(|filter| filter.profile_code);
        let spec = spec(caller, method, RankingFilter { profile_code, region_code: None }, period)?;
        let (list, page) = page_of(caller, &spec, revision, &page).await?;
        let ids = page.entries.iter().map(|(_, entry)| RegionId(entry.subject));
        let mut nodes = caller.loader.load_many(ids).await?;
        let lines = lines(&page, |entry| {
            let node = nodes.remove(&RegionId(entry.subject))?;
            let mark = node.archived_at.map(|_| RankingMark::Archived);
            Some((Region(node), mark))
        });
        Ok(RegionRankingConnection { method, list, page, revision, lines })
    }
}
