//! The figures of a return: what the registry knows, what was stated, and what holds.

use std::collections::BTreeMap;

use entity::{EventKind, EventLevel};

use super::{amount::Amount, report::Percent};
use crate::registry::indicator::figures::{
    AGREEMENTS_LAST_YEAR, AGREEMENTS_THIS_YEAR, COMMUNITIES, ENGAGEMENT_PERCENT, EVENT_PARTICIPANTS, EVENTS,
    KINDS, LEVELS, MEMBERS, PRACTICES, REGISTERED_COMMUNITIES, TEACHERS, events_at, events_of,
    participants_at,
};

/// A figure of a return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// What the registry knows, or what its parts add up to.
    pub registered: Option<Amount>,
    /// What was stated in its place.
    pub stated: Option<Amount>,
    /// Why it was corrected.
    pub reason: Option<String>,
}

impl Figure {
    /// What the registry knows, alone.
    #[must_use]
    pub fn of_registry(value: Amount) -> Self {
        Self { registered: Some(value), ..Self::default() }
    }

    /// What holds: what was stated, else what the registry knows.
    #[must_use]
    pub fn value(&self) -> Option<Amount> {
        self.stated.or(self.registered)
    }
}

/// The figures of a return by their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures(pub BTreeMap<String, Figure>);

impl Figures {
    /// What holds of a figure.
    #[must_use]
    pub fn value(&self, code: &str) -> Option<Amount> {
        self.0.get(code).and_then(Figure::value)
    }

    /// What holds of a figure that counts; none where it is no whole number.
    #[must_use]
    pub fn count(&self, code: &str) -> Option<i64> {
        self.value(code).and_then(Amount::to_whole)
    }

    /// The share of teachers who are members: as it was stated, else members by teachers, as far as these are known.
    #[must_use]
    pub fn engagement(&self) -> Option<Percent> {
        if let Some(value) = self.0.get(ENGAGEMENT_PERCENT).and_then(|figure| figure.stated) {
            return Some(Percent { value, is_stated: true });
        }
        let value = percent(self.value(MEMBERS)?, self.value(TEACHERS)?)?;
        Some(Percent { value, is_stated: false })
    }

    /// The sum over these codes of what is known, and whether all of it is; none where nothing is known.
    #[must_use]
    pub fn sum<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Option<Sum> {
        Sum::of(codes.into_iter().map(|code| self.value(code)))
    }

    /// The levels of which the number of events or of participants is known.
    pub fn levels(&self) -> impl Iterator<Item = EventLevel> {
        LEVELS.into_iter().filter(|level| {
            self.value(events_at(*level)).is_some() || self.value(participants_at(*level)).is_some()
        })
    }

    /// The total of events: as stated, else the sum by level, else by kind.
    #[must_use]
    pub fn events(&self) -> Option<Amount> {
        self.value(EVENTS)
            .or_else(|| self.sum(LEVELS.map(events_at)).map(|sum| sum.total))
            .or_else(|| self.sum(KINDS.map(events_of)).map(|sum| sum.total))
    }

    /// The total of participants: as stated, else the sum by level where all of its parts are known.
    #[must_use]
    pub fn participants(&self) -> Option<Amount> {
        self.value(EVENT_PARTICIPANTS)
            .or_else(|| self.participants_by_level().filter(|sum| sum.is_whole).map(|sum| sum.total))
    }

    /// The participants of all levels at which there were events.
    #[must_use]
    pub fn participants_by_level(&self) -> Option<Sum> {
        let held = |level: &EventLevel| {
            self.value(participants_at(*level)).is_some()
                || self.value(events_at(*level)).is_some_and(|events| events > Amount(0))
        };
        self.sum(LEVELS.into_iter().filter(held).map(participants_at))
    }

    /// Takes over what the registry knows now, and nothing else of it.
    pub fn follow(&mut self, known: &Self) {
        for figure in self.0.values_mut() {
            figure.registered = None;
        }
        for (code, figure) in &known.0 {
            self.register(code, figure.registered);
        }
        self.0.retain(|_, figure| figure.value().is_some());
    }

    /// Puts down what is stated.
    pub fn state(&mut self, code: &str, value: Option<Amount>) {
        if let Some(value) = value {
            self.0.entry(code.to_owned()).or_default().stated = Some(value);
        }
    }

    /// Puts down a share that is known as such.
    pub fn state_share(&mut self, share: Option<Percent>) {
        self.state(ENGAGEMENT_PERCENT, share.map(|share| share.value));
    }

    /// Puts down what the registry knows, beside what was stated.
    pub fn register(&mut self, code: &str, value: Option<Amount>) {
        if let Some(value) = value {
            self.0.entry(code.to_owned()).or_default().registered = Some(value);
        }
    }
}

/// A sum of what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Of the known parts.
    pub total: Amount,
    /// Whether all parts are known.
    pub is_whole: bool,
    /// How many are not.
    pub unknown: usize,
}

impl Sum {
    /// Of parts that may be unknown; none where nothing is known.
    pub fn of(parts: impl Iterator<Item = Option<Amount>>) -> Option<Self> {
        let (mut total, mut known, mut unknown) = (0_i64, 0_usize, 0);
        for part in parts {
            match part {
                Some(Amount(part)) => {
                    total = total.saturating_add(part);
                    known += 1;
                }
                None => unknown += 1,
            }
        }
        (known > 0).then_some(Self { total: Amount(total), is_whole: unknown == 0, unknown })
    }
}

/// What events of a kind are called in a report.
#[must_use]
pub fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Institute => "проводимые институтом",
        EventKind::Initiative => "инициативные",
        EventKind::Experience => "обобщение опыта (публикации)",
    }
}

/// A share in percent, to one decimal as it is shown everywhere.
#[must_use]
pub fn percent(part: Amount, whole: Amount) -> Option<Amount> {
    const TENTH: i64 = 100_000;
    let exact = Amount::ratio(part, whole, 100)?;
    Some(Amount((exact.0 + TENTH / 2).div_euclid(TENTH) * TENTH))
}

/// What a region's own return adds up from the returns of its communities; an unknown part leaves the sum to stand for
/// what is known.
#[must_use]
pub fn added_up() -> Vec<&'static str> {
    let levels = LEVELS.into_iter().flat_map(|level| [events_at(level), participants_at(level)]);
    [MEMBERS].into_iter().chain(levels).chain(KINDS.map(events_of)).collect()
}

/// What is asked of every community when nobody says otherwise, and whether it must be answered.
#[must_use]
pub fn usual_questions() -> Vec<(String, bool)> {
    let levels = LEVELS.into_iter().flat_map(|level| [events_at(level), participants_at(level)]);
    let rest = levels.chain(KINDS.map(events_of)).map(|code| (code.to_owned(), false));
    [(MEMBERS, true), (TEACHERS, false), (PRACTICES, true), (AGREEMENTS_THIS_YEAR, false)]
        .map(|(code, required)| (code.to_owned(), required))
        .into_iter()
        .chain(rest)
        .collect()
}

/// The same of the region as a whole.
#[must_use]
pub fn usual_questions_of_region() -> Vec<(String, bool)> {
    let own = [
        (COMMUNITIES, true),
        (REGISTERED_COMMUNITIES, true),
        (PRACTICES, true),
        (MEMBERS, true),
        (TEACHERS, false),
        (AGREEMENTS_THIS_YEAR, false),
        (AGREEMENTS_LAST_YEAR, false),
    ];
    let levels = LEVELS.into_iter().flat_map(|level| [events_at(level), participants_at(level)]);
    let rest = levels.chain(KINDS.map(events_of)).map(|code| (code.to_owned(), false));
    own.map(|(code, required)| (code.to_owned(), required)).into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(figures: &[(&str, i64)]) -> Figures {
        let of = |(code, value): &(&str, i64)| {
            ((*code).to_owned(), Figure { stated: Some(Amount::whole(*value)), ..Figure::default() })
        };
        Figures(figures.iter().map(of).collect())
    }

    #[test]
    fn what_was_stated_holds_beside_what_is_registered() {
        let mut figures = stated(&[(MEMBERS, 55)]);
        figures.register(MEMBERS, Some(Amount::whole(50)));
        figures.register(PRACTICES, Some(Amount::whole(3)));
        assert_eq!(
            (figures.count(MEMBERS), figures.count(PRACTICES), figures.count(TEACHERS)),
            (Some(55), Some(3), None)
        );
    }

    #[test]
    fn a_share_is_computed_from_its_numbers_or_stated_and_never_both() {
        let computed = stated(&[(MEMBERS, 1), (TEACHERS, 3)]).engagement().unwrap();
        assert_eq!((computed.value, computed.is_stated), (Amount(33_300_000), false));
        let figures = stated(&[(MEMBERS, 1), (TEACHERS, 3), (ENGAGEMENT_PERCENT, 85)]);
        assert_eq!(figures.engagement(), Some(Percent { value: Amount::whole(85), is_stated: true }));
        assert_eq!(stated(&[(MEMBERS, 1), (TEACHERS, 0)]).engagement(), None);
    }

    #[test]
    fn participants_that_are_not_known_leave_the_total_unknown() {
        let mut figures =
            stated(&[("events_regional", 2), ("participants_regional", 40), ("events_international", 1)]);
        assert_eq!(figures.participants(), None);
        assert_eq!(
            figures.participants_by_level(),
            Some(Sum { total: Amount::whole(40), is_whole: false, unknown: 1 })
        );
        figures.0.insert(
            EVENT_PARTICIPANTS.into(),
            Figure { stated: Some(Amount::whole(50)), ..Figure::default() },
        );
        assert_eq!(figures.participants(), Some(Amount::whole(50)));
        assert_eq!(figures.events(), Some(Amount::whole(3)));
    }
}
