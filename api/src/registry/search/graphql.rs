//! The search in the schema.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject, Union};
use entity::{
    community,
    ids::{ProfileId, RegionId},
    practice,
};

use super::{
    rules,
    service::{self, Begun, Hit, Search},
    snippet::{self, Fragment},
};
use crate::{
    auth::visibility,
    db::keyset::Page,
    error::Error,
    graphql::{
        Caller,
        connection::{PageInfo, Slice},
        scalars::AcademicYear,
    },
    registry::{
        community::graphql::Community,
        practice::{
            graphql::{Practice, PracticeState},
            rules::check_tags_asked,
        },
        region::graphql::{Profile, Region, region_of},
    },
};

/// Values of a facet that are shown at most.
const FACET_MAX: usize = 100;

/// What is searched for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchType {
    /// Practices: by title, tags, summary and text.
    Practice,
    /// Communities: by name, and by the names of their profile and region.
    Community,
}

/// What narrows a search; all given conditions must hold. Communities have no tags, year or state: where one of these is
/// asked for, only practices are found.
#[derive(InputObject, Default)]
pub struct SearchFilter {
    /// Of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of the profile with this code.
    profile_code: Option<String>,
    /// With all these tags (20 at most).
    tags: Option<Vec<String>>,
    /// Published in this academic year.
    year: Option<AcademicYear>,
    /// In one of these states; left out, in any that the caller may see.
    state: Option<Vec<PracticeState>>,
}

/// How much of a search was found.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "service::Matched")]
pub enum SearchMatched {
    /// Everything that was found holds all words of the search.
    AllWords,
    /// Nothing holds all words: what was found holds at least half of them, the most first.
    SomeWords,
}

/// What is found by a search.
#[derive(Clone, Union)]
pub enum SearchResult {
    /// A practice.
    Practice(Practice),
    /// A community.
    Community(Community),
}

/// A piece of a text.
#[derive(SimpleObject)]
pub struct TextFragment {
    /// The text, as it stands there. The fragments put together are the whole.
    text: String,
    /// Whether it is a word that was searched for, in whatever form.
    highlighted: bool,
}

impl From<Fragment> for TextFragment {
    fn from(from: Fragment) -> Self {
        Self { text: from.text, highlighted: from.highlighted }
    }
}

/// What was found, the most relevant first.
pub struct SearchConnection {
    begun: Begun,
    slice: Slice<(Hit, SearchResult)>,
}

/// A page of what a search found, the most relevant first.
#[Object]
impl SearchConnection {
    /// The entries with their cursors.
    async fn edges(&self) -> Vec<SearchEdge<'_>> {
        self.slice.edges.iter().map(|entry| SearchEdge { of: self, entry }).collect()
    }
    /// The entries without their cursors.
    async fn nodes(&self) -> Vec<&SearchResult> {
        self.slice.edges.iter().map(|(_, (_, node))| node).collect()
    }
    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        self.slice.page_info()
    }
    /// How many entries the whole list has. Counted only when asked for.
    async fn total_count(&self) -> Result<i64, Error> {
        self.slice.total().await
    }
    /// Whether all words were found, or most of them only.
    async fn matched(&self) -> SearchMatched {
        self.begun.matched.into()
    }
    /// What the whole list is made of. Each facet is counted only when asked for.
    async fn facets(&self) -> SearchFacets<'_> {
        SearchFacets(&self.begun)
    }
    /// For words of the search that stand in nothing that everybody may see: words that do and are written almost like
    /// them, the nearest first; three for a word at most.
    async fn suggestions(&self, ctx: &Context<'_>) -> Result<Vec<SearchSuggestion>, Error> {
        let found = self.begun.search.suggestions(&Caller::of(ctx)?.app.db).await?;
        Ok(found.into_iter().map(SearchSuggestion::from).collect())
    }
}

/// Something that was found.
pub struct SearchEdge<'a> {
    of: &'a SearchConnection,
    entry: &'a (String, (Hit, SearchResult)),
}

/// Something that a search found, with its place in the list and why it was found.
#[Object]
impl SearchEdge<'_> {
    /// The entry's place in the list, for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.entry.0
    }
    /// The practice or community.
    async fn node(&self) -> &SearchResult {
        &self.entry.1.1
    }
    /// How well it answers the search: 10,000 for each word that it holds, and for each of them 60 where it stands in the
    /// title (a community's name), 30 among the tags, 20 in the summary (the names of a community's profile and
    /// region), and 1 for every time in the text, up to 9. Where the last word of the search is but the beginning of
    /// one, half of that.
    async fn relevance(&self) -> i64 {
        self.entry.1.0.relevance
    }
    /// The whole title, or the community's name.
    async fn title(&self) -> Vec<TextFragment> {
        let text = match &self.entry.1.1 {
            SearchResult::Practice(practice) => &practice.0.title,
            SearchResult::Community(community) => &community.0.name,
        };
        self.shown(snippet::whole(text, &self.of.begun.search.words))
    }
    /// About 200 characters of the summary or text, around what was found in it; of a community, the names of its profile
    /// and region.
    async fn snippet(&self, ctx: &Context<'_>) -> Result<Vec<TextFragment>, Error> {
        let words = &self.of.begun.search.words;
        let fragments = match &self.entry.1.1 {
            SearchResult::Practice(Practice(row)) => snippet::best(&[&row.summary, &row.body], words),
            SearchResult::Community(Community(row)) => {
                let loader = &Caller::of(ctx)?.loader;
                let (profile, region) =
                    futures::try_join!(loader.load_one(row.profile_id), loader.load_one(row.region_id))?;
                let names = [profile.map(|row| row.name), region.map(|row| row.name)];
                let names: Vec<_> = names.into_iter().flatten().collect();
                snippet::whole(&names.join(" · "), words)
            }
        };
        Ok(self.shown(fragments))
    }
}

impl SearchEdge<'_> {
    fn shown(&self, fragments: Vec<Fragment>) -> Vec<TextFragment> {
        fragments.into_iter().map(Into::into).collect()
    }
}

/// What everything that a search found is made of.
pub struct SearchFacets<'a>(&'a Begun);

/// What everything that a search found is made of, counted over the whole list: each with the values that narrow the
/// search further, the most frequent first, 100 at most.
#[Object]
impl SearchFacets<'_> {
    /// Where it comes from.
    async fn regions(&self, ctx: &Context<'_>) -> Result<Vec<RegionFacet>, Error> {
        let caller = Caller::of(ctx)?;
        let counts = self.0.regions::<RegionId>(&caller.app.db).await?;
        let of = counts.into_iter().map(|(id, count)| async move {
            Ok::<_, Error>(RegionFacet { region: region_of(caller, id).await?, count })
        });
        let found = futures::future::try_join_all(of).await?;
        Ok(ordered(found, |it| it.count, |it| it.region.0.code.clone()))
    }
    /// Whom it concerns. Practices of institutes have no profile.
    async fn profiles(&self, ctx: &Context<'_>) -> Result<Vec<ProfileFacet>, Error> {
        let caller = Caller::of(ctx)?;
        let counts = self.0.profiles::<ProfileId>(&caller.app.db).await?;
        let of = counts.into_iter().map(|(id, count)| async move {
            let found = caller.loader.load_one(id).await?;
            let row = found.ok_or_else(|| Error::broken("a row without its profile"))?;
            Ok::<_, Error>(ProfileFacet { profile: Profile(row), count })
        });
        let found = futures::future::try_join_all(of).await?;
        Ok(ordered(found, |it| it.count, |it| it.profile.0.code.clone()))
    }
    /// The tags of practices.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<TagFacet>, Error> {
        let found = self.0.tags(&Caller::of(ctx)?.app.db).await?;
        let found = found.into_iter().map(|(tag, count)| TagFacet { tag, count }).collect();
        Ok(ordered(found, |it| it.count, |it| it.tag.clone()))
    }
    /// The academic years in which practices were published.
    async fn years(&self, ctx: &Context<'_>) -> Result<Vec<YearFacet>, Error> {
        let found = self.0.years::<entity::AcademicYear>(&Caller::of(ctx)?.app.db).await?;
        let found =
            found.into_iter().map(|(year, count)| YearFacet { year: AcademicYear(year), count }).collect();
        Ok(ordered(found, |it| it.count, |it| it.year.0))
    }
    /// The states of practices. Who is not signed in finds published ones only.
    async fn states(&self, ctx: &Context<'_>) -> Result<Vec<StateFacet>, Error> {
        let found = self.0.states::<entity::PracticeState>(&Caller::of(ctx)?.app.db).await?;
        let found =
            found.into_iter().map(|(state, count)| StateFacet { state: state.into(), count }).collect();
        Ok(ordered(found, |it| it.count, |it| it.state as usize))
    }
}

/// The most frequent first, equals in the order of their key: the same on every database.
fn ordered<F, K: Ord>(mut found: Vec<F>, count: impl Fn(&F) -> i64, key: impl Fn(&F) -> K) -> Vec<F> {
    found.sort_by_cached_key(|it| (std::cmp::Reverse(count(it)), key(it)));
    found.truncate(FACET_MAX);
    found
}

/// How much of what was found is of a region.
#[derive(SimpleObject)]
pub struct RegionFacet {
    /// The region.
    region: Region,
    /// How many entries.
    count: i64,
}

/// How much of what was found is of a profile.
#[derive(SimpleObject)]
pub struct ProfileFacet {
    /// The profile.
    profile: Profile,
    /// How many entries.
    count: i64,
}

/// How much of what was found bears a tag.
#[derive(SimpleObject)]
pub struct TagFacet {
    /// The tag.
    tag: String,
    /// How many entries.
    count: i64,
}

/// How much of what was found was published in an academic year.
#[derive(SimpleObject)]
pub struct YearFacet {
    /// The academic year.
    year: AcademicYear,
    /// How many entries.
    count: i64,
}

/// How much of what was found is in a state.
#[derive(SimpleObject)]
pub struct StateFacet {
    /// The state.
    state: PracticeState,
    /// How many entries.
    count: i64,
}

/// What a mistyped word may have been meant to be.
#[derive(SimpleObject)]
pub struct SearchSuggestion {
    /// The word, as it was typed.
    word: String,
    /// What it may have been.
    replacement: String,
    /// The whole search with the replacement in its place.
    query: String,
}

impl From<service::Suggestion> for SearchSuggestion {
    fn from(from: service::Suggestion) -> Self {
        Self { word: from.word, replacement: from.replacement, query: from.query }
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Practices that the caller may see and communities, by their words: in Russian and English, in any grammatical form,
    /// with `ё` as `е`. Words that stand everywhere («и», «на») are not looked for; the last word may be the beginning of
    /// one. What holds all words is found; where nothing does, what holds at least half of them (see `matched`).
    #[expect(clippy::too_many_arguments, reason = "Relay's four beside the search's own")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for: at most 200 characters and 20 different words.")] query: String,
        #[graphql(desc = "Which things; left out or empty, all.")] types: Option<Vec<SearchType>>,
        #[graphql(desc = "What narrows the search.")] filter: Option<SearchFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<SearchConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let caller = Caller::of(ctx)?;
        let search = read(caller, query, types.unwrap_or_default(), filter.unwrap_or_default())?;
        let list = search.list();
        let db = caller.app.db.clone();
        let (begun, rows) = search.page(&db, &page).await?;
        let loader = &caller.loader;
        let (practices, communities) = futures::try_join!(
            loader.load_many(rows.rows.iter().filter_map(|hit| hit.practice_id)),
            loader.load_many(rows.rows.iter().filter_map(|hit| hit.community_id)),
        )?;
        // What has gone from the caller's sight since the page was read is left out.
        let rows = rows.filter_map(|hit| {
            let practice = hit.practice_id.and_then(|id| practices.get(&id)).cloned();
            let community = hit.community_id.and_then(|id| communities.get(&id)).cloned();
            let practice = practice.map(|row| SearchResult::Practice(Practice(row)));
            let node = practice.or_else(|| community.map(|row| SearchResult::Community(Community(row))))?;
            Some((hit, node))
        });
        let counted = begun.clone();
        let total = move || {
            let (db, begun) = (db.clone(), counted.clone());
            async move { begun.count(&db).await }
        };
        let slice = Slice::new(list, rows, |(hit, _)| hit.key(), |entry| entry, total)?;
        Ok(SearchConnection { begun, slice })
    }
}

/// The search that is asked for.
fn read(
    caller: &Caller,
    text: String,
    types: Vec<SearchType>,
    filter: SearchFilter,
) -> Result<Search, Error> {
    let SearchFilter { region_code: region, profile_code: profile, tags, year, state } = filter;
    let words = rules::looked_for(&text)?;
    let wanted = |kind| types.is_empty() || types.contains(&kind);
    let practices = practice::Filter {
        region: region.clone(),
        profile: profile.clone(),
        community: None,
        states: state.unwrap_or_default().into_iter().map(Into::into).collect(),
        words: Vec::new(),
        tags: check_tags_asked(tags)?,
        year: year.map(|year| year.0),
    };
    let of_practices_only =
        !practices.states.is_empty() || !practices.tags.is_empty() || practices.year.is_some();
    let communities = community::Filter { region, profile, words: Vec::new() };
    Ok(Search {
        text,
        words,
        practices: wanted(SearchType::Practice).then_some(practices),
        communities: (wanted(SearchType::Community) && !of_practices_only).then_some(communities),
        to: visibility::visible_practices(&caller.actor),
    })
}
