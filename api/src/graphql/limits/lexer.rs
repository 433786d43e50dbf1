//! A light lexer: how many tokens a document has and how deep its brackets nest.
//!
//! The parser recurses into every bracket, so the nesting has to be known before it runs.
//! What this lexer takes for a string the parser must take for one too, else brackets could
//! hide in it: a string that does not end is therefore an error here.

/// What the lexer saw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lexed {
    /// Names, numbers, strings and punctuators; a float may count as several.
    pub tokens: usize,
    /// The deepest nesting of `(`, `[` and `{` together.
    pub nesting: usize,
}

/// A string that does not end, and the byte where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unterminated(pub usize);

/// Reads the whole source once.
pub(super) fn lex(source: &str) -> Result<Lexed, Unterminated> {
    let bytes = source.as_bytes();
    let mut seen = Lexed { tokens: 0, nesting: 0 };
    let mut open: usize = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            // The byte order mark is whitespace anywhere.
            _ if rest.starts_with("\u{feff}".as_bytes()) => {
                at += '\u{feff}'.len_utf8();
                continue;
            }
            b'#' => {
                at += run(rest, |byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            b'"' => string(rest).ok_or(Unterminated(at))?,
            b'.' => run(rest, |byte| byte == b'.'),
            b'(' | b'[' | b'{' => {
                open += 1;
                seen.nesting = seen.nesting.max(open);
                1
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                1
            }
            _ => run(rest, |byte| byte == b'_' || byte.is_ascii_alphanumeric()).max(1),
        };
        seen.tokens += 1;
        at += length;
    }
    Ok(seen)
}

/// The length of the run of bytes that `belongs` accepts.
fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(**byte)).count()
}

/// The length of the string that `bytes` begins with, quotes included.
fn string(bytes: &[u8]) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    const ESCAPED_BLOCK: &[u8] = b"\\\"\"\"";
    let block = bytes.starts_with(BLOCK);
    let mut at = if block { BLOCK.len() } else { 1 };
    loop {
        let rest = bytes.get(at..)?;
        at += match (block, rest.first()?) {
            (true, _) if rest.starts_with(ESCAPED_BLOCK) => ESCAPED_BLOCK.len(),
            (true, _) if rest.starts_with(BLOCK) => return Some(at + BLOCK.len()),
            (true, _) => 1,
            (false, b'"') => return Some(at + 1),
            (false, b'\n' | b'\r') => return None,
            // An escaped line end ends the string as well: look at it on the next turn.
            (false, b'\\') if matches!(rest.get(1), Some(b'\n' | b'\r')) => 1,
            (false, b'\\') => 2,
            (false, _) => 1,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> usize {
        lex(source).unwrap().tokens
    }

    #[test]
    fn names_punctuators_strings_and_spreads_count_one_each() {
        assert_eq!(tokens("{ a }"), 3);
        assert_eq!(tokens("{a(b:1){...F}}"), 12);
        assert_eq!(tokens(r#"{ a(b: "x { \" } y") }"#), 8);
        assert_eq!(tokens("\u{feff}{ a, b # { comment\n c }"), 5);
    }

    #[test]
    fn numbers_cannot_hide_behind_each_other() {
        assert!(tokens("[1-1-1-1]") >= 6);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let source = "{ a(b: \"[[[\", c: \"\"\"{{ \\\"\"\" {{ \"quoted\" \"\"\") # ((((\n }";
        assert_eq!(lex(source).unwrap().nesting, 2);
    }

    #[test]
    fn nesting_counts_all_kinds_of_brackets() {
        assert_eq!(lex("{a(b:[[{c:1}]])}").unwrap().nesting, 5);
        assert_eq!(lex("}}}{}").unwrap().nesting, 1);
    }

    #[test]
    fn a_string_that_does_not_end_is_found() {
        assert_eq!(lex("{ a(b: \"x\n\") }"), Err(Unterminated(7)));
        assert_eq!(lex("{ a(b: \"x\\\n\") }"), Err(Unterminated(7)));
        assert_eq!(lex("\"\"\"abc\" [[[[["), Err(Unterminated(0)));
        assert_eq!(lex("\"\\"), Err(Unterminated(0)));
    }
}
