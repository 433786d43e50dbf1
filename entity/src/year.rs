//! The academic year: 1 September to 31 August, written `2024-2025`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// An academic year, stored as the calendar year in which it begins.
///
/// Years from 1900 to 2199 exist; parsing refuses anything else, and anything whose halves are not
/// consecutive. The registry counts days in UTC.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
)]
pub struct AcademicYear(pub i32);

/// The text is not an academic year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAcademicYear;

impl fmt::Display for NotAnAcademicYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an academic year is written as two consecutive years, e.g. 2024-2025")
    }
}

impl std::error::Error for NotAnAcademicYear {}

impl AcademicYear {
    /// The academic year in which the day lies.
    #[must_use]
    pub fn of_date(date: NaiveDate) -> Self {
        Self(if date.month() >= 9 { date.year() } else { date.year() - 1 })
    }

    /// The academic year in which the moment lies.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self::of_date(at.date_naive())
    }

    /// The year before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// The first moment of the year: 1 September, 00:00.
    #[must_use]
    pub fn start(self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(self.0, 9, 1, 0, 0, 0).single().unwrap_or_default()
    }

    /// The last day of the year: 31 August.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.end().date_naive().pred_opt().unwrap_or_default()
    }

    /// The first moment after the year.
    #[must_use]
    pub fn end(self) -> DateTime<Utc> {
        Self(self.0 + 1).start()
    }
}

impl fmt::Display for AcademicYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}

impl FromStr for AcademicYear {
    type Err = NotAnAcademicYear;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, second) = text.split_once('-').ok_or(NotAnAcademicYear)?;
        let year = |part: &str| match part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<i32>().map_err(|_| NotAnAcademicYear),
            false => Err(NotAnAcademicYear),
        };
        let (first, second) = (year(first)?, year(second)?);
        if second == first + 1 && (1900..2200).contains(&first) {
            Ok(Self(first))
        } else {
            Err(NotAnAcademicYear)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_runs_from_september_to_august() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(AcademicYear::of_date(date(2024, 8, 31)).to_string(), "2023-2024");
        assert_eq!(AcademicYear::of_date(date(2024, 9, 1)).to_string(), "2024-2025");
        assert_eq!(AcademicYear(2023).last_day(), date(2024, 8, 31));
    }

    #[test]
    fn only_consecutive_years_are_a_year() {
        assert_eq!("2024-2025".parse(), Ok(AcademicYear(2024)));
        for bad in
            ["2024-2026", "2024", "24-25", "2025-2024", "+024-2025", "2024-2025 ", "9999-10000", "1700-1701"]
        {
            assert_eq!(bad.parse::<AcademicYear>(), Err(NotAnAcademicYear), "{bad}");
        }
    }
}
