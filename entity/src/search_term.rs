//! The search's index: which thing holds which word, and how much the word weighs in it. An ordinary table with
//! ordinary indexes, the same on every database.

use sea_orm::{
    Condition,
    entity::prelude::*,
    sea_query::{ExprTrait, Query, SelectStatement, UnionType},
};

/// A row of `search_term`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_term")]
pub struct Model {
    /// The folded, stemmed word, as bytes: collations differ, and beginnings are looked for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub term: Vec<u8>,
    /// The practice or community that holds it. Ids are unique in the whole registry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// How much the word counts: the sum of the places where it stands. In the key, so that the index alone answers.
    #[sea_orm(primary_key, auto_increment = false)]
    pub weight: i32,
}

/// What every word that is found adds to the relevance, so that more words come before heavier ones: above the sum of
/// all weights that a search can find.
pub const WORD: i64 = 10_000;

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded and stemmed.
    pub stem: String,
    /// As it was typed, folded, where it may be the beginning of another: the last one.
    pub beginning: Option<String>,
}

impl Word {
    /// What holds the word itself: `subject_id` and `weight`.
    fn whole(&self) -> SelectStatement {
        let stem = self.stem.as_bytes().to_vec();
        let columns = [Column::SubjectId, Column::Weight];
        Query::select().columns(columns).from(Entity).and_where(Column::Term.eq(stem)).to_owned()
    }

    /// What holds words that begin with it, at half their weight.
    fn begun(beginning: &str) -> SelectStatement {
        let beginning = beginning.as_bytes().to_vec();
        // No letter in UTF-8 has this byte.
        let mut end = beginning.clone();
        end.push(0xff);
        Query::select()
            .column(Column::SubjectId)
            .expr_as(Expr::col(Column::Weight).div(2), Column::Weight)
            .from(Entity)
            .and_where(Column::Term.gte(beginning))
            .and_where(Column::Term.lt(end))
            .to_owned()
    }

    /// All that holds the word or begins with it: a row for each of the words.
    fn rows(&self) -> SelectStatement {
        let mut rows = self.whole();
        if let Some(beginning) = &self.beginning {
            rows.union(UnionType::All, Self::begun(beginning));
        }
        rows
    }

    /// The ids of what holds the word: of one thing several times, perhaps.
    #[must_use]
    pub fn holders(&self) -> SelectStatement {
        Query::select().column(Column::SubjectId).from_subquery(self.rows(), "held").to_owned()
    }

    /// What holds the word, with what it weighs there: one row each.
    fn weighed(&self) -> SelectStatement {
        if self.beginning.is_none() {
            return self.whole();
        }
        Query::select()
            .column(Column::SubjectId)
            .expr_as(Expr::col(Column::Weight).max(), Column::Weight)
            .from_subquery(self.rows(), "weighed")
            .group_by_col(Column::SubjectId)
            .to_owned()
    }
}

/// That the thing with the id in `column` holds all these words.
#[must_use]
pub fn holds_all(column: impl ColumnTrait, words: &[Word]) -> Condition {
    words.iter().fold(Condition::all(), |all, word| all.add(column.in_subquery(word.holders())))
}

/// What holds at least so many of the words: `subject_id` and `relevance`. Where all must be there and one of them is
/// rare, `rarest` is its place: only what holds it is looked at for the others.
#[must_use]
pub fn hits(words: &[Word], least: usize, rarest: Option<usize>) -> SelectStatement {
    let mut arms = words.iter().enumerate().map(|(nth, word)| {
        let mut arm = word.weighed();
        // A range of words is gone through once; looking up each of many ids in it would go through it for each.
        let narrowed = least == words.len() && rarest != Some(nth) && word.beginning.is_none();
        if let Some(rarest) = rarest.and_then(|nth| words.get(nth)).filter(|_| narrowed) {
            arm.and_where(Column::SubjectId.in_subquery(rarest.holders()));
        }
        arm
    });
    let mut all =
        arms.next().unwrap_or_else(|| Query::select().column(Column::SubjectId).from(Entity).take());
    all.unions(arms.map(|arm| (UnionType::All, arm)));
    let count = || Expr::col(Column::SubjectId).count();
    let relevance = Expr::col(Column::Weight).sum().add(count().mul(WORD));
    Query::select()
        .column(Column::SubjectId)
        .expr_as(relevance, "relevance")
        .from_subquery(all, "found")
        .group_by_col(Column::SubjectId)
        .and_having(count().gte(i64::try_from(least).unwrap_or(i64::MAX)))
        .to_owned()
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
