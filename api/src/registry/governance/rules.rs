//! Who may be asked to hold which office, by which order, and when a presidium is complete.

use chrono::{Days, Months, NaiveDate};
use entity::{
    Office,
    ids::{MemberId, MunicipalityId, PersonId},
};

use super::terms::{Term, a_year_after};
use crate::{
    auth::Action,
    error::{UserError, UserErrorCode},
    text,
};

/// A presidium has this many members at least.
pub const PRESIDIUM_MIN: usize = 8;
/// A presidium has this many members at most.
pub const PRESIDIUM_MAX: usize = 10;
/// The most characters of an order's number.
pub const ORDER_MAX: usize = 100;
/// How many years a term may lie back, or last.
const YEARS: u32 = 50;

/// Whether a presidium of this size can decide.
#[must_use]
pub fn presidium_is_complete(size: usize) -> bool {
    (PRESIDIUM_MIN..=PRESIDIUM_MAX).contains(&size)
}

/// What whoever appoints to an office, or ends a term in it, must be allowed to do.
#[must_use]
pub fn appointing_to(office: Office) -> Action {
    match office {
        Office::Coordinator => Action::AppointCoordinator,
        Office::Chair | Office::PresidiumMember => Action::AppointLeaders,
        Office::CouncilRepresentative => Action::AppointCouncil,
    }
}

/// The paper by which somebody is appointed, or a presidium confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Its number, where known.
    pub number: Option<String>,
    /// Its date, where known.
    pub date: Option<NaiveDate>,
}

/// An appointment that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// To which office.
    pub office: Office,
    /// A registration: whose person is to hold it.
    pub member: Option<MemberId>,
    /// An institute's employee who is to hold it.
    pub employee: Option<PersonId>,
    /// Whom a council's representative stands for.
    pub municipality: Option<MunicipalityId>,
    /// First day; today where it is not said.
    pub since: Option<NaiveDate>,
    /// First day no longer in office.
    pub until: Option<NaiveDate>,
    /// By which order.
    pub order: Order,
}

/// Who is to hold an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The institute's employee.
    Employee(PersonId),
    /// The person of this registration.
    Member(MemberId),
    /// The person of this registration, for this municipality.
    Representative(MemberId, MunicipalityId),
}

/// Checks what is asked for: the right kind of person for the office, the days, the order.
///
/// # Errors
/// All that is wrong with it, each with its field.
pub fn check(asked: &Asked, today: NaiveDate) -> Result<(Whom, Term, Order), Vec<UserError>> {
    let mut errors = Vec::new();
    let whom = whom(asked, &mut errors);
    let term = Term { since: asked.since.unwrap_or(today), until: asked.until };
    errors.extend(check_term(term, today));
    let order = check_order(&asked.order, today).map_err(|faults| errors.extend(faults)).ok();
    match (whom, order) {
        (Some(whom), Some(order)) if errors.is_empty() => Ok((whom, term, order)),
        _ => Err(errors),
    }
}

fn invalid(field: &str, message: impl Into<String>) -> UserError {
    UserError::of(field, UserErrorCode::Invalid, message)
}

fn whom(asked: &Asked, errors: &mut Vec<UserError>) -> Option<Whom> {
    let mut fault = |field: &str, message: &str| errors.push(invalid(field, message));
    if asked.office != Office::CouncilRepresentative && asked.municipality.is_some() {
        fault("municipalityId", "Only representatives in the council stand for a municipality.");
    }
    if asked.office == Office::Coordinator {
        if asked.member.is_some() {
            fault("memberId", "A coordinator is an employee of the institute: give `employeeId`.");
        }
        if asked.employee.is_none() {
            fault("employeeId", "Say which employee of the institute is to be coordinator.");
        }
        return asked.employee.map(Whom::Employee);
    }
    if asked.employee.is_some() {
        fault("employeeId", "This office is held by a member of the community: give `memberId`.");
    }
    if asked.member.is_none() {
        fault("memberId", "Say whose registration it is that is to hold the office.");
    }
    if asked.office != Office::CouncilRepresentative {
        return asked.member.map(Whom::Member);
    }
    if asked.municipality.is_none() {
        fault("municipalityId", "Say which municipality is to be represented.");
    }
    Some(Whom::Representative(asked.member?, asked.municipality?))
}

fn check_term(term: Term, today: NaiveDate) -> Vec<UserError> {
    let mut errors = Vec::new();
    let begins = years_before(today, YEARS)..=a_year_after(today);
    if !begins.contains(&term.since) {
        let message = format!("A term may begin from {} to {}.", begins.start(), begins.end());
        errors.push(invalid("since", message));
    }
    if let Some(until) = term.until {
        let last = term.since.checked_add_months(Months::new(12 * YEARS)).unwrap_or(NaiveDate::MAX);
        if until <= term.since {
            errors
                .push(invalid("until", "`until` is the first day no longer in office: it follows `since`."));
        } else if until > last {
            errors.push(invalid("until", format!("A term lasts {YEARS} years at most.")));
        }
    }
    errors
}

/// Checks an order: its number is a line, its date does not lie ahead. It may be tomorrow's: days begin at midnight
/// UTC, and most of the country is ahead of it.
///
/// # Errors
/// `INVALID` for the number, the date, or both.
pub fn check_order(order: &Order, today: NaiveDate) -> Result<Order, Vec<UserError>> {
    let mut errors = Vec::new();
    let number = text::optional_line("orderNumber", order.number.as_deref(), ORDER_MAX);
    let number = number.map_err(|error| errors.push(error)).ok().flatten();
    let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
    // An order comes before the term: the oldest a little before the oldest term.
    let oldest = years_before(today, YEARS + 1);
    if order.date.is_some_and(|date| !(oldest..=tomorrow).contains(&date)) {
        errors.push(invalid("orderDate", format!("An order is dated from {oldest} to today.")));
    }
    if errors.is_empty() { Ok(Order { number, date: order.date }) } else { Err(errors) }
}

fn years_before(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(12 * years)).unwrap_or(NaiveDate::MIN)
}

/// Whether a presidium of this size may be confirmed.
///
/// # Errors
/// `NOT_ELIGIBLE` with the bounds.
pub fn may_confirm(size: usize) -> Result<(), UserError> {
    if presidium_is_complete(size) {
        return Ok(());
    }
    let message = format!(
        "The presidium has {size} members; one of {PRESIDIUM_MIN} to {PRESIDIUM_MAX} can be confirmed."
    );
    let (min, max) = (Some(PRESIDIUM_MIN), Some(PRESIDIUM_MAX));
    Err(UserError::of("communityId", UserErrorCode::NotEligible, message).bounded(size, min, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn asked(office: Office) -> Asked {
        let member = (office != Office::Coordinator).then(MemberId::generate);
        let employee = (office == Office::Coordinator).then(PersonId::generate);
        let municipality = (office == Office::CouncilRepresentative).then(MunicipalityId::generate);
        Asked { office, member, employee, municipality, since: None, until: None, order: Order::default() }
    }

    fn faults(asked: &Asked) -> Vec<String> {
        let errors = check(asked, day("2025-03-01")).err().unwrap_or_default();
        errors.into_iter().map(|error| error.path[1].clone()).collect()
    }

    #[test]
    fn a_presidium_has_eight_to_ten_members() {
        let complete: Vec<_> = (0..20).filter(|size| presidium_is_complete(*size)).collect();
        assert_eq!(complete, [8, 9, 10]);
        assert_eq!((may_confirm(8), may_confirm(10)), (Ok(()), Ok(())));
        let bounds = may_confirm(7).unwrap_err().bounds.unwrap();
        assert_eq!((bounds.actual, bounds.min, bounds.max), (7, Some(8), Some(10)));
    }

    #[test]
    fn every_office_wants_its_own_kind_of_holder() {
        use Office::{Chair, Coordinator, CouncilRepresentative, PresidiumMember};
        for office in [Coordinator, Chair, PresidiumMember, CouncilRepresentative] {
            let sound = asked(office);
            assert_eq!(faults(&sound), [] as [&str; 0], "{office:?}");
            let nobody = Asked { member: None, employee: None, ..sound.clone() };
            assert_eq!(faults(&nobody).len(), 1, "{office:?}");
            let both = Asked {
                member: Some(MemberId::generate()),
                employee: Some(PersonId::generate()),
                ..sound.clone()
            };
            assert_eq!(faults(&both).len(), 1, "{office:?}");
            let other = if office == CouncilRepresentative { None } else { Some(MunicipalityId::generate()) };
            assert_eq!(faults(&Asked { municipality: other, ..sound }), ["municipalityId"], "{office:?}");
        }
    }

    #[test]
    fn a_term_begins_within_bounds_and_ends_after_it_begins() {
        let with = |since: &str, until: Option<&str>| {
            faults(&Asked { since: Some(day(since)), until: until.map(day), ..asked(Office::Chair) })
        };
        assert_eq!(with("1975-03-01", None), [] as [&str; 0]);
        assert_eq!(with("2026-03-01", Some("2026-03-02")), [] as [&str; 0]);
        for since in ["1975-02-28", "2026-03-02", "0001-01-01", "9999-12-31"] {
            assert_eq!(with(since, None), ["since"], "{since}");
        }
        for until in ["2025-03-01", "2024-01-01", "2075-03-02"] {
            assert_eq!(with("2025-03-01", Some(until)), ["until"], "{until}");
        }
    }

    #[test]
    fn an_order_has_a_line_for_a_number_and_is_not_of_the_future() {
        let with = |number: &str, date: &str| {
            let order = Order { number: Some(number.into()), date: Some(day(date)) };
            faults(&Asked { order, ..asked(Office::Chair) })
        };
        assert_eq!(with(" 12-о ", "2025-03-02"), [] as [&str; 0]);
        assert_eq!(with("1\n2", "2025-03-03"), ["orderNumber", "orderDate"]);
        assert_eq!(with(&"1".repeat(101), "0001-01-01"), ["orderNumber", "orderDate"]);
    }
}
