//! What changed from one text to another.

use std::ops::Range;

use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, utils::diff_words};

/// How many paragraphs a text may have to be compared paragraph by paragraph; beyond, all of it is taken for changed:
/// the time that a comparison takes grows with the square.
const PARAGRAPHS_MAX: usize = 1_000;
/// How many characters of paragraphs that changed are compared word by word.
const WORDS_MAX: usize = 20_000;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In both.
    Same,
    /// In the later text only.
    Added,
    /// In the earlier text only.
    Removed,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// It.
    pub text: String,
}

/// The pieces of both texts: those that are the same and added make the later one, those that are the same and removed
/// the earlier one. Paragraphs are compared first, then the words of those that changed.
#[must_use]
pub fn compare(earlier: &str, later: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let (old, new): (Vec<_>, Vec<_>) =
        (earlier.split_inclusive('\n').collect(), later.split_inclusive('\n').collect());
    if old.len().max(new.len()) > PARAGRAPHS_MAX && earlier != later {
        pieces.replaced(earlier, later);
        return pieces.0;
    }
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let text = |of: &[&str], range| of.get::<Range<usize>>(range).map(<[_]>::concat).unwrap_or_default();
        let (before, after) = (text(&old, op.old_range()), text(&new, op.new_range()));
        match op {
            DiffOp::Equal { .. } => pieces.push(Change::Same, &after),
            _ if before.is_empty() || after.is_empty() || before.len() + after.len() > WORDS_MAX => {
                pieces.replaced(&before, &after);
            }
            _ => {
                pieces.words(&before, &after);
            }
        }
    }
    pieces.0
}

/// Pieces, of which neighbours of one kind are one.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, change: Change, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.change == change => last.text.push_str(text),
            _ => self.0.push(Piece { change, text: text.to_owned() }),
        }
    }

    /// Words that follow each other are one change: the space between two that changed changed with them.
    fn words(&mut self, earlier: &str, later: &str) {
        let (mut removed, mut added, mut space) = (String::new(), String::new(), String::new());
        for (tag, text) in diff_words(Algorithm::Myers, earlier, later) {
            if tag == ChangeTag::Equal {
                if text.trim().is_empty() && !(removed.is_empty() && added.is_empty()) {
                    space.push_str(text);
                    continue;
                }
                self.replaced(&std::mem::take(&mut removed), &std::mem::take(&mut added));
                self.push(Change::Same, &std::mem::take(&mut space));
                self.push(Change::Same, text);
                continue;
            }
            let space = std::mem::take(&mut space);
            removed.push_str(&space);
            added.push_str(&space);
            if tag == ChangeTag::Delete { &mut removed } else { &mut added }.push_str(text);
        }
        self.replaced(&removed, &added);
        self.push(Change::Same, &space);
    }

    fn replaced(&mut self, earlier: &str, later: &str) {
        self.push(Change::Removed, earlier);
        self.push(Change::Added, later);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(earlier: &str, later: &str) -> String {
        let pieces = compare(earlier, later);
        let all = |not| -> String {
            pieces.iter().filter(|piece| piece.change != not).map(|piece| piece.text.as_str()).collect()
        };
        assert_eq!((all(Change::Added), all(Change::Removed)), (earlier.to_owned(), later.to_owned()));
        let show = |piece: &Piece| match piece.change {
            Change::Same => piece.text.clone(),
            Change::Added => format!("[+{}]", piece.text),
            Change::Removed => format!("[-{}]", piece.text),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn changed_words_are_told_and_the_rest_stays() {
        assert_eq!(
            told("Урок химии в школе.", "Урок биологии в школе."),
            "Урок [-химии][+биологии] в школе."
        );
        assert_eq!(told("один два три", "один пять шесть три"), "один [-два][+пять шесть] три");
        assert_eq!(told("один два три", "семь восемь три"), "[-один два][+семь восемь] три");
        assert_eq!(told("Раз.\nДва.\n", "Раз.\nДва.\nТри.\n"), "Раз.\nДва.\n[+Три.\n]");
        assert_eq!(told("Раз.\nДва.\n", "Два.\n"), "[-Раз.\n]Два.\n");
        assert_eq!(told("", "Текст"), "[+Текст]");
        assert_eq!(told("Текст", "Текст"), "Текст");
        assert_eq!(told("", ""), "");
    }

    #[test]
    fn texts_of_very_many_paragraphs_or_words_are_compared_as_a_whole() {
        let (a, b) = ("а\n".repeat(PARAGRAPHS_MAX + 1), "б\n".repeat(2));
        assert_eq!(compare(&a, &b).len(), 2);
        assert_eq!(compare(&a, &a).len(), 1);
        let (a, b) = ("раз ".repeat(WORDS_MAX / 7), "два ".repeat(WORDS_MAX / 7));
        assert_eq!(compare(&a, &b).len(), 2);
    }
}
