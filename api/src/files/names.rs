//! What a file may be called, and how its name is told to a browser that downloads it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::text;

/// The most characters of a name: of Russian ones as many as every file system takes.
pub const LONGEST: usize = 120;

/// Names that mean a device where the file may be saved.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of a file, checked: one that can be saved everywhere, that leads nowhere, and that reads as what it is.
///
/// # Errors
/// What is wrong, for the sender.
pub fn check(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("The file has no name.".into());
    }
    if name.contains(['/', '\\']) {
        return Err("The file's name holds a path; send the name alone.".into());
    }
    let length = name.chars().count();
    if length > LONGEST {
        return Err(format!("The file's name is {length} characters long; at most {LONGEST} are allowed."));
    }
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}');
    if text::required_line("fileName", name, LONGEST).is_err() || name.contains(turns) {
        return Err("The file's name holds control or invisible characters.".into());
    }
    if name.contains(['*', '?', '"', '<', '>', '|', ':']) {
        return Err("The file's name holds one of the characters * ? \" < > | :.".into());
    }
    if name.starts_with('.') || name.ends_with('.') {
        return Err("The file's name must neither begin nor end with a dot.".into());
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = numbered.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    if is_port || DEVICES.contains(&stem.as_str()) {
        return Err("The file's name is that of a device.".into());
    }
    Ok(name.to_owned())
}

/// What RFC 8187 lets stand as it is.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The header `Content-Disposition` (RFC 6266) of a download under this checked name: in full for those who read
/// UTF-8, and in plain letters for all others.
#[must_use]
pub fn disposition(name: &str) -> String {
    let plain = match name.is_ascii() {
        true => name.to_owned(),
        false => match name.rsplit_once('.') {
            Some((_, ending)) if ending.is_ascii() => format!("material.{ending}"),
            _ => "material".to_owned(),
        },
    };
    let full = utf8_percent_encode(name, ATTRIBUTE);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_reads_as_what_it_is() {
        for good in [
            "План урока (8 класс), 2-я часть.pdf",
            " a.b.docx ",
            "console.txt",
            "com10.txt",
            "№ 5 – итог.xlsx",
        ] {
            assert_eq!(check(good), Ok(good.trim().to_owned()));
        }
        let long = format!("{}.pdf", "я".repeat(LONGEST));
        for bad in [
            "",
            " ",
            "../a.pdf",
            "..\\a.pdf",
            "C:a.pdf",
            "/etc/passwd",
            "a/b.pdf",
            ".pdf",
            "..",
            "a.",
            "a\u{0}.pdf",
            "a\n.pdf",
            "a\u{202e}fdp.exe",
            "a\u{200f}.pdf",
            "a\u{200b}.pdf",
            "con.pdf",
            "AUX",
            "Com1.txt",
            "lpt9 .txt",
            "a\"b.pdf",
            "a*.pdf",
            &long,
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_browser_is_told_the_name_in_full_and_in_plain_letters() {
        assert_eq!(
            disposition("plan (1).pdf"),
            "attachment; filename=\"plan (1).pdf\"; filename*=UTF-8''plan%20%281%29.pdf"
        );
        let russian = disposition("Ёж.pdf");
        assert_eq!(russian, "attachment; filename=\"material.pdf\"; filename*=UTF-8''%D0%81%D0%B6.pdf");
    }
}
