//! What a login and a service account may be called, which explicit rights there are with which scope, and how long
//! former secrets may stay good.

use chrono::{DateTime, Duration, Utc};
use entity::Role;

use crate::{
    error::{Bounds, UserError, UserErrorCode},
    text::{self, required_line},
};

/// The fewest and the most characters of a client id.
pub const CLIENT_ID_LENGTH: std::ops::RangeInclusive<usize> = 3..=60;
/// The most characters of a service account's name.
pub const NAME_MAX: usize = 200;
/// The longest time, in hours, for which former secrets may stay good beside a new one.
pub const OVERLAP_HOURS_MAX: i32 = 720;
/// How many secrets of a service account may be good at once.
pub const SECRETS_MAX: usize = 10;

/// A new service account, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntegrator {
    /// Its client id.
    pub client_id: String,
    /// What the system behind it is called.
    pub name: String,
}

/// Checks a new service account part by part.
///
/// # Errors
/// All that is wrong with it, each with its field.
pub fn check_new(client_id: &str, name: &str) -> Result<NewIntegrator, Vec<UserError>> {
    let mut errors = Vec::new();
    if !CLIENT_ID_LENGTH.contains(&client_id.chars().count()) {
        let (least, most) = (*CLIENT_ID_LENGTH.start(), *CLIENT_ID_LENGTH.end());
        let length = client_id.chars().count();
        let message = format!("`clientId` is {length} characters long; it must have {least} to {most}.");
        errors.push(UserError::of("clientId", UserErrorCode::Invalid, message).bounded(
            length,
            Some(least),
            Some(most),
        ));
    } else if !is_client_id(client_id) {
        let message = "`clientId` may hold small Latin letters, digits, points and hyphens only.";
        errors.push(UserError::of("clientId", UserErrorCode::Invalid, message));
    }
    let name = required_line("name", name, NAME_MAX).map_err(|error| errors.push(error)).ok();
    match name {
        Some(name) if errors.is_empty() => Ok(NewIntegrator { client_id: client_id.to_owned(), name }),
        _ => Err(errors),
    }
}

/// Whether a service account can be called so: what cannot need not be looked for.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    CLIENT_ID_LENGTH.contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// Checks for how long former secrets shall stay good.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_overlap(hours: i32) -> Result<Duration, UserError> {
    if (0..=OVERLAP_HOURS_MAX).contains(&hours) {
        return Ok(Duration::hours(hours.into()));
    }
    let message = format!("`overlapHours` must lie between 0 and {OVERLAP_HOURS_MAX}, not be {hours}.");
    let error = UserError::of("overlapHours", UserErrorCode::Invalid, message);
    let bounds = Bounds { actual: hours.into(), min: Some(0), max: Some(OVERLAP_HOURS_MAX.into()) };
    Err(UserError { bounds: Some(bounds), ..error })
}

/// Whether one more secret may join these many that are good now. With no overlap it replaces them all.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_join(good_now: usize, overlap: Duration) -> Result<(), UserError> {
    if good_now < SECRETS_MAX || overlap.is_zero() {
        return Ok(());
    }
    let message = format!(
        "There are {good_now} secrets that are good at once; wait until one ends, or end them all with \
         `overlapHours` 0."
    );
    Err(UserError::of("integratorId", UserErrorCode::WrongState, message))
}

/// Whether a service account is still open: one that was revoked stays so.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_change(closed_at: Option<DateTime<Utc>>) -> Result<(), UserError> {
    match closed_at {
        None => Ok(()),
        Some(_) => {
            let message = "The integrator was revoked; create another one.";
            Err(UserError::of("integratorId", UserErrorCode::WrongState, message))
        }
    }
}

/// Whether a secret is good at a moment.
#[must_use]
pub fn is_good(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    expires_at.is_none_or(|end| end > now)
}

/// The scope of an access token in the words of RFC 6749: `region:RU-KDA`, several with spaces between.
#[must_use]
pub fn scope(regions: &[String]) -> String {
    regions.iter().map(|code| format!("region:{code}")).collect::<Vec<_>>().join(" ")
}

/// Whether all that was asked for is within the scope. Who asks for nothing gets it all.
#[must_use]
pub fn is_within(asked: Option<&str>, scope: &str) -> bool {
    asked.is_none_or(|asked| asked.split(' ').all(|part| scope.split(' ').any(|held| held == part)))
}

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
        Role::Expert => {
            let message = "This role follows from a place in the pool of experts, and ends with it.";
            return Err(vec![invalid("role", message)]);
        }
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
    fn a_client_id_is_short_and_plain() {
        for good in ["abc", "integrator.kda", "sys-2", &"a".repeat(60)] {
            assert!(check_new(good, "Система").is_ok() && is_client_id(good), "{good}");
        }
        for bad in ["", "ab", "Abc", "a b", "a_b_c", "абв", "a\u{0}b", "a:b", &"a".repeat(61)] {
            let errors = check_new(bad, "Система").unwrap_err();
            assert_eq!((errors.len(), errors[0].path[1].as_str()), (1, "clientId"), "{bad}");
            assert!(!is_client_id(bad), "{bad}");
        }
    }

    #[test]
    fn every_fault_of_a_new_service_account_is_told_at_once() {
        let fields: Vec<_> =
            check_new("A", "a\nb").unwrap_err().into_iter().map(|error| error.path[1].clone()).collect();
        assert_eq!(fields, ["clientId", "name"]);
    }

    #[test]
    fn former_secrets_stay_good_for_thirty_days_at_most() {
        assert_eq!(check_overlap(0).unwrap(), Duration::zero());
        assert_eq!(check_overlap(720).unwrap(), Duration::days(30));
        for bad in [-1, 721, i32::MIN, i32::MAX] {
            let bounds = check_overlap(bad).unwrap_err().bounds.unwrap();
            assert_eq!((bounds.actual, bounds.min, bounds.max), (bad.into(), Some(0), Some(720)));
        }
    }

    #[test]
    fn secrets_do_not_heap_up_but_can_always_be_replaced() {
        assert!(may_join(SECRETS_MAX - 1, Duration::hours(1)).is_ok());
        assert_eq!(may_join(SECRETS_MAX, Duration::hours(1)).unwrap_err().code, UserErrorCode::WrongState);
        assert!(may_join(SECRETS_MAX, Duration::zero()).is_ok());
    }

    #[test]
    fn a_secret_is_good_until_its_end_and_not_at_it() {
        let now = DateTime::<Utc>::default();
        assert!(is_good(None, now) && is_good(Some(now + Duration::seconds(1)), now));
        assert!(!is_good(Some(now), now));
    }

    #[test]
    fn a_scope_is_asked_for_within_what_is_held() {
        let held = scope(&["RU-KDA".into(), "RU-SPE".into()]);
        assert_eq!(held, "region:RU-KDA region:RU-SPE");
        assert!(
            is_within(None, &held)
                && is_within(Some("region:RU-SPE"), &held)
                && is_within(Some(&held), &held)
        );
        for foreign in ["region:RU-MOW", "region:RU", "region:RU-KDA admin", "  "] {
            assert!(!is_within(Some(foreign), &held), "{foreign}");
        }
    }
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
        assert_eq!(fields(Role::Auditor, false, false), [] as [&str; 0]);
        assert_eq!(fields(Role::RegionalOperator, false, true), ["input.regionCode", "input.profileCode"]);
        assert_eq!(fields(Role::FederalRegistrar, true, false), ["input.regionCode"]);
        for derived in [Role::Member, Role::Chair, Role::Coordinator, Role::Integrator, Role::Expert] {
            assert_eq!(fields(derived, true, false), ["input.role"]);
        }
    }

    #[test]
    fn an_account_is_opened_for_exactly_one() {
        assert!(check_one(true, false).is_ok() && check_one(false, true).is_ok());
        assert!(check_one(true, true).is_err() && check_one(false, false).is_err());
    }
}
