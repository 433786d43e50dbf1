//! How boards are named: method × filter × period.

use chrono::{DateTime, Utc};
use entity::AcademicYear;

use super::method::Method;

/// Over which time a ranking is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// All time; the year is the running one, before which the former rank is taken.
    All(AcademicYear),
    /// One academic year.
    Year(AcademicYear),
    /// All time as it stood at the end of a year: what [`Period::All`] compares with. Kept only where the year is
    /// closed.
    Until(AcademicYear),
}

impl Period {
    /// The period before; none where nothing is compared.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        match self {
            Self::All(year) => Some(Self::Until(year.previous())),
            Self::Year(year) => Some(Self::Year(year.previous())),
            Self::Until(_) => None,
        }
    }

    /// The year whose version of the method it is made by.
    #[must_use]
    pub fn year(self) -> AcademicYear {
        match self {
            Self::All(year) | Self::Year(year) | Self::Until(year) => year,
        }
    }

    /// The first moment after the period; none while it runs on.
    #[must_use]
    pub fn end(self) -> Option<DateTime<Utc>> {
        match self {
            Self::All(_) => None,
            Self::Year(year) | Self::Until(year) => Some(year.end()),
        }
    }

    /// How recent it is, to put the most recent first: all time before every year.
    #[must_use]
    pub fn recency(self) -> i32 {
        match self {
            Self::All(_) => i32::MAX,
            Self::Year(year) | Self::Until(year) => year.0,
        }
    }

    /// The period as a board's key and row say it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::All(year) => format!("all-{}", year.0),
            Self::Year(year) => format!("year-{}", year.0),
            Self::Until(year) => format!("until-{}", year.0),
        }
    }

    /// The period of such a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, year) = text.split_once('-')?;
        let year = AcademicYear(year.parse().ok()?);
        match kind {
            "all" => Some(Self::All(year)),
            "year" => Some(Self::Year(year)),
            "until" => Some(Self::Until(year)),
            _ => None,
        }
    }
}

/// Which board.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// What is ranked, and how.
    pub method: Method,
    /// The filter's region, by code.
    pub region: Option<String>,
    /// The filter's profile, by code.
    pub profile: Option<String>,
    /// Over which time.
    pub period: Period,
}

impl Spec {
    /// The board's name: unique, and made without asking the database. Which version of the method it is made by
    /// follows from the period.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |code: &Option<String>| code.clone().unwrap_or_else(|| "*".into());
        let (region, profile) = (part(&self.region), part(&self.profile));
        format!("{}/{region}/{profile}/{}", self.method.key(), self.period.text())
    }

    /// The board of a row's key; none of a method that this program does not know.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let mut next = || parts.next();
        let (method, region, profile, period) = (next()?, next()?, next()?, next()?);
        let filter = |part: &str| (part != "*").then(|| part.to_owned());
        Some(Self {
            method: Method::of_key(method)?,
            region: filter(region),
            profile: filter(profile),
            period: Period::parse(period)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_is_known_by_its_text() {
        let year = AcademicYear(2024);
        for period in [Period::All(year), Period::Year(year), Period::Until(year)] {
            assert_eq!(Period::parse(&period.text()), Some(period));
        }
    }

    #[test]
    fn a_board_is_known_by_its_key() {
        let spec = Spec {
            method: Method::Rating,
            region: Some("RU-KDA".into()),
            profile: None,
            period: Period::Year(AcademicYear(2024)),
        };
        assert_eq!(spec.key(), "PRACTICES.RATING/RU-KDA/*/year-2024");
        assert_eq!(Spec::parse(&spec.key()), Some(spec));
    }
}
