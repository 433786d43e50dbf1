//! Terms of office: which of them get in each other's way, and how one ends.

use chrono::{Months, NaiveDate};
use entity::{
    Office, appointment,
    ids::{MunicipalityId, PersonId},
};

use super::rules::{PRESIDIUM_MAX, PRESIDIUM_MIN};
use crate::error::{UserError, UserErrorCode};

/// Days in office: from `since` on, up to `until`, the first day no longer in office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First day in office.
    pub since: NaiveDate,
    /// First day no longer in office; none while no end is set.
    pub until: Option<NaiveDate>,
}

impl Term {
    /// Whether the day is one in office.
    #[must_use]
    pub fn covers(self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether there is a day that lies in both. A term that was ended before it began has no day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let first = self.since.max(other.since);
        self.covers(first) && other.covers(first)
    }

    fn told(self) -> String {
        match self.until {
            Some(until) => format!("from {} until {until}", self.since),
            None => format!("since {}", self.since),
        }
    }
}

/// The last day on which what is decided today may begin or end.
#[must_use]
pub fn a_year_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX)
}

/// Who holds the same office of the same community, or will, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub person: PersonId,
    /// For which municipality.
    pub municipality: Option<MunicipalityId>,
    /// When.
    pub term: Term,
}

impl From<&appointment::Model> for Holder {
    fn from(row: &appointment::Model) -> Self {
        let term = Term { since: row.since, until: row.until };
        Self { person: row.person_id, municipality: row.municipality_id, term }
    }
}

/// Whether somebody may hold an office beside its other holders: there is one coordinator, one chair and one
/// representative of a municipality at a time; a presidium never has more than ten members, each once.
///
/// # Errors
/// `TAKEN`, saying since when; for an eleventh member of a presidium `NOT_ELIGIBLE` with the bounds.
pub fn may_hold(office: Office, new: Holder, others: &[Holder]) -> Result<(), UserError> {
    let rivals: Vec<_> = others.iter().filter(|other| other.term.overlaps(new.term)).collect();
    let (field, rival, what) = match office {
        Office::Coordinator | Office::Chair => ("office", rivals.first(), "The office is held"),
        Office::CouncilRepresentative => (
            "municipalityId",
            rivals.iter().find(|other| other.municipality == new.municipality),
            "The municipality is represented",
        ),
        Office::PresidiumMember => (
            "memberId",
            rivals.iter().find(|other| other.person == new.person),
            "The person is a member of the presidium",
        ),
    };
    if let Some(rival) = rival {
        let message = format!("{what} {}; that term must end first.", rival.term.told());
        return Err(UserError::of(field, UserErrorCode::Taken, message));
    }
    if office != Office::PresidiumMember {
        return Ok(());
    }
    // They are most on the first day of somebody's term.
    let first_days = rivals.iter().map(|other| other.term.since.max(new.term.since));
    let together = |day| rivals.iter().filter(|other| other.term.covers(day)).count() + 1;
    let size = first_days.map(together).max().unwrap_or(1);
    if size <= PRESIDIUM_MAX {
        return Ok(());
    }
    let message = format!("The presidium would have {size} members; it has {PRESIDIUM_MAX} at most.");
    Err(UserError::of("office", UserErrorCode::NotEligible, message).bounded(
        size,
        Some(PRESIDIUM_MIN),
        Some(PRESIDIUM_MAX),
    ))
}

/// The day on which a term is to end: the one wanted, or today; a term that has not begun ends before it begins.
///
/// # Errors
/// `WRONG_STATE` for one that has ended, `INVALID` for a day before its beginning or more than a year ahead.
pub fn may_end(term: Term, wanted: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, UserError> {
    let earliest = term.since.max(today);
    if let Some(ended) = term.until.filter(|until| *until <= earliest) {
        let message = format!("The term ended on {ended}.");
        return Err(UserError::of("appointmentId", UserErrorCode::WrongState, message));
    }
    let until = wanted.unwrap_or(earliest);
    let last = a_year_after(today).max(term.since);
    if (term.since..=last).contains(&until) {
        return Ok(until);
    }
    let message = format!("The term may end from {} to {last}.", term.since);
    Err(UserError::of("until", UserErrorCode::Invalid, message))
}

#[cfg(test)]
mod tests {
    use entity::ids::TypedId;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn term(since: &str, until: Option<&str>) -> Term {
        Term { since: day(since), until: until.map(day) }
    }

    fn holder(person: u128, since: &str, until: Option<&str>) -> Holder {
        let person = PersonId::from_uuid(Uuid::from_u128(person));
        Holder { person, municipality: None, term: term(since, until) }
    }

    #[test]
    fn terms_overlap_on_the_days_that_lie_in_both() {
        let spring = term("2025-03-01", Some("2025-06-01"));
        assert!(spring.overlaps(term("2025-05-31", None)) && term("2025-05-31", None).overlaps(spring));
        assert!(!spring.overlaps(term("2025-06-01", None)));
        assert!(!spring.overlaps(term("2024-03-01", Some("2025-03-01"))));
        // Ended before it began.
        assert!(!spring.overlaps(term("2025-04-01", Some("2025-04-01"))));
        assert!(!term("2025-04-01", Some("2025-04-01")).overlaps(spring));
    }

    #[test]
    fn one_chairs_at_a_time() {
        let others = [holder(1, "2022-09-01", Some("2025-09-01"))];
        let error = may_hold(Office::Chair, holder(2, "2025-08-31", None), &others).unwrap_err();
        assert_eq!(error.code, UserErrorCode::Taken);
        assert!(error.message.contains("from 2022-09-01 until 2025-09-01"), "{}", error.message);
        assert_eq!(may_hold(Office::Chair, holder(2, "2025-09-01", None), &others), Ok(()));
        // Nor may somebody come before one who comes after.
        let error =
            may_hold(Office::Chair, holder(2, "2020-09-01", Some("2022-09-02")), &others).unwrap_err();
        assert_eq!(error.code, UserErrorCode::Taken);
    }

    #[test]
    fn a_municipality_has_one_representative_at_a_time() {
        let of = |municipality: u128, person| Holder {
            municipality: Some(MunicipalityId::from_uuid(Uuid::from_u128(municipality))),
            ..holder(person, "2022-09-01", None)
        };
        let others = [of(1, 1)];
        assert_eq!(may_hold(Office::CouncilRepresentative, of(2, 2), &others), Ok(()));
        let error = may_hold(Office::CouncilRepresentative, of(1, 2), &others).unwrap_err();
        assert_eq!((error.code, error.path[1].as_str()), (UserErrorCode::Taken, "municipalityId"));
    }

    #[test]
    fn a_presidium_has_ten_members_at_most_on_every_day() {
        // Nine all the time, and a tenth in the summer of 2026.
        let mut others: Vec<_> = (1..10).map(|person| holder(person, "2022-09-01", None)).collect();
        others.push(holder(10, "2026-06-01", Some("2026-09-01")));
        let with = |since, until| may_hold(Office::PresidiumMember, holder(11, since, until), &others);
        assert_eq!(with("2025-09-01", Some("2026-06-01")), Ok(()));
        assert_eq!(with("2026-09-01", None), Ok(()));
        let error = with("2025-09-01", None).unwrap_err();
        let bounds = error.bounds.unwrap();
        assert_eq!((error.code, bounds.actual, bounds.max), (UserErrorCode::NotEligible, 11, Some(10)));
        let twice = may_hold(Office::PresidiumMember, holder(3, "2025-09-01", None), &others).unwrap_err();
        assert_eq!(twice.code, UserErrorCode::Taken);
    }

    #[test]
    fn a_term_ends_once_and_not_before_it_began() {
        let (today, open) = (day("2025-03-01"), term("2022-09-01", None));
        assert_eq!(may_end(open, None, today), Ok(today));
        assert_eq!(may_end(open, Some(open.since), today), Ok(open.since));
        for bad in ["2022-08-31", "2026-03-02"] {
            let error = may_end(open, Some(day(bad)), today).unwrap_err();
            assert_eq!(error.code, UserErrorCode::Invalid, "{bad}");
        }
        let ended = term("2022-09-01", Some("2025-03-01"));
        assert_eq!(may_end(ended, None, today).unwrap_err().code, UserErrorCode::WrongState);
        let ending = term("2022-09-01", Some("2025-03-02"));
        assert_eq!(may_end(ending, Some(day("2025-09-01")), today), Ok(day("2025-09-01")));
        let coming = term("2025-09-01", None);
        assert_eq!(may_end(coming, None, today), Ok(coming.since));
        let never = term("2025-09-01", Some("2025-09-01"));
        assert_eq!(
            may_end(never, Some(day("2026-01-01")), today).unwrap_err().code,
            UserErrorCode::WrongState
        );
    }
}
