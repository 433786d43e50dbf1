//! Reads of the search. What is found, how it is ordered and how it is counted are one selection each over the same
//! hits, joined to the things themselves, which say whether the caller may see them and whether they match the filter.

use entity::{
    PracticeState, community,
    ids::{CommunityId, PracticeId},
    practice, practice_tag,
    search_term::{self, Word},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, FromQueryResult, Order, TryGetable,
    sea_query::{Expr, Func, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{rules, spelling};
use crate::{
    db::{
        Db,
        keyset::{List, Page, Rows},
    },
    error::Error,
    text,
};

/// Values of a facet that are read; the most frequent of them are shown.
const FACET_READ: u64 = 500;
/// Mistyped words for which others are suggested, suggestions for each, and of how many candidates they are chosen.
const MISTYPED_MAX: usize = 5;
const SUGGESTED_MAX: usize = 3;
const CANDIDATES_MAX: usize = 10;
/// A word that fewer things hold is rare: looking these up for the other words is cheaper than to go through all that
/// hold them.
const RARE_MAX: u64 = 5_000;

/// A search, with everything that narrows it.
#[derive(Clone, Debug)]
pub struct Search {
    /// As it was typed.
    pub text: String,
    /// The words that are looked for.
    pub words: Vec<Word>,
    /// Which practices; none for none.
    pub practices: Option<practice::Filter>,
    /// Which communities; none for none.
    pub communities: Option<community::Filter>,
    /// Which practices the caller may see.
    pub to: practice::Visible,
}

/// How much of a search was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Things that hold all words.
    AllWords,
    /// Nothing holds all words; things that hold at least half of them.
    SomeWords,
}

/// A thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Hit {
    /// Its id.
    pub subject_id: Uuid,
    /// 10,000 for each word found, and what the words weigh there.
    pub relevance: i64,
    /// The practice, when it is one.
    pub practice_id: Option<PracticeId>,
    /// The community, when it is one.
    pub community_id: Option<CommunityId>,
}

impl Hit {
    /// What the list is ordered by: the most relevant first, of equals the one that was entered last.
    #[must_use]
    pub fn key(&self) -> (i64, Uuid) {
        (self.relevance, self.subject_id)
    }
}

/// A search that has been begun: where its rarest word stands, and how much of it is to be found.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The search.
    pub search: Search,
    rarest: Option<usize>,
    /// How much was found.
    pub matched: Matched,
}

/// What a word that is no word of the registry may have been meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// As it was typed.
    pub word: String,
    /// What it may have been.
    pub replacement: String,
    /// The whole search with it.
    pub query: String,
}

/// Where a word stands in the joined rows.
const HIT: &str = "hit";

impl Search {
    /// The identity of its list.
    #[must_use]
    pub fn list(&self) -> List {
        List::of("search", &(&self.words, &self.practices, &self.communities))
    }

    /// Reads a page: of what holds all words; where nothing does, of what holds most of them. A cursor's relevance tells
    /// in which of the two it lies.
    ///
    /// # Errors
    /// `BAD_CURSOR`, or the database's.
    pub async fn page(self, db: &Db, page: &Page) -> Result<(Begun, Rows<Hit>), Error> {
        let list = self.list();
        let cursor =
            |cursor: &Option<String>| cursor.as_ref().map(|it| list.key::<(i64, Uuid)>(it)).transpose();
        let (after, before) = (cursor(&page.after)?, cursor(&page.before)?);
        let all = i64::try_from(self.words.len()).unwrap_or(i64::MAX).saturating_mul(search_term::WORD);
        let goes_on = after.or(before).map(|(relevance, _)| relevance >= all);
        let holders = self.holders(db).await?;
        let rare = holders.iter().enumerate().filter(|(_, count)| **count < RARE_MAX.cast_signed());
        let rarest = rare.min_by_key(|(_, count)| **count).map(|(nth, _)| nth);
        let mut begun = Begun { search: self, rarest, matched: Matched::AllWords };
        let some_word_is_nowhere = holders.contains(&0);
        if goes_on != Some(false) && !(goes_on.is_none() && some_word_is_nowhere) {
            let rows = begun.read(db, page, after, before).await?;
            if !rows.rows.is_empty() || goes_on.is_some() || begun.search.words.len() == 1 {
                return Ok((begun, rows));
            }
        }
        if begun.search.words.len() > 1 {
            begun.matched = Matched::SomeWords;
        }
        let rows = begun.read(db, page, after, before).await?;
        // That nothing holds most of the words either is told as a search for all of them that found nothing.
        if rows.rows.is_empty() && goes_on.is_none() {
            begun.matched = Matched::AllWords;
        }
        Ok((begun, rows))
    }

    /// How many things hold each word, up to some; seen or not, so it only tells where to begin. One statement, and none
    /// for a single word.
    async fn holders(&self, db: &Db) -> Result<Vec<i64>, Error> {
        if self.words.len() < 2 {
            return Ok(vec![1]);
        }
        let arms = (0_i64..).zip(&self.words).map(|(nth, word)| {
            let some = word.holders().limit(RARE_MAX).to_owned();
            let mut count = Query::select();
            count
                .expr_as(Expr::val(nth), "nth")
                .expr_as(Expr::cust("COUNT(*)"), "count")
                .from_subquery(some, "some");
            count
        });
        let mut counts = vec![0; self.words.len()];
        for Numbered { nth, count } in read_all(db, &united(arms)).await? {
            if let Some(known) = usize::try_from(nth).ok().and_then(|nth| counts.get_mut(nth)) {
                *known = count;
            }
        }
        Ok(counts)
    }

    /// What words of the search may have been meant to be: for those that stand in nothing that everybody may see,
    /// words that do. Three statements at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn suggestions(&self, db: &Db) -> Result<Vec<Suggestion>, Error> {
        let typed: Vec<_> =
            text::words(&self.text).into_iter().filter(|it| spelling::is_spelled(&it.folded)).collect();
        let stems: Vec<_> = typed.iter().map(|word| text::stem(&word.folded)).collect();
        let as_looked_for = stems.iter().filter_map(|stem| self.words.iter().find(|word| word.stem == *stem));
        let known = public(db, &as_looked_for.cloned().collect::<Vec<_>>()).await?;
        let mistyped: Vec<_> = typed
            .iter()
            .zip(known)
            .filter(|(_, known)| !known)
            .map(|(word, _)| word)
            .take(MISTYPED_MAX)
            .collect();
        if mistyped.is_empty() {
            return Ok(Vec::new());
        }
        let folded: Vec<_> = mistyped.iter().map(|word| word.folded.clone()).collect();
        let near = spelling::neighbours(db.read(), &folded).await?;
        let mut candidates = Vec::new();
        for word in mistyped {
            let mut stems: Vec<String> = Vec::new();
            for candidate in near.get(&word.folded).into_iter().flatten() {
                let stem = text::stem(candidate);
                if stems.len() < CANDIDATES_MAX && !stems.contains(&stem) {
                    candidates.push((word, candidate, Word { stem: stem.clone(), beginning: None }));
                    stems.push(stem);
                }
            }
        }
        let words: Vec<_> = candidates.iter().map(|(.., word)| word.clone()).collect();
        let public = public(db, &words).await?;
        let mut suggestions: Vec<Suggestion> = Vec::new();
        for ((word, replacement, _), _) in candidates.into_iter().zip(public).filter(|(_, public)| *public) {
            let (before, rest) = self.text.split_at_checked(word.from).unwrap_or_default();
            let (typed, behind) = rest.split_at_checked(word.to - word.from).unwrap_or_default();
            if suggestions.iter().filter(|known| known.word == typed).count() < SUGGESTED_MAX {
                suggestions.push(Suggestion {
                    word: typed.to_owned(),
                    replacement: replacement.clone(),
                    query: format!("{before}{replacement}{behind}"),
                });
            }
        }
        Ok(suggestions)
    }
}

impl Begun {
    /// The joined rows of all that was found, without columns.
    fn found(&self) -> SelectStatement {
        let words = &self.search.words;
        let least = match self.matched {
            Matched::AllWords => words.len(),
            Matched::SomeWords => rules::most_of(words.len()),
        };
        let hit = || Expr::col((HIT, search_term::Column::SubjectId));
        let mut found = Query::select();
        found
            .from_subquery(search_term::hits(words, least, self.rarest), HIT)
            .left_join(practice::Entity, hit().equals((practice::Entity, practice::Column::Id)))
            .left_join(community::Entity, hit().equals((community::Entity, community::Column::Id)));
        let mut any = Condition::any().add(Expr::value(false));
        if let Some(filter) = &self.search.practices {
            let there = Condition::all().add(practice::Column::Id.is_not_null());
            any = any.add(there.add(self.search.to.condition()).add(filter.condition()));
        }
        if let Some(filter) = &self.search.communities {
            let living = community::Column::Id.is_not_null().and(community::Column::ArchivedAt.is_null());
            any = any.add(Condition::all().add(living).add(filter.condition()));
        }
        found.cond_where(any);
        found
    }

    async fn read(
        &self,
        db: &Db,
        page: &Page,
        after: Option<(i64, Uuid)>,
        before: Option<(i64, Uuid)>,
    ) -> Result<Rows<Hit>, Error> {
        let relevance = || Expr::col((HIT, "relevance"));
        let id = || Expr::col((HIT, search_term::Column::SubjectId));
        let mut found = self.found();
        found
            .column((HIT, search_term::Column::SubjectId))
            .column((HIT, "relevance"))
            .expr_as(practice::Column::Id.into_expr(), "practice_id")
            .expr_as(community::Column::Id.into_expr(), "community_id");
        if let Some((score, last)) = after {
            found.and_where(relevance().lt(score).or(relevance().eq(score).and(id().lt(last))));
        }
        if let Some((score, first)) = before {
            found.and_where(relevance().gt(score).or(relevance().eq(score).and(id().gt(first))));
        }
        let order = if page.backwards { Order::Asc } else { Order::Desc };
        found
            .order_by((HIT, "relevance"), order.clone())
            .order_by((HIT, search_term::Column::SubjectId), order)
            .limit(page.limit + 1);
        Ok(Rows::of_page(read_all(db, &found).await?, page))
    }

    /// How many things were found.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, db: &Db) -> Result<u64, Error> {
        let count = self.found().expr_as(Expr::cust("COUNT(*)"), "value").to_owned();
        let rows: Vec<Value<i64>> = read_all(db, &count).await?;
        Ok(rows.first().and_then(|row| u64::try_from(row.value).ok()).unwrap_or(0))
    }

    /// The regions of what was found, each with how many things.
    ///
    /// # Errors
    /// The database's.
    pub async fn regions<T: TryGetable>(&self, db: &Db) -> Result<Vec<(T, i64)>, Error> {
        let of = (practice::Column::RegionId.into_expr(), community::Column::RegionId.into_expr());
        self.facet(db, self.found(), Func::coalesce([of.0, of.1]).into()).await
    }

    /// The profiles.
    ///
    /// # Errors
    /// The database's.
    pub async fn profiles<T: TryGetable>(&self, db: &Db) -> Result<Vec<(T, i64)>, Error> {
        let of = (practice::Column::ProfileId.into_expr(), community::Column::ProfileId.into_expr());
        self.facet(db, self.found(), Func::coalesce([of.0, of.1]).into()).await
    }

    /// The academic years of publication.
    ///
    /// # Errors
    /// The database's.
    pub async fn years<T: TryGetable>(&self, db: &Db) -> Result<Vec<(T, i64)>, Error> {
        self.facet(db, self.found(), practice::Column::PublishedYear.into_expr()).await
    }

    /// The states of practices.
    ///
    /// # Errors
    /// The database's.
    pub async fn states<T: TryGetable>(&self, db: &Db) -> Result<Vec<(T, i64)>, Error> {
        self.facet(db, self.found(), practice::Column::State.into_expr()).await
    }

    /// The tags of practices.
    ///
    /// # Errors
    /// The database's.
    pub async fn tags(&self, db: &Db) -> Result<Vec<(String, i64)>, Error> {
        let mut found = self.found();
        let of = Expr::col((HIT, search_term::Column::SubjectId));
        found.inner_join(
            practice_tag::Entity,
            of.equals((practice_tag::Entity, practice_tag::Column::PracticeId)),
        );
        self.facet(db, found, practice_tag::Column::Tag.into_expr()).await
    }

    /// How many of the found rows have which value; rows without one are left out. One statement.
    async fn facet<T: TryGetable>(
        &self,
        db: &Db,
        mut found: SelectStatement,
        value: Expr,
    ) -> Result<Vec<(T, i64)>, Error> {
        found
            .expr_as(value.clone(), "value")
            .expr_as(Expr::cust("COUNT(*)"), "count")
            .and_where(value.clone().is_not_null())
            .add_group_by([value])
            .order_by_expr(Expr::cust("COUNT(*)"), Order::Desc)
            .limit(FACET_READ);
        let rows: Vec<Counted<T>> = read_all(db, &found).await?;
        Ok(rows.into_iter().map(|Counted { value, count }| (value, count)).collect())
    }
}

/// Whether each of the words stands in something that everybody may see. One statement.
async fn public(db: &Db, words: &[Word]) -> Result<Vec<bool>, Error> {
    let mut known = vec![false; words.len()];
    if words.is_empty() {
        return Ok(known);
    }
    let arms = (0_i64..).zip(words).map(|(nth, word)| {
        let mut held = word.holders();
        let of = || Expr::col(search_term::Column::SubjectId);
        let living = community::Column::Id.is_not_null().and(community::Column::ArchivedAt.is_null());
        held.left_join(practice::Entity, of().equals((practice::Entity, practice::Column::Id)))
            .left_join(community::Entity, of().equals((community::Entity, community::Column::Id)))
            .cond_where(
                Condition::any().add(practice::Column::State.eq(PracticeState::Published)).add(living),
            )
            .limit(1);
        let mut one = Query::select();
        one.expr_as(Expr::val(nth), "value").and_where(Expr::exists(held));
        one
    });
    for Value::<i64> { value } in read_all(db, &united(arms)).await? {
        if let Some(known) = usize::try_from(value).ok().and_then(|nth| known.get_mut(nth)) {
            *known = true;
        }
    }
    Ok(known)
}

/// The rows of all these selections; there is at least one.
fn united(arms: impl IntoIterator<Item = SelectStatement>) -> SelectStatement {
    let mut arms = arms.into_iter();
    let mut all = arms.next().unwrap_or_default();
    all.unions(arms.map(|arm| (UnionType::All, arm)));
    all
}

async fn read_all<R: FromQueryResult>(db: &Db, select: &SelectStatement) -> Result<Vec<R>, Error> {
    let statement = db.read().get_database_backend().build(select);
    Ok(R::find_by_statement(statement).all(db.read()).await?)
}

#[derive(FromQueryResult)]
struct Numbered {
    nth: i64,
    count: i64,
}

#[derive(FromQueryResult)]
struct Value<T: TryGetable> {
    value: T,
}

#[derive(FromQueryResult)]
struct Counted<T: TryGetable> {
    value: T,
    count: i64,
}
