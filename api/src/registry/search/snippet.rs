//! What of a text is shown, and which of its words were looked for.

use entity::search_term::Word;

use super::rules::is_stop_word;
use crate::text::{self, stem};

/// About how many characters of a long text are shown.
const LENGTH: usize = 200;
/// How many of them before the first word that was found, at most.
const LEAD: usize = 40;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// As it stands there.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub highlighted: bool,
}

/// The words of a text that were looked for: where each begins and ends, and the place of what it answers in the search.
fn found(text: &str, words: &[Word]) -> Vec<(usize, usize, usize)> {
    let begins = |word: &Word, stem: &str| word.beginning.as_ref().is_some_and(|it| stem.starts_with(it));
    let answers = |stem: &str| words.iter().position(|word| word.stem == stem || begins(word, stem));
    let all = text::words(text).into_iter().filter(|word| !is_stop_word(&word.folded));
    all.filter_map(|word| Some((word.from, word.to, answers(&stem(&word.folded))?))).collect()
}

/// A whole text in fragments.
#[must_use]
pub fn whole(text: &str, words: &[Word]) -> Vec<Fragment> {
    cut(text, 0, text.len(), &found(text, words))
}

/// The part of the texts that holds the most different words of the search, of the first text that holds as many; the
/// beginning of the first text where none holds any. An ellipsis tells that more precedes or follows.
#[must_use]
pub fn best(texts: &[&str], words: &[Word]) -> Vec<Fragment> {
    let mut best = (0, texts.first().copied().unwrap_or_default(), 0, Vec::new());
    for text in texts {
        let marks = found(text, words);
        let mut most = (0, 0);
        for (nth, (from, ..)) in marks.iter().enumerate() {
            let within = marks.iter().skip(nth).take_while(|(_, to, _)| to - from <= LENGTH);
            // A search has twenty words at most.
            let seen = within.fold(0_u32, |seen, (_, _, word)| seen | (1 << word));
            if seen.count_ones() > most.0 {
                most = (seen.count_ones(), *from);
            }
        }
        if most.0 > best.0 {
            best = (most.0, text, most.1, marks);
        }
    }
    let (_, text, at, marks) = best;
    window(text, at, &marks)
}

/// The part of a text around the word that begins at `at`, cut between words.
fn window(text: &str, at: usize, marks: &[(usize, usize, usize)]) -> Vec<Fragment> {
    let before = text.get(..at).unwrap_or_default();
    let from = match before.char_indices().rev().nth(LEAD) {
        None => 0,
        Some((cut, _)) => {
            let lead = before.get(cut..).unwrap_or_default();
            lead.find(char::is_whitespace).map_or(at, |space| cut + space + 1)
        }
    };
    let rest = text.get(from..).unwrap_or_default();
    let to = match rest.char_indices().nth(LENGTH) {
        None => text.len(),
        Some((cut, _)) => {
            let kept = rest.get(..cut).unwrap_or_default();
            from + kept.rfind(char::is_whitespace).filter(|space| from + space > at).unwrap_or(cut)
        }
    };
    let mut fragments = cut(text, from, to, marks);
    let plain = |text: &str| Fragment { text: text.to_owned(), highlighted: false };
    if from > 0 {
        fragments.insert(0, plain("… "));
    }
    if to < text.len() {
        fragments.push(plain(" …"));
    }
    joined(fragments)
}

/// The text from `from` to `to`, parted at the words that were looked for.
fn cut(text: &str, from: usize, to: usize, marks: &[(usize, usize, usize)]) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut at = from;
    let mut add = |from: usize, to: usize, highlighted| {
        if let Some(text) = text.get(from..to).filter(|text| !text.is_empty()) {
            fragments.push(Fragment { text: text.to_owned(), highlighted });
        }
    };
    for &(begins, ends, _) in marks.iter().filter(|(begins, ends, _)| *begins >= from && *ends <= to) {
        add(at, begins, false);
        add(begins, ends, true);
        at = ends;
    }
    add(at, to, false);
    fragments
}

/// Puts fragments that follow each other and are alike together.
fn joined(fragments: Vec<Fragment>) -> Vec<Fragment> {
    let mut all: Vec<Fragment> = Vec::with_capacity(fragments.len());
    for fragment in fragments {
        match all.last_mut().filter(|last| last.highlighted == fragment.highlighted && !last.highlighted) {
            Some(last) => last.text.push_str(&fragment.text),
            None => all.push(fragment),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::search::rules::looked_for;

    /// The fragments as text, with what is highlighted in brackets.
    fn shown(fragments: &[Fragment]) -> String {
        let mark = |it: &Fragment| if it.highlighted { format!("[{}]", it.text) } else { it.text.clone() };
        fragments.iter().map(mark).collect()
    }

    #[test]
    fn words_are_highlighted_in_every_form_and_where_the_last_one_begins() {
        let words = looked_for("учителями ли").unwrap();
        assert_eq!(shown(&whole("Учитель учит ли учителей?", &words)), "[Учитель] учит ли [учителей]?");
        let words = looked_for("ёлка лите").unwrap();
        assert_eq!(shown(&whole("«Елки» и литература", &words)), "«[Елки]» и [литература]");
        assert_eq!(whole("", &words), []);
    }

    #[test]
    fn the_part_with_the_most_words_is_shown_cut_between_words() {
        let words = looked_for("опыты химии").unwrap();
        let filler = "слово ".repeat(60);
        let text = format!("Опыты. {filler}На уроке химии показаны опыты. {filler}");
        let part = shown(&best(&["Коротко.", &text], &words));
        assert!(part.starts_with("… ") && part.ends_with(" …"), "{part}");
        assert!(part.contains("На уроке [химии] показаны [опыты]."), "{part}");
        assert!(part.chars().count() <= LENGTH + 10, "{part}");
        assert!(part.trim_matches(['…', ' ']).starts_with("слово"), "{part}");
    }

    #[test]
    fn the_first_text_is_shown_where_nothing_is_found_or_as_much() {
        let words = looked_for("химия").unwrap();
        assert_eq!(shown(&best(&["Просто так.", "Совсем."], &words)), "Просто так.");
        assert_eq!(shown(&best(&["О химии.", "Химия и химия."], &words)), "О [химии].");
        assert_eq!(best(&[], &words), []);
    }

    #[test]
    fn a_text_without_spaces_is_cut_where_it_must_be() {
        let words = looked_for("яма").unwrap();
        let text = format!("{} яма {}", "ю".repeat(900), "ю".repeat(900));
        let part = shown(&best(&[&text], &words));
        assert!(part.contains("[яма]") && part.chars().count() <= LENGTH + 10, "{part}");
    }
}
