//! In what two revisions of a report differ, in words. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    amount::Amount,
    checks::level_name,
    report::{Percent, Report},
};

/// A number of the report that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which, in Russian: «Вовлечённость: Учителя химии».
    pub what: String,
    /// As it stood before; none where it was not known.
    pub before: Option<Amount>,
    /// As it stands now; none where it is not known any more.
    pub after: Option<Amount>,
}

/// The numbers that differ, in the order of the report.
#[must_use]
pub fn between(before: &Report, after: &Report) -> Vec<Difference> {
    let (old, new) = (numbers(before), numbers(after));
    let mut names: Vec<_> = new.iter().map(|(name, _)| name).collect();
    let told: BTreeMap<_, _> = old.iter().cloned().collect();
    let tells: BTreeMap<_, _> = new.iter().cloned().collect();
    names.extend(old.iter().map(|(name, _)| name).filter(|name| !tells.contains_key(*name)));
    let difference = |name: &String| {
        let (before, after) = (told.get(name).copied(), tells.get(name).copied());
        (before != after).then(|| Difference { what: name.clone(), before, after })
    };
    names.into_iter().filter_map(difference).collect()
}

/// All numbers of a report that somebody returned, each under a name of its own; what the report only repeats of earlier
/// years is left out.
fn numbers(report: &Report) -> Vec<(String, Amount)> {
    let mut all: Vec<(String, Option<Amount>)> = Vec::new();
    let whole = |number: i64| Some(Amount::whole(number));
    let share = |share: Option<Percent>| share.map(|share| share.value);
    let mut put = |name: String, value: Option<Amount>| all.push((name, value));
    put("Сообщества".into(), whole(report.communities));
    put("Участники сообществ".into(), whole(report.members));
    put("Педагогические работники".into(), report.teachers.and_then(whole));
    put("Доля педагогов региона, %".into(), share(report.engagement));
    put("Мероприятия, всего".into(), report.events.and_then(whole));
    put("Участники мероприятий, всего".into(), report.participants.and_then(whole));
    for row in &report.engagement_by_community {
        put(format!("Вовлечённость, %: {}", row.community.name), share(row.percent));
        put(format!("Участники сообщества: {}", row.community.name), row.members.and_then(whole));
        put(format!("Педагогические работники: {}", row.community.name), row.teachers.and_then(whole));
    }
    for row in &report.events_by_level {
        put(format!("Мероприятия ({})", level_name(row.level)), whole(row.events));
        put(format!("Участники мероприятий ({})", level_name(row.level)), row.participants.and_then(whole));
    }
    for row in &report.events_by_kind {
        let name = super::figures::kind_name(row.kind);
        put(format!("Мероприятия: {name}"), whole(row.events));
    }
    for row in &report.events_by_community {
        let of = format!("({}): {}", level_name(row.level), row.community.name);
        put(format!("Мероприятия {of}"), row.events.and_then(whole));
        put(format!("Участники мероприятий {of}"), row.participants.and_then(whole));
    }
    for row in report.registry.iter().filter(|row| row.year == report.year) {
        put("Сообщества в федеральном реестре".into(), whole(row.communities));
        put("Практики в федеральном реестре".into(), whole(row.practices));
    }
    for row in &report.practices_by_community {
        put(format!("Практики в федеральном реестре: {}", row.community.name), whole(row.practices));
    }
    for row in &report.indicators {
        put(format!("Показатель «{}»", row.name), row.value);
        put(format!("План показателя «{}»", row.name), row.plan);
    }
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
