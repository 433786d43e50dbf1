//! What an event may be.

use chrono::{Days, NaiveDate};
use entity::{EventFormat, EventKind, EventLevel};

use crate::{
    error::{UserError, UserErrorCode},
    text,
};

/// The most characters of a title.
pub const TITLE_MAX: usize = 300;
/// The most characters of a place or link.
pub const LINE_MAX: usize = 500;
/// The most characters of a reason.
pub const REASON_MAX: usize = 2_000;
/// The most participants.
pub const PARTICIPANTS_MAX: i64 = 10_000_000;
/// The most members that are entered as participants at once.
pub const PARTICIPANTS_AT_ONCE: usize = 1_000;
/// The most communities beside the leading one.
pub const JOINT_MAX: usize = 50;
/// How far ahead an event may be entered.
const AHEAD: Days = Days::new(366);

/// What is told of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// On whose behalf.
    pub kind: EventKind,
    /// How far it reaches.
    pub level: EventLevel,
    /// Where people meet.
    pub format: EventFormat,
    /// What it is called.
    pub title: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day; the first one where nothing is said.
    pub ends_on: Option<NaiveDate>,
    /// Where.
    pub place: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// How many took part.
    pub participants: Option<i64>,
}

/// Facts that can be kept, in the form in which they are.
///
/// # Errors
/// `INVALID`, of every field that is wrong.
pub fn check(given: Facts, today: NaiveDate) -> Result<Facts, Vec<UserError>> {
    let mut errors = Vec::new();
    let mut keep = |checked: Result<(), UserError>| errors.extend(checked.err());
    let fault = |field: &str, message: String| Err(UserError::of(field, UserErrorCode::Invalid, message));
    let title = text::required_line("title", &given.title, TITLE_MAX);
    let place = text::optional_line("place", given.place.as_deref(), LINE_MAX);
    let link = text::optional_line("link", given.link.as_deref(), LINE_MAX);
    keep(title.as_ref().map(|_| ()).map_err(Clone::clone));
    keep(place.as_ref().map(|_| ()).map_err(Clone::clone));
    keep(link.as_ref().map(|_| ()).map_err(Clone::clone));
    if let Ok(Some(link)) = &link
        && !(link.starts_with("https://") && link.len() > 8 && !link.contains(char::is_whitespace))
    {
        keep(fault("link", "A link begins with https:// and has no spaces.".into()));
    }
    let ends_on = given.ends_on.unwrap_or(given.starts_on);
    if ends_on < given.starts_on {
        keep(fault("endsOn", "An event does not end before it begins.".into()));
    }
    if given.starts_on > today + AHEAD {
        keep(fault("startsOn", format!("An event is entered at most a year ahead of today, {today}.")));
    }
    if ends_on > given.starts_on + AHEAD {
        keep(fault("endsOn", "An event takes at most a year.".into()));
    }
    if given.participants.is_some_and(|count| !(0..=PARTICIPANTS_MAX).contains(&count)) {
        keep(fault("participants", format!("`participants` must lie between 0 and {PARTICIPANTS_MAX}.")));
    }
    match (title, place, link) {
        (Ok(title), Ok(place), Ok(link)) if errors.is_empty() => {
            Ok(Facts { title, place, link, ends_on: Some(ends_on), ..given })
        }
        _ => Err(errors),
    }
}

/// That no fewer took part than are registered.
///
/// # Errors
/// `INVALID` of `participants`.
pub fn check_participants(stated: Option<i64>, registered: i64) -> Result<(), UserError> {
    if stated.is_none_or(|stated| stated >= registered) {
        return Ok(());
    }
    let message = format!("{registered} participants are registered; the number is not smaller.");
    Err(UserError::of("participants", UserErrorCode::Invalid, message))
}

/// A kind by its name, or as a Russian report calls it.
#[must_use]
pub fn kind_of(word: &str) -> Option<EventKind> {
    match text::fold(word).as_str() {
        "institute" | "мероприятие института" | "институт" => {
            Some(EventKind::Institute)
        }
        "initiative" | "инициативное" | "инициативное мероприятие" => {
            Some(EventKind::Initiative)
        }
        "experience" | "обобщение опыта" | "публикация" => {
            Some(EventKind::Experience)
        }
        _ => None,
    }
}

/// A level by its name, or as a Russian report calls it.
#[must_use]
pub fn level_of(word: &str) -> Option<EventLevel> {
    match text::fold(word).as_str() {
        "municipal" | "муниципальный" => Some(EventLevel::Municipal),
        "intermunicipal" | "межмуниципальный" => Some(EventLevel::Intermunicipal),
        "regional" | "региональный" => Some(EventLevel::Regional),
        "interregional" | "межрегиональный" => Some(EventLevel::Interregional),
        "all_russian" | "всероссийский" => Some(EventLevel::AllRussian),
        "international" | "международный" => Some(EventLevel::International),
        _ => None,
    }
}

/// A format by its name, or in Russian; in person where nothing is said.
#[must_use]
pub fn format_of(word: &str) -> Option<EventFormat> {
    match text::fold(word).as_str() {
        "" | "offline" | "очный" | "очно" => Some(EventFormat::Offline),
        "online" | "дистанционный" | "онлайн" | "заочный" => {
            Some(EventFormat::Online)
        }
        "mixed" | "смешанный" | "очно-дистанционный" => Some(EventFormat::Mixed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn seminar() -> Facts {
        Facts {
            kind: EventKind::Institute,
            level: EventLevel::Regional,
            format: EventFormat::Online,
            title: "  Семинар ".into(),
            starts_on: day("2024-10-01"),
            ends_on: None,
            place: None,
            link: Some("https://example.org/1".into()),
            participants: Some(40),
        }
    }

    #[test]
    fn an_event_of_a_day_ends_when_it_begins() {
        let kept = check(seminar(), day("2024-11-01")).unwrap();
        assert_eq!((kept.title.as_str(), kept.ends_on), ("Семинар", Some(day("2024-10-01"))));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let bad = Facts {
            title: " ".into(),
            ends_on: Some(day("2024-09-30")),
            link: Some("http://example.org".into()),
            participants: Some(-1),
            ..seminar()
        };
        let errors = check(bad, day("2024-11-01")).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.path.last().unwrap().as_str()).collect();
        assert_eq!(fields, ["title", "link", "endsOn", "participants"]);
        let far = check(Facts { starts_on: day("2026-01-01"), ..seminar() }, day("2024-11-01")).unwrap_err();
        assert_eq!(far[0].path, ["input", "startsOn"]);
    }

    #[test]
    fn words_are_known_in_both_languages() {
        assert_eq!(level_of("Всероссийский"), Some(EventLevel::AllRussian));
        assert_eq!(level_of("ALL_RUSSIAN"), Some(EventLevel::AllRussian));
        assert_eq!(kind_of("Обобщение опыта"), Some(EventKind::Experience));
        assert_eq!(format_of(""), Some(EventFormat::Offline));
        assert_eq!((level_of("районный"), kind_of("?"), format_of("?")), (None, None, None));
    }
}
