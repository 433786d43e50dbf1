//! What may become of an adoption.

use chrono::NaiveDate;
use entity::AdoptionState as State;

use crate::error::{UserError, UserErrorCode};

/// The most characters of a result.
pub const RESULT_MAX: usize = 2_000;
/// The most characters of a reason.
pub const REASON_MAX: usize = 2_000;

/// What is done with an adoption that has been declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The coordinator vouches for it.
    Confirm,
    /// The coordinator does not.
    Decline,
    /// It is taken back.
    Withdraw,
}

/// Whether the organization may be declared once more.
///
/// # Errors
/// `TAKEN` while an adoption of it awaits the coordinator or is confirmed.
pub fn may_declare(standing: Option<State>) -> Result<(), UserError> {
    let message = match standing {
        None | Some(State::Declined | State::Withdrawn) => return Ok(()),
        Some(State::Declared) => "An adoption by your organization awaits its coordinator already.",
        Some(State::Confirmed) => "Your organization has adopted the practice already.",
    };
    Err(UserError::of("practiceId", UserErrorCode::Taken, message))
}

/// Where a step leads.
///
/// # Errors
/// `WRONG_STATE`.
pub fn step(step: Step, from: State) -> Result<State, UserError> {
    match (step, from) {
        (Step::Confirm, State::Declared) => Ok(State::Confirmed),
        (Step::Decline, State::Declared) => Ok(State::Declined),
        (Step::Withdraw, State::Declared | State::Confirmed) => Ok(State::Withdrawn),
        _ => {
            let message = format!("The adoption is {}; this is not done then.", name(from));
            Err(UserError::of("adoptionId", UserErrorCode::WrongState, message))
        }
    }
}

/// The first day of the use: not in the future.
///
/// # Errors
/// `INVALID`.
pub fn check_day(day: NaiveDate, today: NaiveDate) -> Result<(), UserError> {
    if day <= today {
        return Ok(());
    }
    let message = format!("`adoptedOn` must not lie after today, {today}.");
    Err(UserError::of("adoptedOn", UserErrorCode::Invalid, message))
}

fn name(state: State) -> &'static str {
    match state {
        State::Declared => "DECLARED",
        State::Confirmed => "CONFIRMED",
        State::Declined => "DECLINED",
        State::Withdrawn => "WITHDRAWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_declared_is_decided() {
        let all = [State::Declared, State::Confirmed, State::Declined, State::Withdrawn];
        let from = |what| all.map(|state| step(what, state).is_ok());
        assert_eq!(from(Step::Confirm), [true, false, false, false]);
        assert_eq!(from(Step::Decline), [true, false, false, false]);
        assert_eq!(from(Step::Withdraw), [true, true, false, false]);
    }

    #[test]
    fn an_organization_is_declared_again_only_when_nothing_stands() {
        assert!(may_declare(None).is_ok());
        let again = [State::Declined, State::Withdrawn].map(|state| may_declare(Some(state)));
        assert!(again.iter().all(Result::is_ok));
        let taken = [State::Declared, State::Confirmed].map(|state| may_declare(Some(state)));
        assert!(taken.iter().all(Result::is_err));
    }
}
