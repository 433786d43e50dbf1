//! Rankings in the schema.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    AcademicYear as Year, PracticeState,
    ids::{CommunityId, PracticeId},
};

use super::{
    board::Spec,
    loader::{FederalMean, federal_rating},
    method::{self, Method},
    rules::Entry,
    service::{self, RankingPage},
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{Caller, connection::PageInfo, scalars::AcademicYear},
    registry::{community::graphql::Community, practice::graphql::Practice, rating::rules::shown},
};

/// How communities are ranked.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum CommunityRankingMethod {
    /// By the number of practices published in the period.
    PublishedPractices,
    /// By practices published in the period per 100 members at its end.
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
    /// By the experts' assessments. Practices without one take no part; the registry records none so far.
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

/// What narrows a ranking; both conditions must hold. Ranks are given anew within what remains.
#[derive(InputObject, Default)]
pub struct RankingFilter {
    /// Of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of the profile with this code.
    profile_code: Option<String>,
}

/// A method of ranking, as it is published.
#[derive(SimpleObject)]
pub struct RankingMethod {
    /// The method's code.
    code: &'static str,
    /// Grows with every change of the formula.
    version: i32,
    /// What it is called, in Russian.
    name: &'static str,
    /// How it computes, in words, in Russian.
    formula: &'static str,
}

impl From<&'static method::Published> for RankingMethod {
    fn from(method: &'static method::Published) -> Self {
        Self { code: method.code, version: method.version, name: method.name, formula: method.formula }
    }
}

/// How an entry came by its score.
pub struct RankingExplanation<'a> {
    method: Method,
    entry: &'a Entry,
}

/// How an entry came by its score, so that everybody can compute it again.
#[Object]
impl RankingExplanation<'_> {
    /// The parts of the score. Their contributions add up to it.
    async fn components(&self) -> Vec<RankingComponent> {
        let names = self.method.published().components;
        names
            .iter()
            .zip(&self.entry.parts)
            .map(|((code, name), part)| RankingComponent {
                code,
                name,
                value: shown(part.value),
                weight: shown(part.weight),
                contribution: shown(part.contribution),
            })
            .collect()
    }
    /// What orders equals, the first first. Tie-breakers never change a rank.
    async fn tie_breakers(&self) -> Vec<TieBreaker> {
        let names = self.method.published().tie_breakers;
        names
            .iter()
            .zip(&self.entry.ties)
            .map(|((code, name), value)| TieBreaker { code, name, value: value.clone() })
            .collect()
    }
    /// What is missing for the next better rank, in words, in Russian; null at rank 1.
    async fn to_next_rank(&self) -> Option<String> {
        self.method.to_next_rank(self.entry)
    }
}

/// A part of a score.
#[derive(SimpleObject)]
pub struct RankingComponent {
    /// The part's code.
    code: &'static str,
    /// What it is called, in Russian.
    name: &'static str,
    /// The raw value.
    value: f64,
    /// What it is multiplied with, rounded to six digits.
    weight: f64,
    /// What it adds to the score.
    contribution: f64,
}

/// What orders equals.
#[derive(SimpleObject)]
pub struct TieBreaker {
    /// The tie-breaker's code.
    code: &'static str,
    /// What it is called and which way it goes, in Russian.
    name: &'static str,
    /// The entry's value.
    value: String,
}

/// The connection and edge types of a ranking of nodes.
macro_rules! ranking {
    ($connection:ident, $edge:ident, $node:ident, $what:literal) => {
        #[doc = concat!("A page of a ranking of ", $what, ".")]
        pub struct $connection {
            method: Method,
            list: List,
            page: RankingPage,
            lines: Vec<(i64, Entry, $node)>,
        }

        #[doc = concat!("A line of a ranking of ", $what, ".")]
        pub struct $edge<'a> {
            of: &'a $connection,
            line: &'a (i64, Entry, $node),
        }

        impl $connection {
            fn cursor(&self, position: i64) -> Result<String, Error> {
                self.list.cursor(&(self.page.generation, position))
            }
        }

        #[doc = concat!("A page of a ranking of ", $what, ". Its cursors go on in the state of the ranking in which the first page was read, for ten minutes; then they are `CURSOR_EXPIRED`.")]
        #[Object]
        impl $connection {
            /// The lines of the ranking.
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.lines.iter().map(|line| $edge { of: self, line }).collect()
            }
            /// What is ranked, without the ranks.
            async fn nodes(&self) -> Vec<&$node> {
                self.lines.iter().map(|line| &line.2).collect()
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
            async fn method(&self) -> RankingMethod {
                self.method.published().into()
            }
        }

        #[doc = concat!("A line of a ranking of ", $what, ".")]
        #[Object]
        impl $edge<'_> {
            /// The line's place, for `after` and `before`.
            async fn cursor(&self) -> Result<String, Error> {
                self.of.cursor(self.line.0)
            }
            /// What stands here.
            async fn node(&self) -> &$node {
                &self.line.2
            }
            /// Shared by equals; then it skips: 1, 2, 3, 3, 5.
            async fn rank(&self) -> i64 {
                self.line.1.rank
            }
            /// The line's number, 1 to `totalCount`: no two are the same.
            async fn position(&self) -> i64 {
                self.line.0
            }
            /// What orders the ranking; exact to six digits.
            async fn score(&self) -> f64 {
                shown(self.line.1.score)
            }
            /// The rank in the period before: for a year the year before, for all time the end of the last
            /// academic year; null for those who did not take part then.
            async fn previous_rank(&self) -> Option<i64> {
                self.line.1.previous
            }
            /// How the score came about.
            async fn explanation(&self) -> RankingExplanation<'_> {
                RankingExplanation { method: self.of.method, entry: &self.line.1 }
            }
        }
    };
}

ranking!(CommunityRankingConnection, CommunityRankingEdge, Community, "communities");
ranking!(PracticeRankingConnection, PracticeRankingEdge, Practice, "practices");

/// The mean by which the ratings of all practices are damped.
///
/// # Errors
/// The database's.
pub async fn federal_mean(caller: &Caller) -> Result<i64, Error> {
    match caller.loader.load_one(FederalMean).await? {
        Some(mean) => Ok(mean),
        // Nobody has asked for the federal ranking yet.
        None => service::scope_mean(&caller.app, &federal_rating(Year::of(caller.actor.now))).await,
    }
}

fn spec(
    caller: &Caller,
    method: Method,
    filter: Option<RankingFilter>,
    period: Option<AcademicYear>,
) -> Result<Spec, Error> {
    let filter = filter.unwrap_or_default();
    let year = period.map(|year| year.0);
    service::spec(method, filter.region_code, filter.profile_code, year, caller.actor.now)
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
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<CommunityRankingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let method = method.into();
        let spec = spec(caller, method, filter, period)?;
        let list = List::of("ranking", &spec.key());
        let page = service::page(&caller.app, &spec, list, &page).await?;
        let ids = page.entries.iter().map(|(_, entry)| CommunityId(entry.subject));
        let mut nodes = caller.loader.load_many(ids).await?;
        let lines = page
            .entries
            .iter()
            .filter_map(|(position, entry)| {
                let node = nodes.remove(&CommunityId(entry.subject))?;
                Some((*position, entry.clone(), Community(node)))
            })
            .collect();
        Ok(CommunityRankingConnection { method, list, page, lines })
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
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PracticeRankingConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let method = method.into();
        let spec = spec(caller, method, filter, period)?;
        let list = List::of("ranking", &spec.key());
        let page = service::page(&caller.app, &spec, list, &page).await?;
        let ids = page.entries.iter().map(|(_, entry)| PracticeId(entry.subject));
        let mut nodes = caller.loader.load_many(ids).await?;
        // What was withdrawn since the board was made is gone from it at once.
        nodes.retain(|_, node| node.state == PracticeState::Published);
        let lines = page
            .entries
            .iter()
            .filter_map(|(position, entry)| {
                let node = nodes.remove(&PracticeId(entry.subject))?;
                Some((*position, entry.clone(), Practice(node)))
            })
            .collect();
        Ok(PracticeRankingConnection { method, list, page, lines })
    }
}
