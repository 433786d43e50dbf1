//! What callers write: checked for length and forbidden characters, and folded for search.

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

/// The stemmed words of a text, folded to lower case with `ё` as `е`: `учителями` and `Учитель` give the same.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    let russian = Stemmer::create(Algorithm::Russian);
    let english = Stemmer::create(Algorithm::English);
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let word = word.to_lowercase().replace('ё', "е");
            let stemmer = if word.is_ascii() { &english } else { &russian };
            stemmer.stem(&word).into_owned()
        })
        .collect()
}

/// What a search looks in: every stem with a space before it.
#[must_use]
pub fn search_key(parts: &[&str]) -> String {
    let mut key = String::new();
    for stem in parts.iter().flat_map(|part| stems(part)) {
        key.push(' ');
        key.push_str(&stem);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_form() {
        let key = search_key(&["Учителя химии", "«Ёлка» practices"]);
        for query in ["учителями", "ХИМИЯ", "елка", "practice"] {
            for stem in stems(query) {
                assert!(key.contains(&format!(" {stem}")), "{query} → {stem} in {key}");
            }
        }
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
