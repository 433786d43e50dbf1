//! What a login may be, and which explicit rights there are with which scope.

use entity::Role;

use crate::{
    error::{UserError, UserErrorCode},
    text,
};

/// The shortest and the longest login, in characters.
pub const LOGIN: (usize, usize) = (3, 100);

/// A login, in lower case: Latin letters, digits and the signs of an e-mail address. Other scripts have letters that
/// look like these, and case does not matter.
///
/// # Errors
/// `INVALID`.
pub fn check_login(login: &str) -> Result<String, UserError> {
    let login = text::required_line("login", login, LOGIN.1)?.to_lowercase();
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._@+-".contains(&b);
    if login.len() >= LOGIN.0
        && login.starts_with(|c: char| c.is_ascii_alphanumeric())
        && login.bytes().all(sound)
    {
        return Ok(login);
    }
    let message = format!(
        "`login` is {} to {} characters long, begins with a letter or digit, and holds a-z, 0-9 and . _ @ + - only.",
        LOGIN.0, LOGIN.1
    );
    Err(UserError::of("login", UserErrorCode::Invalid, message))
}

/// Checks that a role can be given explicitly, and that it comes with the scope that it needs and no other.
///
/// # Errors
/// `INVALID`, for each field that is wrong.
pub fn check_scope(role: Role, region: bool, profile: bool) -> Result<(), Vec<UserError>> {
    let invalid = |field: &str, message: &str| UserError::of(field, UserErrorCode::Invalid, message);
    let (needs_region, needs_profile) = match role {
        Role::RegionalOperator => (true, false),
        Role::Expert => (false, true),
        Role::FederalRegistrar | Role::Auditor => (false, false),
        Role::Integrator => {
            let message = "This role belongs to service accounts, which are made with it.";
            return Err(vec![invalid("role", message)]);
        }
        Role::Member
        | Role::CouncilRepresentative
        | Role::PresidiumMember
        | Role::Chair
        | Role::Coordinator => {
            let message = "This role follows from registrations and appointments, and ends with them.";
            return Err(vec![invalid("role", message)]);
        }
    };
    let fault = |field: &str, needed: bool, given: bool| match (needed, given) {
        (true, false) => Some(invalid(field, &format!("The role needs `{field}`."))),
        (false, true) => Some(invalid(field, &format!("The role takes no `{field}`."))),
        _ => None,
    };
    let faults = [fault("regionCode", needs_region, region), fault("profileCode", needs_profile, profile)];
    let faults: Vec<_> = faults.into_iter().flatten().collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Checks that an account is opened for exactly one: a member or an employee.
///
/// # Errors
/// `INVALID`.
pub fn check_one(member: bool, employee: bool) -> Result<(), UserError> {
    if member != employee {
        return Ok(());
    }
    let message = "Give exactly one of `memberId` and `employeeId`.";
    Err(UserError::whole(UserErrorCode::Invalid, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_of_latin_letters_digits_and_the_signs_of_an_address() {
        assert_eq!(check_login(" Operator.KDA "), Ok("operator.kda".into()));
        assert_eq!(check_login("a+b@school-1.example"), Ok("a+b@school-1.example".into()));
        for bad in ["", "ab", ".abc", "a b c", "оператор", "aбc", "a\nbc", "a:bc", &"a".repeat(101)]
        {
            assert_eq!(check_login(bad).unwrap_err().code, UserErrorCode::Invalid, "{bad}");
        }
    }

    #[test]
    fn a_role_comes_with_its_scope_and_no_other() {
        let fields = |role, region, profile| -> Vec<String> {
            let faults = check_scope(role, region, profile).err().unwrap_or_default();
            faults.into_iter().map(|fault| fault.path.join(".")).collect()
        };
        assert_eq!(fields(Role::RegionalOperator, true, false), [] as [&str; 0]);
        assert_eq!(fields(Role::Expert, false, true), [] as [&str; 0]);
        assert_eq!(fields(Role::Auditor, false, false), [] as [&str; 0]);
        assert_eq!(fields(Role::RegionalOperator, false, true), ["input.regionCode", "input.profileCode"]);
        assert_eq!(fields(Role::FederalRegistrar, true, false), ["input.regionCode"]);
        for derived in [Role::Member, Role::Chair, Role::Coordinator, Role::Integrator] {
            assert_eq!(fields(derived, true, false), ["input.role"]);
        }
    }

    #[test]
    fn an_account_is_opened_for_exactly_one() {
        assert!(check_one(true, false).is_ok() && check_one(false, true).is_ok());
        assert!(check_one(true, true).is_err() && check_one(false, false).is_err());
    }
}
