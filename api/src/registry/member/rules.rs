//! What a registration may hold, and by what the same person is known again.

use entity::{MemberState, ids::OrganizationId};
use sha2::{Digest, Sha256};

use crate::{
    error::{UserError, UserErrorCode},
    text,
};

/// The most characters of a name.
pub const NAME_MAX: usize = 200;
/// The most characters of an e-mail address (RFC 5321).
pub const EMAIL_MAX: usize = 254;
/// The most characters of a telephone number.
pub const PHONE_MAX: usize = 40;
/// The most characters of an organization's or municipality's name.
pub const PLACE_MAX: usize = 300;
/// The most characters of a position.
pub const POSITION_MAX: usize = 200;

/// What awaits confirmation or is in force: a person has one such registration in a community.
#[must_use]
pub fn is_open(state: MemberState) -> bool {
    matches!(state, MemberState::Pending | MemberState::Active)
}

/// What stands in the place of an erased person's name.
pub const ERASED_NAME: &str = "Автор удалён";

/// What stands, with a number, in the place of an organization's name that was only an erased person's.
pub const ERASED_PLACE: &str = "Организация удалена";

/// By what the same person is known again: the name with the e-mail address, or with the workplace where there is
/// no address. A name alone is many people's, and a school's address is all its teachers'. None where nothing but
/// the name is known: then nobody is taken for somebody else.
#[must_use]
pub fn identity(name: &str, email: Option<&str>, organization: Option<OrganizationId>) -> Option<Vec<u8>> {
    let known_by = email.map(text::fold).or_else(|| organization.map(|id| id.0.to_string()))?;
    let digest = Sha256::digest(format!("{}\n{known_by}", text::fold(name)));
    Some(digest.iter().copied().take(16).collect())
}

/// A person's name: one line, with a letter in it.
///
/// # Errors
/// `INVALID`.
pub fn check_name(field: &str, name: &str) -> Result<String, UserError> {
    let name = text::required_line(field, name, NAME_MAX)?;
    if name.starts_with(char::is_alphabetic) {
        return Ok(name);
    }
    Err(UserError::of(field, UserErrorCode::Invalid, format!("`{field}` must begin with a letter.")))
}

/// An e-mail address, where there is one: something before and after one `@`, without spaces.
///
/// # Errors
/// `INVALID`, without the address: it may be somebody's.
pub fn check_email(field: &str, email: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(email) = text::optional_line(field, email, EMAIL_MAX)? else { return Ok(None) };
    let sound = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    });
    if sound {
        return Ok(Some(email));
    }
    Err(UserError::of(field, UserErrorCode::Invalid, format!("`{field}` is no e-mail address.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_is_known_by_name_and_address_however_they_are_written() {
        let known = identity("Петрова Алёна Ивановна", Some("a@school.example"), None);
        assert_eq!(known, identity(" ПЕТРОВА  Алена Ивановна", Some("A@SCHOOL.EXAMPLE"), None));
        assert_ne!(known, identity("Петрова Анна Ивановна", Some("a@school.example"), None));
        assert_ne!(known, identity("Петрова Алёна Ивановна", Some("b@school.example"), None));
        assert_eq!(identity("Петрова Алёна Ивановна", None, None), None);
    }

    #[test]
    fn names_begin_with_a_letter_and_addresses_have_one_at() {
        assert!(check_name("fullName", "Ёлкин Пётр").is_ok());
        for bad in ["", "=cmd", "1", "\u{0}", &"я".repeat(10_000)] {
            assert_eq!(check_name("fullName", bad).unwrap_err().code, UserErrorCode::Invalid, "{bad}");
        }
        assert_eq!(check_email("email", Some(" ")), Ok(None));
        assert_eq!(check_email("email", Some("a@b")), Ok(Some("a@b".into())));
        for bad in ["a", "@b", "a@", "a@b@c", "a b@c"] {
            assert!(check_email("email", Some(bad)).is_err(), "{bad}");
        }
    }
}
