//! The arithmetic of ratings: in integers, so that both databases and every client agree to the last digit.

use chrono::NaiveDate;

use crate::error::{UserError, UserErrorCode};

/// Whether somebody has been a member for long enough to rate.
///
/// # Errors
/// `NOT_ELIGIBLE`, with the days there are and those that are needed.
pub fn long_enough(since: NaiveDate, today: NaiveDate, needed: u32) -> Result<(), UserError> {
    let days = usize::try_from((today - since).num_days()).unwrap_or(0);
    let needed = needed as usize;
    if days >= needed {
        return Ok(());
    }
    let message = format!("You have been a member for {days} days; one rates after {needed}.");
    Err(UserError::of("practiceId", UserErrorCode::NotEligible, message).bounded(days, Some(needed), None))
}

/// Whether one more practice may be rated on a day on which so many were.
///
/// # Errors
/// `NOT_ELIGIBLE`, with how many there would be and how many there may be.
pub fn not_too_many(given: u64, most: u32) -> Result<(), UserError> {
    if given < u64::from(most) {
        return Ok(());
    }
    let message = format!("You have rated {given} practices today; at most {most} are rated on a day (UTC).");
    let would_be = usize::try_from(given).unwrap_or(usize::MAX).saturating_add(1);
    Err(UserError::of("practiceId", UserErrorCode::NotEligible, message).bounded(
        would_be,
        None,
        Some(most as usize),
    ))
}

/// A star, or a score, in micro-points.
pub const MICRO: i64 = 1_000_000;

/// The mean that is assumed where a scope has no rating at all: the middle of the scale.
pub const NO_RATINGS_MEAN: i64 = 3 * MICRO;

/// How the ratings of one organization, or of all, add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many organizations rated.
    pub organizations: i64,
    /// The sum of their means, in micro-stars.
    pub sum: i64,
}

impl Tally {
    /// Adds an organization whose people gave `stars` in all in `count` ratings.
    pub fn add(&mut self, count: i64, stars: i64) {
        self.organizations += 1;
        self.sum += divide(stars * MICRO, count);
    }
}

/// `C`, the mean of a scope: of the organizations' means over all its practices.
#[must_use]
pub fn scope_mean(all: Tally) -> i64 {
    if all.organizations == 0 { NO_RATINGS_MEAN } else { divide(all.sum, all.organizations) }
}

/// The damped mean `(m·C + n·R) / (m + n)`, in micro-stars: `n` organizations with the mean `R`, and `m`
/// organizations' worth of the scope's mean `C`.
#[must_use]
pub fn damped(tally: Tally, mean: i64, damping: i64) -> i64 {
    divide(damping * mean + tally.sum, damping + tally.organizations)
}

/// Division of non-negative numbers, rounded half up.
#[must_use]
pub fn divide(numerator: i64, denominator: i64) -> i64 {
    if denominator <= 0 {
        return 0;
    }
    let (n, d) = (i128::from(numerator), i128::from(denominator));
    i64::try_from((2 * n + d) / (2 * d)).unwrap_or(i64::MAX)
}

/// Micro-points as they are shown.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "scores lie far below 2^53")]
pub fn shown(micro: i64) -> f64 {
    micro as f64 / MICRO as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_fives_from_one_school_count_as_one_five() {
        let (mut school, mut person) = (Tally::default(), Tally::default());
        school.add(100, 500);
        person.add(1, 5);
        assert_eq!(school, person);
        assert_eq!(damped(school, 4 * MICRO, 10), divide((10 * 4 + 5) * MICRO, 11));
    }

    #[test]
    fn an_unrated_practice_stands_at_the_mean_of_its_scope() {
        assert_eq!(damped(Tally::default(), 4_200_000, 10), 4_200_000);
        assert_eq!(scope_mean(Tally::default()), NO_RATINGS_MEAN);
        assert_eq!(scope_mean(Tally { organizations: 3, sum: 13 * MICRO }), 4_333_333);
    }

    #[test]
    fn more_organizations_pull_harder() {
        let mean = 3 * MICRO;
        let of = |n| damped(Tally { organizations: n, sum: n * 5 * MICRO }, mean, 10);
        assert!(of(1) < of(5) && of(5) < of(50) && of(50) < 5 * MICRO);
    }

    #[test]
    fn one_rates_from_the_thirtieth_day_on_and_twenty_practices_a_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(long_enough(day("2025-01-01"), day("2025-01-31"), 30), Ok(()));
        let bounds = long_enough(day("2025-01-02"), day("2025-01-31"), 30).unwrap_err().bounds.unwrap();
        assert_eq!((bounds.actual, bounds.min, bounds.max), (29, Some(30), None));
        // A registration may begin in the future.
        assert!(long_enough(day("2025-02-02"), day("2025-01-31"), 1).is_err());
        assert_eq!(not_too_many(19, 20), Ok(()));
        let bounds = not_too_many(20, 20).unwrap_err().bounds.unwrap();
        assert_eq!((bounds.actual, bounds.min, bounds.max), (21, None, Some(20)));
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!((divide(1, 2), divide(3, 2), divide(2, 3), divide(1, 3), divide(1, 0)), (1, 2, 1, 0, 0));
    }
}
