//! Places: who stands where, and by how much the next rank is missed. When a year may be closed, and what
//! a new version of a method may say.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, Utc};
use entity::AcademicYear;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    method::{Number, Numbers},
    versions::FIRST_YEAR,
};
use crate::error::{UserError, UserErrorCode};

/// A part of a score, in micro-points. The contributions of all parts add up to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The raw value.
    pub value: i64,
    /// What it is multiplied with.
    pub weight: i64,
    /// What it adds to the score.
    pub contribution: i64,
}

/// Somebody or something that takes part in a ranking.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub subject: Uuid,
    /// Its score, in micro-points.
    pub score: i64,
    /// How the score comes about.
    pub parts: Vec<Part>,
    /// Orders equals: the smaller stands first. The id follows, so that the order is strict.
    pub order: (i64, i64, Vec<u8>),
    /// The tie-breakers as they are shown.
    pub ties: Vec<String>,
}

/// A line of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who or what.
    pub subject: Uuid,
    /// Shared by equals; then it skips: 1, 2, 3, 3, 5.
    pub rank: i64,
    /// In micro-points.
    pub score: i64,
    /// How the score comes about.
    pub parts: Vec<Part>,
    /// The tie-breakers as they are shown.
    pub ties: Vec<String>,
    /// The rank in the period before.
    pub previous: Option<i64>,
    /// Rank and score of the next better ones; none at rank 1.
    pub above: Option<(i64, i64)>,
}

/// Puts the candidates in their places. `previous` tells the ranks of the period before.
#[must_use]
pub fn rank(mut candidates: Vec<Candidate>, previous: &HashMap<Uuid, i64>) -> Vec<Entry> {
    candidates.sort_by(|a, b| {
        (Reverse(a.score), &a.order, a.subject).cmp(&(Reverse(b.score), &b.order, b.subject))
    });
    let mut entries: Vec<Entry> = Vec::with_capacity(candidates.len());
    for (candidate, position) in candidates.into_iter().zip(1_i64..) {
        let (rank, above) = match entries.last() {
            None => (1, None),
            Some(last) if last.score == candidate.score => (last.rank, last.above),
            Some(last) => (position, Some((last.rank, last.score))),
        };
        entries.push(Entry {
            rank,
            above,
            previous: previous.get(&candidate.subject).copied(),
            subject: candidate.subject,
            score: candidate.score,
            parts: candidate.parts,
            ties: candidate.ties,
        });
    }
    entries
}

/// Whether a year may be closed: once, when it is over, and none before one that is closed already, since that has been
/// compared with it.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_close(
    year: AcademicYear,
    now: DateTime<Utc>,
    closed: bool,
    later: Option<AcademicYear>,
) -> Result<(), UserError> {
    let wrong = |message: String| Err(UserError::of("year", UserErrorCode::WrongState, message));
    match later {
        _ if year < FIRST_YEAR => {
            wrong(format!("There are no rankings of {year}; the first are of {FIRST_YEAR}."))
        }
        _ if year.end() > now => wrong(format!("{year} lasts until {}.", year.last_day())),
        _ if closed => wrong(format!("{year} is closed; corrections of it are revisions.")),
        Some(later) => {
            wrong(format!("{later} is closed already, and was compared with {year} as it stood then."))
        }
        None => Ok(()),
    }
}

/// Only a closed year is revised: the others follow the data.
#[must_use]
pub fn not_closed(year: AcademicYear) -> UserError {
    let message = format!("{year} is not closed: its rankings follow the data by themselves.");
    UserError::of("year", UserErrorCode::WrongState, message)
}

/// A revision tells of something that has changed.
#[must_use]
pub fn nothing_to_revise(year: AcademicYear) -> UserError {
    let message = format!("The rankings of {year} are what the data say; there is nothing to revise.");
    UserError::of("year", UserErrorCode::WrongState, message)
}

/// The numbers of a new version of a method: those of the newest, with these in their place.
///
/// # Errors
/// `INVALID` for a number that the formula does not have, that is given twice, or that is out of bounds.
pub fn check_numbers(
    of_method: &[Number],
    newest: &Numbers,
    given: &[(String, i64)],
) -> Result<Numbers, UserError> {
    let invalid = |message: String| UserError::of("numbers", UserErrorCode::Invalid, message);
    let mut numbers = newest.clone();
    for (place, (name, value)) in given.iter().enumerate() {
        let number = of_method.iter().find(|number| number.name == name);
        let number = number.ok_or_else(|| invalid(format!("The formula has no number `{name}`.")))?;
        if given.iter().take(place).any(|(earlier, _)| earlier == name) {
            return Err(invalid(format!("`{name}` is given twice.")));
        }
        let Number { least, most, .. } = number;
        if !(*least..=*most).contains(value) {
            return Err(invalid(format!("`{name}` must lie between {least} and {most}, not be {value}.")));
        }
        numbers.insert(name.clone(), *value);
    }
    Ok(numbers)
}

/// A formula in words: every number stands in it by its name in braces, so that words and numbers cannot part.
///
/// # Errors
/// `INVALID`.
pub fn check_formula(words: &str, numbers: &Numbers) -> Result<(), UserError> {
    let invalid = |message: String| Err(UserError::of("formula", UserErrorCode::Invalid, message));
    let mut rest = words.to_owned();
    for name in numbers.keys() {
        let place = format!("{{{name}}}");
        if !words.contains(&place) {
            return invalid(format!("`formula` must hold {place}: there the number is put in."));
        }
        rest = rest.replace(&place, "");
    }
    match rest.contains(['{', '}']) {
        true => invalid("`formula` holds a brace that names no number of the method.".to_owned()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_of_a_formula_cannot_part() {
        let of_method = [Number { name: "damping", value: 10, least: 1, most: 20, meaning: "" }];
        let newest = Numbers::from([("damping".into(), 10)]);
        let checked = |given: &[(&str, i64)]| {
            let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            check_numbers(&of_method, &newest, &given)
                .ok()
                .and_then(|numbers| numbers.get("damping").copied())
        };
        assert_eq!((checked(&[]), checked(&[("damping", 20)])), (Some(10), Some(20)));
        for bad in
            [&[("damping", 21)][..], &[("damping", 0)], &[("other", 1)], &[("damping", 2), ("damping", 2)]]
        {
            assert_eq!(checked(bad), None, "{bad:?}");
        }
        assert!(check_formula("({damping}·C + n·R) / ({damping} + n)", &newest).is_ok());
        for bad in ["(10·C + n·R) / (10 + n)", "{damping} {other}", "{damping} }", "{{damping}}"] {
            assert!(check_formula(bad, &newest).is_err(), "{bad}");
        }
    }

    fn candidate(id: u128, score: i64, order: i64) -> Candidate {
        Candidate {
            subject: Uuid::from_u128(id),
            score,
            parts: Vec::new(),
            order: (order, 0, Vec::new()),
            ties: Vec::new(),
        }
    }

    #[test]
    fn equals_share_a_rank_and_the_next_skips() {
        let scores = [50, 40, 30, 30, 20];
        let candidates = scores.iter().zip(0..).map(|(score, id)| candidate(id, *score, 0)).collect();
        let ranks: Vec<_> = rank(candidates, &HashMap::new()).iter().map(|entry| entry.rank).collect();
        assert_eq!(ranks, [1, 2, 3, 3, 5]);
    }

    #[test]
    fn tie_breakers_order_equals_without_changing_their_rank() {
        let entries = rank(vec![candidate(1, 7, 2), candidate(2, 7, 1)], &HashMap::new());
        let order: Vec<_> = entries.iter().map(|entry| (entry.subject.as_u128(), entry.rank)).collect();
        assert_eq!(order, [(2, 1), (1, 1)]);
    }

    #[test]
    fn equals_in_everything_stand_by_their_ids_so_that_the_order_is_strict() {
        let order = |ids: [u128; 3]| -> Vec<_> {
            let candidates = ids.into_iter().map(|id| candidate(id, 1, 1)).collect();
            rank(candidates, &HashMap::new()).iter().map(|entry| entry.subject).collect()
        };
        assert_eq!(order([3, 1, 2]), order([2, 3, 1]));
    }

    #[test]
    fn an_entry_knows_the_next_better_ones_and_its_former_rank() {
        let previous = HashMap::from([(Uuid::from_u128(2), 9)]);
        let entries = rank(vec![candidate(1, 9, 0), candidate(2, 5, 0), candidate(3, 5, 1)], &previous);
        assert_eq!(entries[0].above, None);
        assert_eq!((entries[1].above, entries[2].above), (Some((1, 9)), Some((1, 9))));
        assert_eq!((entries[0].previous, entries[1].previous), (None, Some(9)));
    }

    #[test]
    fn a_year_is_closed_once_when_it_is_over_and_in_order() {
        let year = AcademicYear(2024);
        let over = year.end();
        let refused = |now, closed, later| may_close(year, now, closed, later).is_err();
        assert!(!refused(over, false, None));
        assert!(refused(over - chrono::Duration::microseconds(1), false, None));
        assert!(refused(over, true, None) && refused(over, false, Some(AcademicYear(2025))));
        assert!(may_close(AcademicYear(1999), over, false, None).is_err());
    }
}
