//! What may be asked, stated and done in a monitoring.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::{AcademicYear, IndicatorUnit, ReturnState as State};

use super::amount::Amount;
use crate::{
    error::{UserError, UserErrorCode},
    text,
};

/// The most characters of a reason or of remarks.
pub const WORDS_MAX: usize = 2_000;
/// The most characters of a signer's name or position.
pub const SIGNER_MAX: usize = 200;
/// The most figures that a monitoring asks of each.
pub const QUESTIONS_MAX: usize = 100;
/// The most communities of a monitoring.
pub const COMMUNITIES_MAX: usize = 1_000;
/// The largest figure.
const MOST: Amount = Amount(1_000_000_000 * 1_000_000);
/// How long after a year's end its returns may be due.
const AFTER_THE_YEAR: Days = Days::new(3 * 366);

/// What is done with a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is completed and corrected.
    Fill,
    /// It is handed in.
    Submit,
    /// It is accepted.
    Accept,
    /// It is sent back with remarks.
    SendBack,
}

/// Where a step leads.
///
/// # Errors
/// `WRONG_STATE`.
pub fn step(step: Step, from: State) -> Result<State, UserError> {
    match (step, from) {
        (Step::Fill, State::Draft | State::Returned) => Ok(from),
        (Step::Submit, State::Draft | State::Returned) => Ok(State::Submitted),
        (Step::Accept, State::Submitted) => Ok(State::Accepted),
        (Step::SendBack, State::Submitted | State::Accepted) => Ok(State::Returned),
        _ => {
            let message = format!("The return is {}; this is not done then.", name(from));
            Err(UserError::of("returnId", UserErrorCode::WrongState, message))
        }
    }
}

/// A state as the schema writes it.
#[must_use]
pub fn name(state: State) -> &'static str {
    match state {
        State::Draft => "DRAFT",
        State::Submitted => "SUBMITTED",
        State::Returned => "RETURNED",
        State::Accepted => "ACCEPTED",
    }
}

/// A year that can be monitored: one that has begun, with a last day for the returns after its beginning.
///
/// # Errors
/// `INVALID`.
pub fn check_opening(year: AcademicYear, due_on: NaiveDate, today: NaiveDate) -> Result<(), UserError> {
    if year.start().date_naive() > today {
        let message = format!("The academic year {year} has not begun.");
        return Err(UserError::of("year", UserErrorCode::Invalid, message));
    }
    check_due(year, due_on)
}

/// The last day for returns.
///
/// # Errors
/// `INVALID`.
pub fn check_due(year: AcademicYear, due_on: NaiveDate) -> Result<(), UserError> {
    let (first, last) = (year.start().date_naive(), year.last_day() + AFTER_THE_YEAR);
    if (first..=last).contains(&due_on) {
        return Ok(());
    }
    let message = format!("`dueOn` must lie between {first} and {last}.");
    Err(UserError::of("dueOn", UserErrorCode::Invalid, message))
}

/// Each figure is asked once of each.
///
/// # Errors
/// `INVALID`.
pub fn check_questions<'a>(
    field: &str,
    asked: impl Iterator<Item = &'a str>,
    known: &BTreeSet<String>,
) -> Result<(), UserError> {
    let mut seen = BTreeSet::new();
    for code in asked {
        if !known.contains(code) {
            let message = format!("There is no figure `{code}`; see `figures`.");
            return Err(UserError::of(field, UserErrorCode::Invalid, message));
        }
        if !seen.insert(code) {
            let message = format!("`{code}` is asked twice.");
            return Err(UserError::of(field, UserErrorCode::Invalid, message));
        }
    }
    if seen.len() > QUESTIONS_MAX {
        let message = format!("At most {QUESTIONS_MAX} figures are asked.");
        return Err(UserError::of(field, UserErrorCode::Invalid, message).bounded(
            seen.len(),
            None,
            Some(QUESTIONS_MAX),
        ));
    }
    Ok(())
}

/// What is stated of one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Of which.
    pub code: String,
    /// The value; none within takes it away, and it must be said.
    pub value: Option<Option<f64>>,
    /// Why it differs from what the registry knows.
    pub reason: Option<String>,
}

/// A statement that can be kept: not negative, whole where it counts, with a reason where the registry knows another
/// value.
///
/// # Errors
/// `INVALID`, of the statement with this index.
pub fn check_statement(
    index: usize,
    given: &Statement,
    unit: IndicatorUnit,
    registered: Option<Amount>,
) -> Result<(Option<Amount>, Option<String>), UserError> {
    let at = index.to_string();
    let fault = |field: &str, message: String| {
        UserError::of(field, UserErrorCode::Invalid, message).within(&["figures", &at])
    };
    let said = given
        .value
        .ok_or_else(|| fault("value", "`value` must be given; null takes the statement away.".into()))?;
    let Some(number) = said else { return Ok((None, None)) };
    let value =
        Amount::of_f64(number).filter(|value| (Amount(0)..=MOST).contains(value)).ok_or_else(|| {
            fault("value", "A figure lies between 0 and 1,000,000,000, with at most six decimals.".into())
        })?;
    if unit == IndicatorUnit::Number && value.to_whole().is_none() {
        return Err(fault("value", format!("`{}` counts: it is a whole number.", given.code)));
    }
    let reason = text::optional_line("reason", given.reason.as_deref(), WORDS_MAX)
        .map_err(|error| error.within(&["figures", &at]))?;
    match registered {
        Some(registered) if registered != value && reason.is_none() => Err(fault(
            "reason",
            format!("The registry knows {}; a correction needs a reason.", registered.to_f64()),
        )),
        _ => Ok((Some(value), reason)),
    }
}

/// Whether a report may be accepted: a later revision needs a reason, and a first one has none.
///
/// # Errors
/// `INVALID`, `WRONG_STATE`.
pub fn check_acceptance(revision: i32, is_open: bool, reason: Option<&str>) -> Result<(), UserError> {
    if !is_open {
        let message = "The report is accepted; send a return back to correct it.";
        return Err(UserError::of("year", UserErrorCode::WrongState, message));
    }
    match (revision, reason) {
        (0, Some(_)) => {
            let message = "The first acceptance corrects nothing and has no reason.";
            Err(UserError::of("reason", UserErrorCode::Invalid, message))
        }
        (1.., None) => {
            let message = "A correction of an accepted report needs a reason.";
            Err(UserError::of("reason", UserErrorCode::Invalid, message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_goes_there_and_back() {
        let all = [State::Draft, State::Submitted, State::Returned, State::Accepted];
        let from = |what| all.map(|state| step(what, state).is_ok());
        assert_eq!(from(Step::Fill), [true, false, true, false]);
        assert_eq!(from(Step::Submit), [true, false, true, false]);
        assert_eq!(from(Step::Accept), [false, true, false, false]);
        assert_eq!(from(Step::SendBack), [false, true, false, true]);
    }

    #[test]
    fn a_correction_of_what_the_registry_knows_needs_a_reason() {
        let state = |value, reason: Option<&str>, registered: Option<i64>| {
            let given = Statement {
                code: "members".into(),
                value: Some(Some(value)),
                reason: reason.map(ToOwned::to_owned),
            };
            check_statement(0, &given, IndicatorUnit::Number, registered.map(Amount::whole))
        };
        assert!(state(5.0, None, None).is_ok());
        assert!(state(5.0, None, Some(5)).is_ok());
        assert_eq!(state(5.0, None, Some(6)).unwrap_err().path, ["input", "figures", "0", "reason"]);
        assert!(state(5.0, Some("  "), Some(6)).is_err());
        assert!(state(5.0, Some("По журналу."), Some(6)).is_ok());
        for bad in [-1.0, 0.5, f64::INFINITY, 2e9] {
            assert!(state(bad, None, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_year_is_opened_once_it_has_begun() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let year = AcademicYear(2024);
        assert!(check_opening(year, day("2025-06-30"), day("2024-09-01")).is_ok());
        assert!(check_opening(year, day("2025-06-30"), day("2024-08-31")).is_err());
        assert!(check_opening(year, day("2024-08-31"), day("2025-01-01")).is_err());
    }

    #[test]
    fn only_a_correction_has_a_reason() {
        assert!(check_acceptance(0, true, None).is_ok());
        assert!(check_acceptance(0, true, Some("x")).is_err());
        assert!(check_acceptance(1, true, None).is_err());
        assert!(check_acceptance(1, true, Some("x")).is_ok());
        assert!(check_acceptance(1, false, Some("x")).is_err());
    }
}
