//! When practices are written, handed in, decided and published.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::communities::Plan;
use crate::demo::{
    calendar::{Calendar, working_time},
    dice::Dice,
};

/// Between a community's entry in the registry and its first practice there lie the weeks of the review.
const REVIEW_OF_THE_FIRST: Days = Days::new(70);

/// The moments of one practice.
pub(super) struct Moments {
    pub created_at: DateTime<Utc>,
    pub submitted_at: DateTime<Utc>,
    pub decided_at: DateTime<Utc>,
    pub published_at: DateTime<Utc>,
}

impl Moments {
    /// Counted back from the day of publication (or of the picture, for practices that have not got there).
    pub fn before(published_on: NaiveDate, dice: &mut Dice) -> Self {
        let submitted_on = published_on - Days::new(dice.between(20, 45) as u64);
        let decided_on = published_on - Days::new(dice.between(4, 12) as u64);
        Self {
            created_at: working_time(submitted_on - Days::new(dice.between(8, 40) as u64), dice),
            submitted_at: working_time(submitted_on, dice),
            decided_at: working_time(decided_on, dice),
            published_at: working_time(published_on, dice),
        }
    }
}

/// The days on which an owner's practices are published. The first one comes early in its span, so that it has
/// time to be rated.
pub(super) struct Publications {
    early: (NaiveDate, NaiveDate),
    late: (NaiveDate, NaiveDate),
    in_early: usize,
}

impl Publications {
    /// Krasnodar's split is given; elsewhere publications are spread over one long span.
    pub fn of_community(calendar: Calendar, plan: &Plan) -> Self {
        let ready = plan.registered_on + REVIEW_OF_THE_FIRST;
        match plan.published_by_2023_2024 {
            Some(in_early) => Self::split(calendar, ready, in_early),
            None => {
                let span = (ready.max(calendar.first_publication), calendar.last - Days::new(7));
                Self { early: span, late: span, in_early: 0 }
            }
        }
    }

    pub fn split(calendar: Calendar, ready: NaiveDate, in_early: usize) -> Self {
        Self {
            early: (ready.max(calendar.first_publication), calendar.end_of_2023_2024),
            late: (ready.max(calendar.start_of_2024_2025), calendar.end_of_2024_2025),
            in_early,
        }
    }

    pub fn day_of(&self, nth: usize, dice: &mut Dice) -> NaiveDate {
        let (from, to) = if nth < self.in_early { self.early } else { self.late };
        if nth == 0 { dice.day(from, to.min(from + Days::new(18))) } else { dice.day(from, to) }
    }
}
