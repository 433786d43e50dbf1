//! What is looked for, what is found by it, and how much it weighs.

use std::collections::BTreeMap;

use entity::search_term::Word;

use crate::{
    error::Error,
    text::{STEM_MAX, stem, words},
};

/// The most characters of a search.
pub const LONGEST: usize = 200;
/// The most different words of a search.
pub const WORDS_MAX: usize = 20;
/// From how many letters on the last word is taken for the beginning of others, too: what shorter ones begin is too much.
const BEGINNING_MIN: usize = 3;

/// Words that stand everywhere and tell nothing: neither indexed nor looked for. Sorted.
#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "of", "on", "or", "that", "the",
    "this", "to", "with",
    "а", "без", "более", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вас", "весь", "во", "вот", "все",
    "всего", "всех", "вы", "где", "да", "даже", "для", "до", "его", "ее", "ей", "если", "есть", "еще", "же", "за",
    "и", "из", "или", "им", "их", "к", "как", "ко", "когда", "которая", "которое", "которые", "который", "кто", "ли",
    "либо", "между", "меня", "мне", "может", "мы", "на", "над", "нам", "нас", "не", "него", "нее", "ней", "нет", "ни",
    "них", "но", "ну", "о", "об", "однако", "он", "она", "они", "оно", "от", "очень", "перед", "по", "под", "после",
    "при", "про", "с", "свой", "себя", "со", "так", "также", "такой", "там", "те", "тем", "то", "того", "тоже", "той",
    "только", "том", "ты", "у", "уже", "хотя", "чего", "чем", "что", "чтобы", "эта", "эти", "это", "этого", "этой",
    "этом", "этот", "я",
];

/// Whether a folded word tells nothing.
#[must_use]
pub fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

/// The words of a search, each once, in its order. The last one that was typed may be the beginning of a word.
///
/// # Errors
/// `BAD_INPUT` when it is too long, or holds nothing to look for.
pub fn looked_for(search: &str) -> Result<Vec<Word>, Error> {
    let length = search.chars().count();
    if length > LONGEST {
        return Err(Error::bad_input(format!(
            "The search is {length} characters long; at most {LONGEST} are allowed."
        )));
    }
    let all = words(search);
    if all.is_empty() {
        return Err(Error::bad_input("The search holds no letter or digit to look for."));
    }
    let last = all.len() - 1;
    let mut found: Vec<Word> = Vec::new();
    for (nth, word) in all.iter().enumerate().filter(|(_, word)| !is_stop_word(&word.folded)) {
        let stem = stem(&word.folded);
        let begins = nth == last && word.folded.chars().count() >= BEGINNING_MIN;
        let beginning = begins.then(|| word.folded.chars().take(STEM_MAX).collect());
        found.retain(|known| known.stem != stem);
        found.push(Word { stem, beginning });
    }
    if found.is_empty() {
        let message = "The search holds only words that stand everywhere, such as «и» and «на»; add one that tells more.";
        return Err(Error::bad_input(message));
    }
    if found.len() > WORDS_MAX {
        return Err(Error::bad_input(format!(
            "The search holds {} different words; at most {WORDS_MAX} are allowed.",
            found.len()
        )));
    }
    Ok(found)
}

/// The words of a filter's `search`, where one is given that is not blank.
///
/// # Errors
/// As [`looked_for`].
pub fn filtered_by(search: Option<&str>) -> Result<Vec<Word>, Error> {
    search.filter(|search| !search.trim().is_empty()).map_or(Ok(Vec::new()), looked_for)
}

/// How many of a search's words a thing must hold where nothing holds all of them: half of them, or one more.
#[must_use]
pub fn most_of(words: usize) -> usize {
    words.div_ceil(2).max(1)
}

/// Where a word stands. Each place outweighs all those after it together; to stand there twice adds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the title of a practice, the name of a community.
    Title,
    /// Among the tags.
    Tags,
    /// In the summary of a practice; in the names of a community's profile and region.
    Summary,
    /// In the text; here it counts how often, up to nine times.
    Text,
}

impl Place {
    fn weight(self, times: i32) -> i32 {
        match self {
            Self::Title => 60,
            Self::Tags => 30,
            Self::Summary => 20,
            Self::Text => times.min(9),
        }
    }
}

/// The stems of a thing's texts, with what each weighs.
#[must_use]
pub fn weights(texts: &[(Place, &str)]) -> BTreeMap<String, i32> {
    let mut weights = BTreeMap::new();
    for (place, text) in texts {
        let mut times: BTreeMap<String, i32> = BTreeMap::new();
        for word in words(text).iter().filter(|word| !is_stop_word(&word.folded)) {
            *times.entry(stem(&word.folded)).or_default() += 1;
        }
        for (stem, times) in times {
            *weights.entry(stem).or_default() += place.weight(times);
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn stems(search: &str) -> Vec<(String, Option<String>)> {
        looked_for(search).unwrap().into_iter().map(|word| (word.stem, word.beginning)).collect()
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn each_word_is_looked_for_once_and_stop_words_are_not() {
        let expected =
            [("читательск".into(), None), ("грамотн".into(), None), ("урок".into(), Some("уроках".into()))];
        assert_eq!(stems("Читательской грамотностью на уроках"), expected);
        assert_eq!(stems("урок «уроки» уроку"), [("урок".into(), Some("уроку".into()))]);
        assert_eq!(stems("опыты и"), [(stem("опыт"), None)]);
        assert_eq!(stems("5 в"), [("5".into(), None)]);
    }

    #[test]
    fn what_cannot_be_looked_for_is_refused_with_the_reason() {
        let many: Vec<_> = (0..21).map(|n| n.to_string()).collect();
        for (search, reason) in [
            ("я".repeat(10_000), "10000 characters"),
            ("\"«» && || !() *:".into(), "no letter or digit"),
            (" ".into(), "no letter or digit"),
            ("и на the".into(), "stand everywhere"),
            (many.join(" "), "21 different words"),
        ] {
            let error = looked_for(&search).unwrap_err();
            assert_eq!(error.code(), Code::BadInput);
            assert!(format!("{error:?}").contains(reason), "{error:?}");
        }
        assert_eq!(filtered_by(Some("  ")).unwrap(), []);
        assert_eq!(filtered_by(None).unwrap(), []);
    }

    #[test]
    fn a_place_outweighs_all_those_below_it() {
        let of = |texts: &[(Place, &str)]| weights(texts).get(&stem("опыт")).copied().unwrap_or(0);
        let text = "опыт ".repeat(50);
        let title = of(&[(Place::Title, "Опыты")]);
        let tags = of(&[(Place::Tags, "опыт"), (Place::Text, "")]);
        let summary = of(&[(Place::Summary, "опыт")]);
        let body = of(&[(Place::Text, &text)]);
        assert_eq!((title, tags, summary, body), (60, 30, 20, 9));
        assert!(title > tags + summary + body && tags > summary + body && summary > body);
        assert_eq!(of(&[(Place::Title, "опыт"), (Place::Text, "опыта и опыту")]), 62);
    }

    #[test]
    fn most_words_are_at_least_half() {
        assert_eq!([1, 2, 3, 4, 5].map(most_of), [1, 1, 2, 2, 3]);
    }
}
