//! What a community may hold, and engagement: which share of a region's teachers of a profile it has gathered.

use chrono::{Datelike, Days, NaiveDate};

use crate::{
    error::{UserError, UserErrorCode},
    text::{optional_line, required_line},
};

/// The shortest and the longest slug, in characters.
pub const SLUG: (usize, usize) = (3, 80);
/// The most links, documents or agreements.
pub const PAPERS_MAX: usize = 50;
/// The most characters of a title or partner.
pub const TITLE_MAX: usize = 300;
/// The most characters of a document's number.
pub const NUMBER_MAX: usize = 100;
/// The most characters of an address.
pub const URL_MAX: usize = 2_000;
/// Nothing is older.
pub const FIRST_YEAR: i32 = 1900;

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it leads to.
    pub title: String,
    /// An http or https address.
    pub url: String,
}

/// A governing document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The document's own number.
    pub number: String,
    /// Of what day.
    pub issued_on: NaiveDate,
    /// What it is called.
    pub title: String,
}

/// A cooperation agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// With whom.
    pub partner: String,
    /// The agreement's own number.
    pub number: Option<String>,
    /// Signed on this day.
    pub signed_on: NaiveDate,
}

/// Links and papers; what is not given stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Instead of the former links.
    pub links: Option<Vec<Link>>,
    /// Instead of the former documents.
    pub documents: Option<Vec<Document>>,
    /// Instead of the former agreements.
    pub agreements: Option<Vec<Agreement>>,
}

/// Checks links and papers one by one.
///
/// # Errors
/// All that is wrong with them, each with its place in its list.
pub fn check_papers(papers: Papers, today: NaiveDate) -> Result<Papers, Vec<UserError>> {
    let mut errors = Vec::new();
    let papers = Papers {
        links: check_each("links", papers.links, &mut errors, |link| {
            let title = required_line("title", &link.title, TITLE_MAX)?;
            Ok(Link { title, url: check_url(&link.url)? })
        }),
        documents: check_each("documents", papers.documents, &mut errors, |document| {
            Ok(Document {
                number: required_line("number", &document.number, NUMBER_MAX)?,
                issued_on: check_day("issuedOn", document.issued_on, today)?,
                title: required_line("title", &document.title, TITLE_MAX)?,
            })
        }),
        agreements: check_each("agreements", papers.agreements, &mut errors, |agreement| {
            Ok(Agreement {
                partner: required_line("partner", &agreement.partner, TITLE_MAX)?,
                number: optional_line("number", agreement.number.as_deref(), NUMBER_MAX)?,
                signed_on: check_day("signedOn", agreement.signed_on, today)?,
            })
        }),
    };
    if errors.is_empty() { Ok(papers) } else { Err(errors) }
}

/// Checks every entry of a list; an entry's fault has its place in the path.
fn check_each<T>(
    list: &str,
    entries: Option<Vec<T>>,
    errors: &mut Vec<UserError>,
    check: impl Fn(T) -> Result<T, UserError>,
) -> Option<Vec<T>> {
    let entries = entries?;
    if entries.len() > PAPERS_MAX {
        let message = format!("{} {list} are given; at most {PAPERS_MAX} are kept.", entries.len());
        let error = UserError::of(list, UserErrorCode::Invalid, message);
        errors.push(error.bounded(entries.len(), None, Some(PAPERS_MAX)));
        return None;
    }
    let mut kept = Vec::with_capacity(entries.len());
    for (entry, place) in entries.into_iter().zip(0_usize..) {
        match check(entry) {
            Ok(entry) => kept.push(entry),
            Err(mut error) => {
                error.path.splice(1..1, [list.to_owned(), place.to_string()]);
                errors.push(error);
            }
        }
    }
    Some(kept)
}

/// An address that a browser opens: `http` or `https`, and a host.
///
/// # Errors
/// `INVALID`.
pub fn check_url(url: &str) -> Result<String, UserError> {
    let url = required_line("url", url, URL_MAX)?;
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A name before an `@` would pass for the host.
    let sound = !host.is_empty()
        && !host.starts_with([':', '.'])
        && !host.contains('@')
        && !url.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`'));
    if sound {
        return Ok(url);
    }
    let message = "`url` must be an address that begins with http:// or https://, without spaces.";
    Err(UserError::of("url", UserErrorCode::Invalid, message))
}

/// The day of a paper: not before 1900, and not in the future. It may be tomorrow here and today already where the
/// caller is.
///
/// # Errors
/// `INVALID`.
pub fn check_day(field: &str, day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, UserError> {
    check_until(field, day, today.checked_add_days(Days::new(1)).unwrap_or(today))
}

/// The day of entry in the federal registry: not before 1900, and today at the latest.
///
/// # Errors
/// `INVALID`.
pub fn check_registered_on(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, UserError> {
    check_until("registeredOn", day, today)
}

fn check_until(field: &str, day: NaiveDate, last: NaiveDate) -> Result<NaiveDate, UserError> {
    if day.year() >= FIRST_YEAR && day <= last {
        return Ok(day);
    }
    let message = format!("`{field}` must lie between {FIRST_YEAR}-01-01 and {last}.");
    Err(UserError::of(field, UserErrorCode::Invalid, message))
}

/// The year of founding: 1900 to this year.
///
/// # Errors
/// `INVALID`.
pub fn check_founded(year: i32, today: NaiveDate) -> Result<i32, UserError> {
    if (FIRST_YEAR..=today.year()).contains(&year) {
        return Ok(year);
    }
    let message = format!("`foundedYear` must lie between {FIRST_YEAR} and {}.", today.year());
    let mut error = UserError::of("foundedYear", UserErrorCode::Invalid, message);
    let (min, max) = (Some(FIRST_YEAR.into()), Some(today.year().into()));
    error.bounds = Some(crate::error::Bounds { actual: year.into(), min, max });
    Err(error)
}

/// Active members against the headcount, with the share that follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Engagement {
    /// Distinct persons with a registration in force at the year's end (today, while the year runs).
    pub members: i64,
    /// Teachers of the profile in the region in that year, as the operator entered it.
    pub headcount: i64,
    /// `members / headcount · 100`, to one decimal; above 100 the headcount is probably out of date.
    pub percent: f64,
}

/// Engagement; none without a headcount, because it is never guessed.
#[must_use]
pub fn engagement(members: i64, headcount: Option<i64>) -> Option<Engagement> {
    let headcount = headcount.filter(|teachers| *teachers > 0)?;
    let tenths = (i128::from(members) * 1000 + i128::from(headcount) / 2) / i128::from(headcount);
    // A share in tenths of a percent fits a double exactly.
    let percent = f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0;
    Some(Engagement { members, headcount, percent })
}

impl Engagement {
    /// What is odd about it, in Russian: more members than teachers. Never an error: either number may be out of
    /// date.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.members > self.headcount).then(|| {
            format!(
                "Участников больше, чем педагогов этого профиля в регионе: {} из {}. Проверьте численность \
                 педагогов и регистрации.",
                self.members, self.headcount
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engagement_is_a_share_with_both_its_numbers() {
        assert_eq!(engagement(2, Some(3)), Some(Engagement { members: 2, headcount: 3, percent: 66.7 }));
        assert_eq!(engagement(4, Some(3)).map(|e| e.percent), Some(133.3));
    }

    #[test]
    fn more_members_than_teachers_are_a_warning() {
        let warning = |members, headcount| engagement(members, Some(headcount)).and_then(|it| it.warning());
        assert_eq!(warning(3, 3), None);
        assert!(warning(4, 3).is_some_and(|text| text.contains("4 из 3")));
        // Even where the rounded share does not show it.
        assert!(warning(10_001, 10_000).is_some());
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 6, 1).unwrap()
    }

    #[test]
    fn every_fault_of_the_papers_is_told_with_its_place() {
        let link = |url: &str| Link { title: "Сайт".into(), url: url.into() };
        let document = Document { number: " ".into(), issued_on: today(), title: "Устав".into() };
        let late = today() + Days::new(2);
        let agreement = Agreement { partner: "Университет".into(), number: None, signed_on: late };
        let papers = Papers {
            links: Some(vec![link("https://example.org"), link("ftp://example.org")]),
            documents: Some(vec![document]),
            agreements: Some(vec![agreement]),
        };
        let paths: Vec<_> = check_papers(papers, today())
            .unwrap_err()
            .into_iter()
            .map(|error| error.path.join("."))
            .collect();
        assert_eq!(paths, ["input.links.1.url", "input.documents.0.number", "input.agreements.0.signedOn"]);
        let many = vec![link("https://example.org"); PAPERS_MAX + 1];
        let papers = Papers { links: Some(many), ..Papers::default() };
        let error = check_papers(papers, today()).unwrap_err().remove(0);
        assert_eq!(error.bounds.and_then(|bounds| bounds.max), Some(50));
    }

    #[test]
    fn an_address_is_one_that_a_browser_opens() {
        for url in ["https://example.org", "HTTP://example.org:8080/a?b#c", "https://пример.рф/сайт"]
        {
            assert!(check_url(url).is_ok(), "{url}");
        }
        for bad in [
            "",
            "example.org",
            "https://",
            "https:///a",
            "javascript:alert(1)",
            "https://bank.example@evil.example",
            "https://a b",
            "https://a\"b",
            "//example.org",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_and_years_do_not_lie_in_the_future() {
        assert!(check_day("issuedOn", today() + Days::new(1), today()).is_ok());
        assert!(check_day("issuedOn", today() + Days::new(2), today()).is_err());
        assert!(check_day("issuedOn", NaiveDate::from_ymd_opt(1899, 12, 31).unwrap(), today()).is_err());
        assert!(check_registered_on(today(), today()).is_ok());
        assert!(check_registered_on(today() + Days::new(1), today()).is_err());
        assert!(check_founded(2025, today()).is_ok() && check_founded(1900, today()).is_ok());
        assert!(check_founded(2026, today()).is_err() && check_founded(1899, today()).is_err());
    }

    #[test]
    fn without_a_headcount_there_is_no_engagement() {
        assert_eq!(engagement(5, None), None);
        assert_eq!(engagement(5, Some(0)), None);
    }
}
