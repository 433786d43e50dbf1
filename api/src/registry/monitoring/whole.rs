//! What does not add up between the returns of a region: the checks of it as a whole. Pure; what they say is read in
//! Russian. The rules are those of `checks`.

use chrono::NaiveDate;
use entity::FindingSeverity as Severity;

use super::{
    amount::Amount,
    checks::{Subject, level_name, origin},
    figures::{Figures, Sum},
    report::{CommunityName, Finding},
};
use crate::registry::indicator::figures::{
    KINDS, LEVELS, MEMBERS, PRACTICES, events_at, events_of, participants_at,
};

/// An event that two communities entered, each as its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    /// What it is called.
    pub title: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The first two communities that lead it, in the order of the monitoring.
    pub communities: [CommunityName; 2],
    /// How many times it was entered.
    pub times: i64,
}

/// What does not add up between a region's own figures and those of its communities; each of them with its name.
#[must_use]
pub fn of_whole(
    region: &Figures,
    communities: &[(&CommunityName, &Figures)],
    twice: &[Twice],
) -> Vec<Finding> {
    let mut found = Vec::new();
    let subject = Subject { community: None, figures: region, previous: None, required: &[] };
    let mut compare = |code: &str, what: &str| {
        let sum = Sum::of(communities.iter().map(|(_, figures)| figures.value(code)));
        if let (Some(sum), Some(total)) = (sum, region.value(code))
            && sum.total != total
        {
            let severity = if sum.total > total { Severity::Error } else { Severity::Warning };
            let mut parts = "сумма по сообществам".to_owned();
            if !sum.is_whole {
                parts += &format!(" (нет данных: {})", sum.unknown);
            }
            let what = format!("{what} не сходятся с итогом региона");
            found.push(subject.compared(
                "COMMUNITIES_AND_TOTAL_DIFFER",
                severity,
                &what,
                (sum.total, &parts),
                (total, "итог региона"),
            ));
        }
    };
    compare(MEMBERS, "Участники сообществ");
    for level in LEVELS {
        compare(events_at(level), &format!("Мероприятия ({})", level_name(level)));
        compare(participants_at(level), &format!("Участники мероприятий ({})", level_name(level)));
    }
    for kind in KINDS {
        compare(events_of(kind), "Мероприятия по видам");
    }
    // An institute's units publish, too, so communities have no more than the whole, and often less.
    let practices = Sum::of(communities.iter().map(|(_, figures)| figures.value(PRACTICES)));
    if practices.zip(region.value(PRACTICES)).is_some_and(|(sum, total)| sum.total > total) {
        compare(PRACTICES, "Практики");
    }
    found.extend(silent(&subject, communities));
    found.extend(alike(communities));
    found.extend(twice.iter().map(entered_twice));
    found
}

/// Sums that stand for the region while some of its communities have told nothing of what is added up.
fn silent(region: &Subject<'_>, communities: &[(&CommunityName, &Figures)]) -> Vec<Finding> {
    let is_sum = |code: &str| {
        region
            .figures
            .0
            .get(code)
            .is_some_and(|figure| figure.registered.is_some() && figure.stated.is_none())
    };
    let tells_events = |figures: &Figures| {
        let mut codes = LEVELS.map(events_at).into_iter().chain(KINDS.map(events_of));
        codes.any(|code| figures.value(code).is_some())
    };
    let held =
        |figures: &Figures, level| figures.value(events_at(level)).is_some_and(|count| count > Amount(0));
    let tells_participants = |figures: &Figures| {
        tells_events(figures)
            && LEVELS
                .into_iter()
                .all(|level| !held(figures, level) || figures.value(participants_at(level)).is_some())
    };
    let told = |tells: &dyn Fn(&Figures) -> bool| communities.iter().filter(|(_, one)| tells(one)).count();
    let checked = [
        (is_sum(MEMBERS), "Участники сообществ", told(&|one| one.value(MEMBERS).is_some())),
        (LEVELS.map(events_at).into_iter().any(is_sum), "Мероприятия", told(&tells_events)),
        (
            LEVELS.map(participants_at).into_iter().any(is_sum),
            "Участники мероприятий",
            told(&tells_participants),
        ),
    ];
    let number = |count: usize| Amount::whole(i64::try_from(count).unwrap_or(i64::MAX));
    checked
        .into_iter()
        .filter(|(is_sum, _, told)| *is_sum && *told < communities.len())
        .map(|(_, what, told)| {
            region.compared(
                "SUM_INCOMPLETE",
                Severity::Warning,
                &format!("{what}: итог региона сложен не по всем сообществам"),
                (number(told), "сообщили"),
                (number(communities.len()), "всего сообществ"),
            )
        })
        .collect()
}

/// Two communities that entered an event of the same title on the same day: probably it is one that they held together.
fn entered_twice(event: &Twice) -> Finding {
    let [one, other] = &event.communities;
    let message = format!(
        "«{}», {}: мероприятие внесено несколькими сообществами («{}» и «{}»). Если оно одно, его ведёт одно сообщество \
         совместно с другими.",
        event.title,
        event.starts_on.format("%d.%m.%Y"),
        one.name,
        other.name
    );
    Finding {
        code: "EVENT_ENTERED_TWICE".into(),
        severity: Severity::Warning,
        message,
        community: Some(other.clone()),
        found: origin(Amount::whole(event.times), "внесено раз"),
        expected: origin(Amount::whole(1), "одно мероприятие"),
    }
}

/// Two communities that return the same events and participants: one of them was probably copied.
fn alike(communities: &[(&CommunityName, &Figures)]) -> Vec<Finding> {
    let print = |figures: &Figures| -> Vec<Amount> {
        LEVELS
            .into_iter()
            .flat_map(|level| [figures.value(events_at(level)), figures.value(participants_at(level))])
            .map(Option::unwrap_or_default)
            .collect()
    };
    let mut first: std::collections::HashMap<Vec<Amount>, &CommunityName> = std::collections::HashMap::new();
    let mut found = Vec::new();
    for (name, figures) in communities {
        let Some(sum) = figures.participants_by_level().filter(|sum| sum.total > Amount(0)) else { continue };
        let Some(other) = first.get(&print(figures)).copied() else {
            first.insert(print(figures), name);
            continue;
        };
        let message = format!(
            "«{}» и «{}»: одинаковые мероприятия и участники на всех уровнях.",
            other.name, name.name
        );
        found.push(Finding {
            code: "SAME_FIGURES".into(),
            severity: Severity::Warning,
            message,
            community: Some((*name).clone()),
            found: origin(sum.total, format!("участники: {}", name.name)),
            expected: origin(sum.total, format!("участники: {}", other.name)),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use entity::ids::{CommunityId, TypedId};
    use uuid::Uuid;

    use super::*;
    use crate::registry::monitoring::figures::Figure;

    fn name(number: u128) -> CommunityName {
        CommunityName {
            id: CommunityId::from_uuid(Uuid::from_u128(number)),
            slug: number.to_string(),
            name: number.to_string(),
        }
    }

    fn stated(figures: &[(&str, i64)]) -> Figures {
        let of = |(code, value): &(&str, i64)| {
            ((*code).to_owned(), Figure { stated: Some(Amount::whole(*value)), ..Figure::default() })
        };
        Figures(figures.iter().map(of).collect())
    }

    #[test]
    fn a_sum_over_some_communities_only_says_so() {
        let mut region = Figures::default();
        for code in [MEMBERS, "events_regional", "participants_regional"] {
            region.register(code, Some(Amount::whole(5)));
        }
        let (one, two, three) = (name(1), name(2), name(3));
        let whole = stated(&[(MEMBERS, 5), ("events_regional", 1), ("participants_regional", 5)]);
        let uncounted = stated(&[(MEMBERS, 5), ("events_regional", 1)]);
        let nothing = stated(&[(MEMBERS, 5)]);
        let parts = [(&one, &whole), (&two, &uncounted), (&three, &nothing)];
        let found: Vec<_> = of_whole(&region, &parts, &[])
            .into_iter()
            .filter(|finding| finding.code == "SUM_INCOMPLETE")
            .map(|finding| finding.message)
            .collect();
        assert_eq!(
            found,
            [
                "Мероприятия: итог региона сложен не по всем сообществам: сообщили — 2, всего сообществ — 3.",
                "Участники мероприятий: итог региона сложен не по всем сообществам: сообщили — 1, всего сообществ — 3.",
            ]
        );
        // What the region states itself is no sum, and a community without events has no participants to tell of.
        for code in ["events_regional", "participants_regional"] {
            region.state(code, Some(Amount::whole(6)));
        }
        let found = of_whole(&region, &parts, &[]);
        assert!(found.iter().all(|finding| finding.code != "SUM_INCOMPLETE"), "{found:?}");
    }

    #[test]
    fn an_event_that_two_communities_entered_is_told_with_both() {
        let twice = Twice {
            title: "Семинар".into(),
            starts_on: "2024-10-01".parse().unwrap(),
            communities: [name(1), name(2)],
            times: 2,
        };
        let found = of_whole(&stated(&[]), &[], &[twice]);
        assert_eq!(found[0].code, "EVENT_ENTERED_TWICE");
        assert!(found[0].message.starts_with("«Семинар», 01.10.2024: "), "{}", found[0].message);
        assert_eq!(found[0].community, Some(name(2)));
    }

    #[test]
    fn communities_may_lack_something_of_the_total_but_never_exceed_it() {
        let (one, two) = (name(1), name(2));
        let (a, b) = (stated(&[("events_all_russian", 60)]), stated(&[("events_all_russian", 6)]));
        let parts = [(&one, &a), (&two, &b)];
        let found = |total| {
            of_whole(&stated(&[("events_all_russian", total)]), &parts, &[])
                .into_iter()
                .map(|finding| (finding.code, finding.severity))
                .collect::<Vec<_>>()
        };
        assert_eq!(found(66), []);
        assert_eq!(found(67), [("COMMUNITIES_AND_TOTAL_DIFFER".into(), Severity::Warning)]);
        assert_eq!(found(65), [("COMMUNITIES_AND_TOTAL_DIFFER".into(), Severity::Error)]);
        let told = &of_whole(&stated(&[("events_all_russian", 67)]), &parts, &[])[0];
        assert_eq!(
            told.message,
            "Мероприятия (всероссийские) не сходятся с итогом региона: сумма по сообществам — 66, итог региона — 67."
        );
        let copied = stated(&[("events_regional", 3), ("participants_regional", 80)]);
        let twice = of_whole(&stated(&[]), &[(&one, &copied), (&two, &copied)], &[]);
        assert_eq!(twice.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["SAME_FIGURES"]);
    }
}
