//! The search's index: which thing holds which word, and how much the word weighs in it. An ordinary table with
//! ordinary indexes, the same on every database.

use sea_orm::{
    Condition,
    entity::prelude::*,
    sea_query::{CaseStatement, ExprTrait, Func, Query, SelectStatement, SimpleExpr, UnionType},
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
    /// Whether it may be the beginning of a word: the last one that was typed.
    pub begins: bool,
}

impl Word {
    /// That a row of the index holds the word.
    fn condition(&self) -> Condition {
        let stem = self.stem.as_bytes().to_vec();
        if !self.begins {
            return Condition::all().add(Column::Term.eq(stem));
        }
        // No letter in UTF-8 has this byte.
        let mut end = stem.clone();
        end.push(0xff);
        Condition::all().add(Column::Term.gte(stem)).add(Column::Term.lt(end))
    }

    /// What the row weighs: half, where the word only begins one.
    fn weight(&self) -> SimpleExpr {
        if !self.begins {
            return Expr::col(Column::Weight);
        }
        let whole = Column::Term.eq(self.stem.as_bytes().to_vec());
        let weight = CaseStatement::new().case(whole, Expr::col(Column::Weight));
        Func::max(weight.finally(Expr::col(Column::Weight).div(2))).into()
    }

    /// The ids of what holds the word, as a subquery.
    #[must_use]
    pub fn holders(&self) -> SelectStatement {
        Query::select().column(Column::SubjectId).from(Entity).cond_where(self.condition()).to_owned()
    }

    /// What holds the word, with what it weighs there: one row each.
    fn weighed(&self) -> SelectStatement {
        let mut found = self.holders();
        found.expr_as(self.weight(), Column::Weight);
        if self.begins {
            found.group_by_col(Column::SubjectId);
        }
        found
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
        let narrowed = least == words.len() && rarest != Some(nth) && !word.begins;
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
