//! What does not add up: the checks of a return. Pure; what they say is read in Russian.
//!
//! Errors block acceptance, warnings do not. A finding tells both numbers and where they come from; what is not known is
//! never taken for zero.

use entity::{EventLevel, FindingSeverity as Severity};

use super::{
    amount::{Amount, ONE},
    figures::{Figures, percent},
    report::{CommunityName, Finding, Origin},
};
use crate::registry::indicator::figures::{
    ENGAGEMENT_PERCENT, EVENT_PARTICIPANTS, EVENTS, KINDS, LEVELS, MEMBERS, PRACTICES, TEACHERS, events_at,
    events_of, participants_at,
};

/// How many participants of a year's events one member may stand for.
const PARTICIPANTS_PER_MEMBER: i64 = 20;
/// By which share a figure may change from one year to the next without a question, in percent.
const JUMP: i64 = 50;
/// Smaller figures may change as they like.
const SMALL: Amount = Amount(10 * ONE);
/// By how much a stated share may differ from its own numbers, in percentage points: it is often rounded to whole ones.
const ROUNDING: i64 = ONE;

/// A level, as it is called in a sentence about events.
#[must_use]
pub fn level_name(level: EventLevel) -> &'static str {
    match level {
        EventLevel::Municipal => "муниципальные",
        EventLevel::Intermunicipal => "межмуниципальные",
        EventLevel::Regional => "региональные",
        EventLevel::Interregional => "межрегиональные",
        EventLevel::AllRussian => "всероссийские",
        EventLevel::International => "международные",
    }
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Whose return; none for the region's own.
    pub community: Option<&'a CommunityName>,
    /// What holds in this year.
    pub figures: &'a Figures,
    /// What held in the year before.
    pub previous: Option<&'a Figures>,
    /// What must be answered: code and Russian name.
    pub required: &'a [(String, String)],
}

/// A number with its origin.
pub(super) fn origin(value: Amount, origin: impl Into<String>) -> Option<Origin> {
    Some(Origin { value, origin: origin.into() })
}

impl Subject<'_> {
    pub(super) fn finding(&self, code: &str, severity: Severity, message: String) -> Finding {
        Finding {
            code: code.into(),
            severity,
            message,
            community: self.community.cloned(),
            found: None,
            expected: None,
        }
    }

    pub(super) fn compared(
        &self,
        code: &str,
        severity: Severity,
        what: &str,
        found: (Amount, &str),
        expected: (Amount, &str),
    ) -> Finding {
        let message = format!("{what}: {} — {}, {} — {}.", found.1, found.0, expected.1, expected.0);
        Finding {
            found: origin(found.0, found.1),
            expected: origin(expected.0, expected.1),
            ..self.finding(code, severity, message)
        }
    }
}

/// What does not add up in one return, errors first.
#[must_use]
pub fn of_return(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    missing(subject, &mut found);
    totals(subject, &mut found);
    shares(subject, &mut found);
    participants(subject, &mut found);
    jumps(subject, &mut found);
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

fn missing(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (code, name) in subject.required {
        let answered = match code.as_str() {
            ENGAGEMENT_PERCENT => subject.figures.engagement().is_some(),
            code => subject.figures.value(code).is_some(),
        };
        if !answered {
            let message = format!("Нет обязательного показателя: «{name}».");
            found.push(subject.finding("MISSING", Severity::Error, message));
        }
    }
}

fn totals(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Subject { figures, .. } = *subject;
    let by_level = figures.sum(LEVELS.map(events_at));
    let by_kind = figures.sum(KINDS.map(events_of));
    if let (Some(levels), Some(kinds)) = (by_level, by_kind)
        && levels.total != kinds.total
    {
        found.push(subject.compared(
            "LEVELS_AND_KINDS_DIFFER",
            Severity::Error,
            "Мероприятия по уровням и по видам расходятся",
            (levels.total, "сумма по уровням"),
            (kinds.total, "сумма по видам"),
        ));
    }
    let stated = figures.value(EVENTS);
    for (sum, words) in [(by_level, "сумма по уровням"), (by_kind, "сумма по видам")]
    {
        if let (Some(total), Some(sum)) = (stated, sum)
            && total != sum.total
        {
            found.push(subject.compared(
                "PARTS_AND_TOTAL_DIFFER",
                Severity::Error,
                "Мероприятия не сходятся с итогом",
                (sum.total, words),
                (total, "итог"),
            ));
        }
    }
    if let (Some(total), Some(sum)) = (figures.value(EVENT_PARTICIPANTS), figures.participants_by_level())
        && total != sum.total
    {
        let parts = (sum.total, "сумма по уровням");
        let (severity, what) = if sum.is_whole || sum.total > total {
            (Severity::Error, "Участники мероприятий не сходятся с итогом")
        } else {
            (Severity::Warning, "Участники известны не по всем уровням и не сходятся с итогом")
        };
        found.push(subject.compared("PARTS_AND_TOTAL_DIFFER", severity, what, parts, (total, "итог")));
    }
}

fn shares(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Subject { figures, .. } = *subject;
    let hundred = Amount::whole(100);
    let computed =
        figures.value(MEMBERS).zip(figures.value(TEACHERS)).and_then(|(part, all)| percent(part, all));
    if let Some(share) = figures.engagement()
        && share.value > hundred
    {
        let words = if share.is_stated {
            "указанная доля, %"
        } else {
            "участники к педагогам, %"
        };
        found.push(subject.compared(
            "ENGAGEMENT_ABOVE_100",
            Severity::Error,
            "Вовлечённость больше 100 %",
            (share.value, words),
            (hundred, "наибольшая возможная, %"),
        ));
    }
    if let (Some(share), Some(computed)) = (figures.engagement(), computed)
        && share.is_stated
        && share.value.0.abs_diff(computed.0) > ROUNDING.unsigned_abs()
    {
        found.push(subject.compared(
            "SHARE_AND_NUMBERS_DIFFER",
            Severity::Warning,
            "Указанная вовлечённость не следует из своих чисел",
            (share.value, "указанная доля, %"),
            (computed, "участники к педагогам, %"),
        ));
    }
}

fn participants(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Subject { figures, .. } = *subject;
    for level in LEVELS {
        let (events, people) = (figures.value(events_at(level)), figures.value(participants_at(level)));
        if let (Some(people), Some(Amount(0))) = (people, events)
            && people > Amount(0)
        {
            found.push(subject.compared(
                "PARTICIPANTS_WITHOUT_EVENTS",
                Severity::Error,
                &format!("Участники есть, а мероприятий нет ({})", level_name(level)),
                (people, "участники"),
                (Amount(0), "мероприятия"),
            ));
        }
    }
    let all = figures.participants().or_else(|| figures.participants_by_level().map(|sum| sum.total));
    if let (Some(members), Some(all)) = (figures.value(MEMBERS), all) {
        let plausible = Amount(members.0.saturating_mul(PARTICIPANTS_PER_MEMBER));
        if all > plausible {
            let words = format!("участники сообщества × {PARTICIPANTS_PER_MEMBER}");
            found.push(subject.compared(
                "PARTICIPANTS_IMPLAUSIBLE",
                Severity::Warning,
                "Участников мероприятий слишком много для числа участников сообщества",
                (all, "участники мероприятий"),
                (plausible, &words),
            ));
        }
    }
}

fn jumps(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(previous) = subject.previous else { return };
    let now = subject.figures;
    let share = |figures: &Figures| figures.engagement().map(|share| share.value);
    let compared = [
        ("Участники сообществ", previous.value(MEMBERS), now.value(MEMBERS)),
        ("Практики в федеральном реестре", previous.value(PRACTICES), now.value(PRACTICES)),
        ("Вовлечённость, %", share(previous), share(now)),
        ("Мероприятия", previous.events(), now.events()),
        ("Участники мероприятий", previous.participants(), now.participants()),
    ];
    for (what, before, after) in compared {
        if let (Some(before), Some(after)) = (before, after)
            && before >= SMALL
            && i128::from(after.0.abs_diff(before.0)) * 100 > i128::from(before.0) * i128::from(JUMP)
        {
            found.push(subject.compared(
                "JUMP",
                Severity::Warning,
                &format!("{what}: изменение больше чем на {JUMP} % за год"),
                (after, "этот год"),
                (before, "прошлый год"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::monitoring::figures::Figure;

    fn stated(figures: &[(&str, i64)]) -> Figures {
        let of = |(code, value): &(&str, i64)| {
            ((*code).to_owned(), Figure { stated: Some(Amount::whole(*value)), ..Figure::default() })
        };
        Figures(figures.iter().map(of).collect())
    }

    fn codes(
        figures: &[(&str, i64)],
        previous: &[(&str, i64)],
        required: &[&str],
    ) -> Vec<(String, Severity)> {
        let required: Vec<_> = required.iter().map(|code| ((*code).to_owned(), (*code).to_owned())).collect();
        let (figures, previous) = (stated(figures), stated(previous));
        let subject =
            Subject { community: None, figures: &figures, previous: Some(&previous), required: &required };
        of_return(&subject).into_iter().map(|finding| (finding.code, finding.severity)).collect()
    }

    fn error(code: &str) -> (String, Severity) {
        (code.to_owned(), Severity::Error)
    }

    fn warning(code: &str) -> (String, Severity) {
        (code.to_owned(), Severity::Warning)
    }

    #[test]
    fn what_adds_up_is_found_nothing_about() {
        let sound = [
            ("members", 50),
            ("teachers", 100),
            ("events_regional", 3),
            ("participants_regional", 90),
            ("events_institute", 1),
            ("events_initiative", 2),
            ("events", 3),
            ("event_participants", 90),
        ];
        assert_eq!(codes(&sound, &sound, &["members", "engagement_percent"]), []);
    }

    #[test]
    fn every_kind_of_fault_is_told_by_its_code() {
        assert_eq!(codes(&[], &[], &["members"]), [error("MISSING")]);
        assert_eq!(
            codes(&[("events_regional", 3), ("events_institute", 2)], &[], &[]),
            [error("LEVELS_AND_KINDS_DIFFER")]
        );
        assert_eq!(
            codes(&[("events", 4), ("events_regional", 3)], &[], &[]),
            [error("PARTS_AND_TOTAL_DIFFER")]
        );
        assert_eq!(codes(&[("members", 101), ("teachers", 100)], &[], &[]), [error("ENGAGEMENT_ABOVE_100")]);
        assert_eq!(
            codes(&[("members", 50), ("teachers", 100), ("engagement_percent", 70)], &[], &[]),
            [warning("SHARE_AND_NUMBERS_DIFFER")]
        );
        assert_eq!(
            codes(&[("events_regional", 0), ("participants_regional", 5)], &[], &[]),
            [error("PARTICIPANTS_WITHOUT_EVENTS")]
        );
        assert_eq!(
            codes(&[("members", 10), ("events_regional", 1), ("participants_regional", 201)], &[], &[]),
            [warning("PARTICIPANTS_IMPLAUSIBLE")]
        );
        assert_eq!(codes(&[("members", 16)], &[("members", 10)], &[]), [warning("JUMP")]);
        assert_eq!(codes(&[("members", 15)], &[("members", 10)], &[]), []);
        assert_eq!(codes(&[("members", 30)], &[("members", 9)], &[]), []);
    }

    #[test]
    fn participants_of_a_level_that_nobody_counted_are_a_warning_only() {
        let unknown = [
            ("events_regional", 2),
            ("participants_regional", 40),
            ("events_international", 1),
            ("event_participants", 50),
        ];
        assert_eq!(codes(&unknown, &[], &[]), [warning("PARTS_AND_TOTAL_DIFFER")]);
        let known = [("events_regional", 2), ("participants_regional", 40), ("event_participants", 50)];
        assert_eq!(codes(&known, &[], &[]), [error("PARTS_AND_TOTAL_DIFFER")]);
    }
}
