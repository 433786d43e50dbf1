//! What callers write: checked for length and forbidden characters, and folded for search.

use std::fmt::Write;

use rust_stemmers::{Algorithm, Stemmer};

use crate::error::{UserError, UserErrorCode};

/// A line or text of an input: trimmed, not empty, without control characters, not too long.
///
/// # Errors
/// `INVALID`, with the field and what is wrong with it.
pub fn required(field: &str, text: &str, longest: usize) -> Result<String, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UserError::of(field, UserErrorCode::Invalid, format!("`{field}` must not be empty.")));
    }
    let length = text.chars().count();
    if length > longest {
        return Err(UserError::of(
            field,
            UserErrorCode::Invalid,
            format!("`{field}` is {length} characters long; at most {longest} are allowed."),
        ));
    }
    if text.chars().any(is_forbidden) {
        return Err(UserError::of(
            field,
            UserErrorCode::Invalid,
            format!("`{field}` holds control characters; only line breaks and tabs are allowed."),
        ));
    }
    Ok(text.to_owned())
}

/// The same for a single line: line breaks and tabs are refused, too.
///
/// # Errors
/// As [`required`].
pub fn required_line(field: &str, text: &str, longest: usize) -> Result<String, UserError> {
    let text = required(field, text, longest)?;
    if text.contains(['\n', '\r', '\t']) {
        return Err(UserError::of(
            field,
            UserErrorCode::Invalid,
            format!("`{field}` must be a single line."),
        ));
    }
    Ok(text)
}

/// Control characters, invisible ones, and those that turn the direction of the text around them.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A name or address as it is compared: lower case, `ё` as `е`, one space between words.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c }));
    }
    folded
}

/// The same check for what may be left out: nothing, or only spaces, is nothing.
///
/// # Errors
/// As [`required_line`].
pub fn optional_line(field: &str, text: Option<&str>, longest: usize) -> Result<Option<String>, UserError> {
    match text.filter(|text| !text.trim().is_empty()) {
        None => Ok(None),
        Some(text) => required_line(field, text, longest).map(Some),
    }
}

/// A readable name in addresses and codes: small Latin letters, digits, and hyphens between them.
///
/// # Errors
/// `INVALID`.
pub fn slug(field: &str, text: &str, shortest: usize, longest: usize) -> Result<String, UserError> {
    let text = text.trim();
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if letters && (shortest..=longest).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
    {
        return Ok(text.to_owned());
    }
    let message = format!(
        "`{field}` is {shortest} to {longest} characters long and holds a-z, 0-9, and hyphens between them."
    );
    Err(UserError::of(field, UserErrorCode::Invalid, message))
}

/// A word of a text: where it stands, in bytes, and how it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// In lower case, with `ё` as `е`, without accents and soft hyphens.
    pub folded: String,
}

/// Letters of a stem at most: a longer one is no word, and an index holds only so much.
pub const STEM_MAX: usize = 40;

/// The words of a text: letters and digits without a break.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (from, c) in text.char_indices() {
        let to = from + c.len_utf8();
        match (words.last_mut().filter(|_| open), c) {
            // An accent, the dots of `ё`, a soft hyphen: they part no word.
            (Some(word), '\u{301}' | '\u{308}' | '\u{ad}') => word.to = to,
            // `й` that was written as two signs.
            (Some(word), '\u{306}') => {
                if word.folded.ends_with('и') {
                    word.folded.pop();
                    word.folded.push('й');
                }
                word.to = to;
            }
            (_, c) if !c.is_alphanumeric() => open = false,
            (Some(word), c) => {
                word.to = to;
                word.folded.extend(folded(c));
            }
            (None, c) => {
                open = true;
                words.push(Word { from, to, folded: folded(c).collect() });
            }
        }
    }
    words
}

fn folded(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| if c == 'ё' { 'е' } else { c })
}

/// The stem of a folded word: `учителями` and `учитель` have the same.
#[must_use]
pub fn stem(folded: &str) -> String {
    let word: String = folded.chars().take(STEM_MAX).collect();
    if word.is_ascii() { Stemmer::create(Algorithm::English).stem(&word).into_owned() } else { russian(word) }
}

/// The Russian stemmer takes the ends of some nouns for those of verbs, and comes to another stem from `опыт` than from
/// `опыты`. Those ends are left where little would remain (`опыт`, `визит`), and taken off behind an ending as well where
/// enough does (`материал` and `материалы` become `материа`).
fn russian(word: String) -> String {
    let stemmer = Stemmer::create(Algorithm::Russian);
    let (mut stem, mut begun) = (word, false);
    loop {
        let shorter = stemmer.stem(&stem);
        let ending = stem.strip_prefix(shorter.as_ref()).unwrap_or_default();
        // No noun declines so.
        let is_verbal = ending.ends_with(['т', 'л', 'н']);
        let goes_on = if is_verbal { shorter.chars().count() >= ENOUGH } else { !begun };
        if shorter == stem || !goes_on {
            return stem;
        }
        (stem, begun) = (shorter.into_owned(), true);
    }
}

/// Letters of a stem from which on a verb's ending may have been taken off.
const ENOUGH: usize = 4;

/// Bytes in hexadecimal, as digests and checksums are written.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_stem_in_all_its_forms() {
        let stems = |text: &str| words(text).iter().map(|word| stem(&word.folded)).collect::<Vec<_>>();
        assert_eq!(stems("Учителя ХИМИИ, «Ёлка» practices"), stems("учителями химия елка practice"));
        assert_eq!(
            stems("опыт опыты визит материал журнал"),
            stems("опытом опыту визиты материалами журналы")
        );
        assert_eq!(stems("учи́тель, учи\u{ad}тель"), stems("учитель Учитель"));
        assert_eq!(stems("Чай и\u{306}од е\u{308}ж"), stems("чай йод ёж"));
        assert_eq!(stem(&"ж".repeat(5_000)), "ж".repeat(STEM_MAX));
        assert_eq!(stems(" «» -- \u{301} "), [] as [String; 0]);
    }

    #[test]
    fn a_word_knows_its_place() {
        let text = "«Пять шагов», 2024";
        let places: Vec<_> = words(text).iter().map(|word| &text[word.from..word.to]).collect();
        assert_eq!(places, ["Пять", "шагов", "2024"]);
    }

    #[test]
    fn names_are_folded() {
        assert_eq!(fold("  Алёна\tПЕТРОВА "), "алена петрова");
        assert_eq!(optional_line("position", Some(" \n "), 10), Ok(None));
        assert_eq!(optional_line("position", Some(" a "), 10), Ok(Some("a".into())));
    }

    #[test]
    fn a_slug_is_of_small_latin_letters_digits_and_hyphens() {
        assert_eq!(slug("slug", " kda-chemistry-2 ", 3, 80), Ok("kda-chemistry-2".into()));
        for bad in ["", "ab", "Kda", "химия", "kda chemistry", "-kda", "kda-", "kda_x", &"a".repeat(81)]
        {
            assert_eq!(slug("slug", bad, 3, 80).unwrap_err().code, UserErrorCode::Invalid, "{bad}");
        }
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!(required("title", "  a\nb ", 10).unwrap(), "a\nb");
        for bad in
            ["", " \n ", "12345678901", "a\u{0}b", "a\u{1b}[0m", "a\u{202e}b", "\u{200b}", "a\u{2028}b"]
        {
            assert_eq!(required("title", bad, 10).unwrap_err().code, UserErrorCode::Invalid, "{bad:?}");
        }
        assert!(required_line("title", "a\nb", 10).is_err());
    }
}
