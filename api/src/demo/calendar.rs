//! The days on which the set hangs, and times that fall into working hours.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

use super::{DemoDataError, dice::Dice};

/// The fixed days of the set. Nothing in it happens after `last`.
#[derive(Clone, Copy)]
pub(super) struct Calendar {
    /// No registration is older.
    pub first_registration: NaiveDate,
    /// Who holds an office joined by then.
    pub officers_joined: NaiveDate,
    /// Who writes practices or sits on a council joined by then.
    pub core_joined: NaiveDate,
    /// Chairs, presidiums and councils took office in this order.
    pub chairs_since: NaiveDate,
    pub presidiums_since: NaiveDate,
    pub councils_since: NaiveDate,
    /// Publication in the registry began on this Monday.
    pub first_publication: NaiveDate,
    /// Last working day of 2023-2024, first and last of 2024-2025.
    pub end_of_2023_2024: NaiveDate,
    pub start_of_2024_2025: NaiveDate,
    pub end_of_2024_2025: NaiveDate,
    /// Registrations end here.
    pub last_registration: NaiveDate,
    /// The day of the picture that the set shows.
    pub last: NaiveDate,
}

impl Calendar {
    pub fn new() -> Result<Self, DemoDataError> {
        Ok(Self {
            first_registration: day(2019, 9, 2)?,
            officers_joined: day(2022, 8, 31)?,
            core_joined: day(2023, 6, 30)?,
            chairs_since: day(2022, 9, 12)?,
            presidiums_since: day(2023, 9, 11)?,
            councils_since: day(2023, 10, 2)?,
            first_publication: day(2023, 11, 13)?,
            end_of_2023_2024: day(2024, 8, 30)?,
            start_of_2024_2025: day(2024, 9, 2)?,
            end_of_2024_2025: day(2025, 8, 29)?,
            last_registration: day(2025, 10, 31)?,
            last: day(2026, 2, 20)?,
        })
    }
}

/// A day that must exist.
pub(super) fn day(year: i32, month: u32, day: u32) -> Result<NaiveDate, DemoDataError> {
    NaiveDate::from_ymd_opt(year, month, day).ok_or(DemoDataError::Day { year, month, day })
}

/// Working hours of that day, or of the Friday before when it falls on a weekend.
pub(super) fn working_time(day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
    let back = match day.weekday() {
        Weekday::Sat => 1,
        Weekday::Sun => 2,
        _ => 0,
    };
    time_on(day - Days::new(back), dice)
}

/// Some time between nine in the morning and nine in the evening in Moscow, which is the same day in UTC.
pub(super) fn time_on(day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
    let seconds = u32::try_from(dice.between(6 * 3600, 17 * 3600)).unwrap_or_default();
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
    day.and_time(time).and_utc()
}
