//! What the codes of regions and profiles look like.

use crate::{
    error::{UserError, UserErrorCode},
    text,
};

/// The most characters of a profile's code.
pub const PROFILE_CODE_MAX: usize = 80;

/// The ISO 3166-2 code of a federal subject: `RU-` and two or three capital letters.
///
/// # Errors
/// `INVALID`.
pub fn check_region_code(code: &str) -> Result<String, UserError> {
    let code = code.trim();
    let subject = code.strip_prefix("RU-").unwrap_or_default();
    if matches!(subject.len(), 2 | 3) && subject.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(code.to_owned());
    }
    let message =
        "`code` is the region's code by ISO 3166-2: RU- and two or three capital letters, e.g. RU-KDA.";
    Err(UserError::of("code", UserErrorCode::Invalid, message))
}

/// The code of a profile, e.g. `chemistry-teachers`.
///
/// # Errors
/// `INVALID`.
pub fn check_profile_code(code: &str) -> Result<String, UserError> {
    text::slug("code", code, 2, PROFILE_CODE_MAX)
}

/// Both parts of a new row, or all that is wrong with them.
///
/// # Errors
/// Those of both.
pub fn both(
    first: Result<String, UserError>,
    second: Result<String, UserError>,
) -> Result<(String, String), Vec<UserError>> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => Err([first.err(), second.err()].into_iter().flatten().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_known_by_its_iso_code() {
        for code in ["RU-KDA", "RU-AD", " RU-MOW "] {
            assert_eq!(check_region_code(code), Ok(code.trim().to_owned()));
        }
        for bad in
            ["", "KDA", "RU-", "RU-K", "RU-KDAX", "ru-kda", "RU-kda", "RU-КДА", "RU-K1A", "RU KDA", "US-CA"]
        {
            assert_eq!(check_region_code(bad).unwrap_err().code, UserErrorCode::Invalid, "{bad}");
        }
    }

    #[test]
    fn every_fault_of_a_new_row_is_told_at_once() {
        let errors = both(check_region_code("x"), check_profile_code("Х")).unwrap_err();
        assert_eq!(errors.len(), 2);
    }
}
