//! What a material may be.

use crate::{
    error::{UserError, UserErrorCode},
    registry::community::rules::check_url,
    text::{optional_line, required_line},
};

/// The most materials of a practice.
pub const MATERIALS_MAX: usize = 20;
/// The most characters of a title.
pub const TITLE_MAX: usize = 300;

/// A link: title and address, checked.
///
/// # Errors
/// All that is wrong with it, each with its field.
pub fn check_link(title: &str, url: &str) -> Result<(String, String), Vec<UserError>> {
    match (check_title(title), check_url(url)) {
        (Ok(title), Ok(url)) => Ok((title, url)),
        (title, url) => Err([title.err(), url.err()].into_iter().flatten().collect()),
    }
}

/// What readers call a material.
///
/// # Errors
/// `INVALID`.
pub fn check_title(title: &str) -> Result<String, UserError> {
    required_line("title", title, TITLE_MAX)
}

/// What readers call a file: its name, where nobody says.
///
/// # Errors
/// `INVALID`.
pub fn title_of_file(title: Option<&str>, name: &str) -> Result<String, UserError> {
    Ok(optional_line("title", title, TITLE_MAX)?.unwrap_or_else(|| name.to_owned()))
}

/// Whether there is room for one material more.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_room(present: usize) -> Result<(), UserError> {
    if present < MATERIALS_MAX {
        return Ok(());
    }
    let message = format!("The practice has {present} materials; at most {MATERIALS_MAX} are allowed.");
    let error = UserError::of("practiceId", UserErrorCode::Invalid, message);
    Err(error.bounded(present + 1, None, Some(MATERIALS_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_link_is_told_at_once() {
        assert_eq!(check_link(" Сайт ", "https://example.org/a").unwrap().0, "Сайт");
        let faults = check_link("", "javascript:alert(1)").unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.path[1].as_str()).collect();
        assert_eq!(fields, ["title", "url"]);
    }

    #[test]
    fn a_file_without_a_title_is_called_by_its_name() {
        assert_eq!(title_of_file(Some(" "), "план.pdf").unwrap(), "план.pdf");
        assert_eq!(title_of_file(Some("План"), "план.pdf").unwrap(), "План");
    }

    #[test]
    fn a_practice_has_room_for_so_many_materials() {
        assert!(check_room(MATERIALS_MAX - 1).is_ok());
        let full = check_room(MATERIALS_MAX).unwrap_err();
        assert_eq!(full.bounds.unwrap().max, Some(20));
    }
}
