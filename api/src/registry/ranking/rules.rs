//! Places: who stands where, and by how much the next rank is missed. When a year may be closed, and what
//! a new version of a method may say.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, Utc};
use entity::AcademicYear;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    entrant::Entrant,
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

/// One who takes part, and its score.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Who.
    pub entrant: &'a Entrant,
    /// In micro-points.
    pub score: i64,
}

/// Where one stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Who.
    pub entrant: &'a Entrant,
    /// Shared by equals; then it skips: 1, 2, 3, 3, 5.
    pub rank: i64,
    /// In micro-points.
    pub score: i64,
    /// Rank and score of the next better ones; none at rank 1.
    pub above: Option<(i64, i64)>,
}

/// Standings by who it is.
pub type Standings = HashMap<Uuid, i64>;

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

/// Puts the candidates in their places.
pub fn rank(candidates: Vec<Candidate<'_>>) -> impl ExactSizeIterator<Item = Place<'_>> {
    // What nearly always decides is looked up once, not at every comparison.
    let mut ordered: Vec<_> = candidates
        .into_iter()
        .map(|Candidate { entrant, score }| (Reverse(score), entrant.order(), entrant))
        .collect();
    ordered.sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| a.2.last_order().cmp(&b.2.last_order()))
    });
    let mut last: Option<Place<'_>> = None;
    ordered.into_iter().enumerate().map(move |(before, (Reverse(score), _, entrant))| {
        let (rank, above) = match last {
            None => (1, None),
            Some(last) if last.score == score => (last.rank, last.above),
            Some(last) => (i64::try_from(before).unwrap_or(i64::MAX) + 1, Some((last.rank, last.score))),
        };
        *last.insert(Place { entrant, rank, score, above })
    })
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
    use std::sync::Arc;

    use super::{super::entrant::Subject, *};

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

    /// One with this id and this moment since when it takes part.
    fn entrant(id: u128, since: i64) -> Entrant {
        let subject = Subject {
            id: Uuid::from_u128(id),
            region: None,
            profile: None,
            since: DateTime::from_timestamp_nanos(since),
            name: "".into(),
            sort_key: None,
        };
        Entrant { subject: Arc::new(subject), figures: [0, 0], count: None, judged: Box::default() }
    }

    /// Id and rank, and what stands above.
    type Line = (u128, i64, Option<(i64, i64)>);

    /// The lines of entrants with these scores.
    fn ranked(entrants: &[(Entrant, i64)]) -> Vec<Line> {
        let candidates = entrants.iter().map(|(entrant, score)| Candidate { entrant, score: *score });
        let places = rank(candidates.collect());
        places.map(|place| (place.entrant.subject.id.as_u128(), place.rank, place.above)).collect()
    }

    #[test]
    fn equals_share_a_rank_and_the_next_skips() {
        let scores = [50, 40, 30, 30, 20];
        let entrants: Vec<_> = scores.iter().zip(0..).map(|(score, id)| (entrant(id, 0), *score)).collect();
        let ranks: Vec<_> = ranked(&entrants).iter().map(|place| place.1).collect();
        assert_eq!(ranks, [1, 2, 3, 3, 5]);
    }

    #[test]
    fn tie_breakers_order_equals_without_changing_their_rank() {
        let places = ranked(&[(entrant(1, 2), 7), (entrant(2, 1), 7)]);
        assert_eq!(places, [(2, 1, None), (1, 1, None)]);
    }

    #[test]
    fn more_voices_come_before_age_and_age_before_the_name() {
        let with = |id, count, since, name: &str| {
            let one = entrant(id, since);
            let subject = Subject { name: name.into(), ..Subject::clone(&one.subject) };
            (Entrant { subject: Arc::new(subject), count: Some(count), ..one }, 1)
        };
        let entrants = [with(1, 1, 0, "a"), with(2, 2, 9, "b"), with(3, 2, 9, "a"), with(4, 2, 8, "c")];
        let order: Vec<_> = ranked(&entrants).iter().map(|place| place.0).collect();
        assert_eq!(order, [4, 3, 2, 1]);
        assert_eq!(entrants[1].0.ties(), ["2", "1970-01-01", "b"]);
    }

    #[test]
    fn equals_in_everything_stand_by_their_ids_so_that_the_order_is_strict() {
        let order = |ids: [u128; 3]| -> Vec<_> {
            ranked(&ids.map(|id| (entrant(id, 1), 1))).iter().map(|place| place.0).collect()
        };
        assert_eq!(order([3, 1, 2]), order([2, 3, 1]));
    }

    #[test]
    fn a_place_knows_the_next_better_ones() {
        let places = ranked(&[(entrant(1, 0), 9), (entrant(2, 0), 5), (entrant(3, 1), 5)]);
        let above: Vec<_> = places.iter().map(|place| place.2).collect();
        assert_eq!(above, [None, Some((1, 9)), Some((1, 9))]);
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
