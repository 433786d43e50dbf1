//! The vocabulary: whole words of what was published, and how a mistyped one is told from them.
//!
//! A word stands in the vocabulary under itself and under all that is left of it when one letter is lost. A mistyped
//! word is looked up in the same way, so that two words meet that differ by a letter too many, too few or another, or by
//! two that changed places.

use std::collections::{BTreeMap, BTreeSet};

use entity::search_spelling::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::rules::is_stop_word;
use crate::{db::BINDS, error::Error, text};

/// How long a word of the vocabulary is: shorter ones have too many neighbours, longer ones are no words.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=24;
/// How many entries are looked at for the mistyped words of one search.
const NEIGHBOURS_MAX: u64 = 500;

/// Whether a folded word may stand in the vocabulary.
#[must_use]
pub fn is_spelled(folded: &str) -> bool {
    LETTERS.contains(&folded.chars().count())
        && folded.chars().all(char::is_alphabetic)
        && !is_stop_word(folded)
}

/// The words of a text that may stand in the vocabulary.
pub fn vocabulary(text: &str) -> impl Iterator<Item = String> {
    text::words(text).into_iter().map(|word| word.folded).filter(|word| is_spelled(word))
}

/// A word, and what is left of it when one letter is lost.
fn keys(word: &str) -> BTreeSet<String> {
    let without = |skipped: usize| {
        word.chars().enumerate().filter(|(nth, _)| *nth != skipped).map(|(_, letter)| letter).collect()
    };
    let shortened = (0..word.chars().count()).map(without);
    std::iter::once(word.to_owned()).chain(shortened).collect()
}

/// Takes words into the vocabulary. They come in one order everywhere, so that two who bring the same new words wait for
/// each other and never in a circle.
///
/// # Errors
/// The database's.
pub async fn learn(db: &impl ConnectionTrait, mut words: BTreeSet<String>) -> Result<(), Error> {
    let asked: Vec<_> = words.iter().cloned().collect();
    for asked in asked.chunks(BINDS) {
        let known: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Word)
            .filter(Column::Key.is_in(asked.iter().map(|word| word.as_bytes().to_vec())))
            .into_tuple()
            .all(db)
            .await?;
        // A word under the key of a shorter one is here as a whole, too: all its keys were written together.
        known.iter().for_each(|word| {
            words.remove(word);
        });
    }
    let rows: BTreeSet<_> = words
        .iter()
        .flat_map(|word| {
            keys(word).into_iter().map(|key| Model { key: key.into_bytes(), word: word.clone() })
        })
        .collect();
    let rows: Vec<_> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for rows in rows.chunks(BINDS / 2) {
        Entity::insert_many(rows.to_vec()).on_conflict_do_nothing().exec_without_returning(db).await?;
    }
    Ok(())
}

/// For each of some folded words the words of the vocabulary that differ from it least, the nearest first. One
/// statement.
///
/// # Errors
/// The database's.
pub async fn neighbours(
    db: &impl ConnectionTrait,
    of: &[String],
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let all: BTreeSet<_> = of.iter().flat_map(|word| keys(word)).collect();
    let rows = Entity::find()
        .filter(Expr::col(Column::Key).is_in(all.into_iter().map(String::into_bytes)))
        .order_by_asc(Column::Key)
        .limit(NEIGHBOURS_MAX)
        .all(db)
        .await?;
    let mut found = BTreeMap::new();
    for word in of {
        let keys = keys(word);
        let near = rows.iter().filter(|row| keys.iter().any(|key| key.as_bytes() == row.key));
        let near: BTreeSet<_> = near.map(|row| (strsim::osa_distance(word, &row.word), &row.word)).collect();
        found.insert(word.clone(), near.into_iter().map(|(_, near)| near.clone()).collect());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_in_a_letter_meet_under_a_key() {
        let meet = |a: &str, b: &str| !keys(a).is_disjoint(&keys(b));
        for mistyped in ["граматность", "грамотнсть", "грамоттность", "гармотность", "грамотность"]
        {
            assert!(meet("грамотность", mistyped), "{mistyped}");
        }
        assert!(!meet("грамотность", "громадность"));
        assert_eq!(keys("мама").len(), 5);
    }

    #[test]
    fn the_vocabulary_holds_words() {
        let words: Vec<_> = vocabulary("Для «Ёлки» и кот, 2024 год: опыты B2B").collect();
        assert_eq!(words, ["елки", "опыты"]);
    }
}
