//! In which tier an organization's results put it.

use std::collections::{BTreeMap, HashSet};

use entity::{IndicatorDirection, cluster, cluster_indicator, ids::OrganizationId};

use crate::{
    error::{UserError, UserErrorCode},
    registry::monitoring::amount::Amount,
};

/// The most clusters of a region.
pub const CLUSTERS_MAX: usize = 100;
/// The most organizations of a cluster.
pub const ORGANIZATIONS_MAX: usize = 200;
/// The most indicators of a cluster in a year.
pub const INDICATORS_MAX: usize = 20;
/// The most results that are set at once.
pub const RESULTS_MAX: usize = 1_000;
/// What a plan's fulfilment counts at most, in percent: one indicator does not make up for all others.
pub const FULFILMENT_MAX: Amount = Amount(200_000_000);

/// Where an organization stands in its cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TierCode {
    /// Leads.
    Top,
    /// Keeps pace.
    Synchronous,
    /// Has difficulties.
    Lagging,
}

/// A tier, and what those in it are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Which.
    pub code: TierCode,
    /// What those in it are called.
    pub name: &'static str,
    /// What they have in common.
    pub meaning: &'static str,
    /// What they do.
    pub role: &'static str,
}

/// All tiers, the best first, in the words of the published description.
pub const TIERS: [Tier; 3] = [
    Tier {
        code: TierCode::Top,
        name: "ТОП-организации",
        meaning: "наиболее значимые результаты по решению заявленной проблематики",
        role: "тьюторы для района по теме; горизонтальное обучение; диссеминация опыта; помощь в разработке ИОМ",
    },
    Tier {
        code: TierCode::Synchronous,
        name: "Синхронные организации",
        meaning: "средние показатели",
        role: "участвуют во взаимоапробации; объединяются в микрогруппы для взаимовыявления проблем и в рабочие группы",
    },
    Tier {
        code: TierCode::Lagging,
        name: "Отстающие организации",
        meaning: "испытывают проблемы в реализации методического проекта",
        role: "реализуют ИОМ; повышают квалификацию; изучают опыт ТОП-организаций",
    },
];

/// How an organization fulfils the plan of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilment {
    /// By which indicator, as the cluster took it up.
    pub indicator: cluster_indicator::Model,
    /// The result; none where it was not entered.
    pub value: Option<Amount>,
    /// In percent, 200 at most; none without a result or a plan.
    pub percent: Option<Amount>,
}

/// Where an organization stands in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub organization: OrganizationId,
    /// In which tier; none where something is missing.
    pub tier: Option<TierCode>,
    /// The mean of the fulfilments.
    pub score: Option<Amount>,
    /// By each of the cluster's indicators.
    pub fulfilments: Vec<Fulfilment>,
    /// Why there is no tier, in Russian.
    pub reason: Option<String>,
}

/// How far a plan is fulfilled, in percent: the value by the plan, or where the plan is the most, the plan by the value.
#[must_use]
pub fn fulfilment(value: Amount, plan: Amount, direction: IndicatorDirection) -> Option<Amount> {
    if plan.0 <= 0 {
        return None;
    }
    let percent = match direction {
        IndicatorDirection::AtLeast => Amount::ratio(value, plan, 100),
        IndicatorDirection::AtMost => Amount::ratio(plan, value, 100),
    };
    // What does not fit, or is divided by nothing, is beyond any bound.
    Some(percent.map_or(FULFILMENT_MAX, |percent| percent.min(FULFILMENT_MAX)))
}

/// The tier of a score.
#[must_use]
pub fn tier(score: Amount, cluster: &cluster::Model) -> TierCode {
    if score.0 >= cluster.top_from {
        TierCode::Top
    } else if score.0 < cluster.lagging_below {
        TierCode::Lagging
    } else {
        TierCode::Synchronous
    }
}

/// Where an organization stands, by its results.
#[must_use]
pub fn standing(
    cluster: &cluster::Model,
    indicators: &[cluster_indicator::Model],
    organization: OrganizationId,
    results: &BTreeMap<String, Amount>,
) -> Standing {
    let mut missing = Vec::new();
    let mut sum = 0_i128;
    let mut fulfilments = Vec::new();
    for indicator in indicators {
        let value = results.get(&indicator.code).copied();
        let plan = indicator.planned.map(Amount);
        let percent = value.zip(plan).and_then(|(value, plan)| fulfilment(value, plan, indicator.direction));
        match (value, percent) {
            (_, Some(percent)) => sum += i128::from(percent.0),
            (None, None) => missing.push(format!("Нет результата: «{}».", indicator.name)),
            (Some(_), None) => missing.push(format!("План не задан: «{}».", indicator.name)),
        }
        fulfilments.push(Fulfilment { indicator: indicator.clone(), value, percent });
    }
    if indicators.is_empty() {
        missing.push("Показатели кластера на этот год не заданы.".into());
    }
    let count = i64::try_from(indicators.len()).unwrap_or(i64::MAX);
    let sum = i64::try_from(sum).ok().map(Amount).filter(|_| missing.is_empty());
    let score = sum.and_then(|sum| Amount::ratio(sum, Amount::whole(count), 1));
    Standing {
        organization,
        tier: score.map(|score| tier(score, cluster)),
        score,
        fulfilments,
        reason: (!missing.is_empty()).then(|| missing.join(" ")),
    }
}

/// The thresholds, in percent: what lags is below what leads.
///
/// # Errors
/// `INVALID`.
pub fn check_thresholds(top_from: f64, lagging_below: f64) -> Result<(Amount, Amount), UserError> {
    let read = |field: &str, number: f64| {
        let amount = Amount::of_f64(number).filter(|amount| (Amount(1)..=FULFILMENT_MAX).contains(amount));
        amount.ok_or_else(|| {
            let message = format!(
                "`{field}` is a percentage above 0 and up to 200, with at most six digits after the point."
            );
            UserError::of(field, UserErrorCode::Invalid, message)
        })
    };
    let (top, lagging) = (read("topFrom", top_from)?, read("laggingBelow", lagging_below)?);
    if lagging <= top {
        return Ok((top, lagging));
    }
    let message = "`laggingBelow` must not lie above `topFrom`.";
    Err(UserError::of("laggingBelow", UserErrorCode::Invalid, message))
}

/// A whole number within these bounds.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_whole(field: &str, number: i32, most: i32) -> Result<i32, UserError> {
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    let message = format!("`{field}` must lie between 1 and {most}, not be {number}.");
    Err(UserError::of(field, UserErrorCode::Invalid, message))
}

/// A list without repetition, and not too long.
///
/// # Errors
/// `INVALID`, with the bounds of its length.
pub fn check_list<T: Eq + std::hash::Hash>(field: &str, list: &[T], most: usize) -> Result<(), UserError> {
    if list.len() > most {
        let message = format!("`{field}` has at most {most} entries, not {}.", list.len());
        let error = UserError::of(field, UserErrorCode::Invalid, message);
        return Err(error.bounded(list.len(), None, Some(most)));
    }
    let mut seen = HashSet::new();
    match list.iter().position(|entry| !seen.insert(entry)) {
        None => Ok(()),
        Some(at) => {
            let message = format!("Entry {} of `{field}` repeats an earlier one.", at + 1);
            Err(UserError::of(field, UserErrorCode::Invalid, message))
        }
    }
}

/// A number that can be kept exactly, from 0 to a thousand million; a plan is more than 0.
///
/// # Errors
/// `INVALID`.
pub fn check_amount(field: &str, number: f64, least: Amount) -> Result<Amount, UserError> {
    let most = Amount::whole(1_000_000_000);
    Amount::of_f64(number).filter(|amount| (least..=most).contains(amount)).ok_or_else(|| {
        let from = if least.0 > 0 { "above 0" } else { "from 0" };
        let message = format!(
            "`{field}` is a number {from} and up to 1,000,000,000, with at most six digits after the point."
        );
        UserError::of(field, UserErrorCode::Invalid, message)
    })
}

#[cfg(test)]
mod tests {
    use entity::{
        AcademicYear,
        ids::{ClusterId, RegionId},
    };

    use super::*;

    fn cluster() -> cluster::Model {
        cluster::Model {
            id: ClusterId::generate(),
            region_id: RegionId::generate(),
            number: 1,
            name: "Тема".into(),
            stated_organizations: None,
            top_from: Amount::whole(110).0,
            lagging_below: Amount::whole(90).0,
            version: 1,
        }
    }

    fn indicator(
        code: &str,
        planned: Option<i64>,
        direction: IndicatorDirection,
    ) -> cluster_indicator::Model {
        cluster_indicator::Model {
            cluster_id: ClusterId::generate(),
            year: AcademicYear(2020),
            code: code.into(),
            name: format!("Показатель {code}"),
            direction,
            planned: planned.map(|number| Amount::whole(number).0),
        }
    }

    fn stands(indicators: &[cluster_indicator::Model], results: &[(&str, i64)]) -> Standing {
        let results =
            results.iter().map(|(code, number)| ((*code).to_owned(), Amount::whole(*number))).collect();
        standing(&cluster(), indicators, OrganizationId::generate(), &results)
    }

    #[test]
    fn a_plan_is_fulfilled_from_either_side_and_counts_double_at_most() {
        let of = |value, plan, direction| fulfilment(Amount::whole(value), Amount::whole(plan), direction);
        let percent = |number| Some(Amount::whole(number));
        assert_eq!(of(30, 20, IndicatorDirection::AtLeast), percent(150));
        assert_eq!(of(90, 20, IndicatorDirection::AtLeast), percent(200));
        assert_eq!(of(0, 20, IndicatorDirection::AtLeast), percent(0));
        assert_eq!(of(20, 30, IndicatorDirection::AtMost), percent(150));
        assert_eq!(of(60, 30, IndicatorDirection::AtMost), percent(50));
        assert_eq!(of(0, 30, IndicatorDirection::AtMost), percent(200));
        assert_eq!(of(5, 0, IndicatorDirection::AtLeast), None);
    }

    #[test]
    fn the_mean_of_the_fulfilments_gives_the_tier_by_the_thresholds() {
        let least = IndicatorDirection::AtLeast;
        let two = [indicator("a", Some(10), least), indicator("b", Some(20), least)];
        let found = stands(&two, &[("a", 12), ("b", 20)]);
        assert_eq!((found.score, found.tier), (Some(Amount::whole(110)), Some(TierCode::Top)));
        assert_eq!(stands(&two, &[("a", 10), ("b", 20)]).tier, Some(TierCode::Synchronous));
        let edge = stands(&two, &[("a", 9), ("b", 18)]);
        assert_eq!((edge.score, edge.tier), (Some(Amount::whole(90)), Some(TierCode::Synchronous)));
        assert_eq!(stands(&two, &[("a", 8), ("b", 18)]).tier, Some(TierCode::Lagging));
        let thirds = [indicator("a", Some(3), least)];
        assert_eq!(stands(&thirds, &[("a", 1)]).score, Some(Amount(33_333_333)));
    }

    #[test]
    fn what_is_missing_leaves_no_tier_and_is_named() {
        let least = IndicatorDirection::AtLeast;
        let found = stands(&[indicator("a", Some(10), least), indicator("b", None, least)], &[("b", 3)]);
        assert_eq!((found.tier, found.score), (None, None));
        let reason = found.reason.unwrap();
        assert_eq!(reason, "Нет результата: «Показатель a». План не задан: «Показатель b».");
        assert_eq!(found.fulfilments.iter().map(|one| one.percent).collect::<Vec<_>>(), [None, None]);
        assert!(stands(&[], &[]).reason.unwrap().contains("не заданы"));
    }

    #[test]
    fn thresholds_and_lists_are_sound() {
        assert!(check_thresholds(110.0, 90.0).is_ok() && check_thresholds(100.0, 100.0).is_ok());
        for (top, lagging) in [(90.0, 110.0), (0.0, 0.0), (201.0, 90.0), (f64::NAN, 90.0)] {
            assert!(check_thresholds(top, lagging).is_err());
        }
        assert!(check_list("codes", &[1, 2, 3], 3).is_ok());
        assert!(check_list("codes", &[1, 2, 3], 2).is_err());
        assert!(check_list("codes", &[1, 2, 1], 3).unwrap_err().message.contains("Entry 3"));
        assert!(
            check_amount("value", 0.0, Amount(0)).is_ok() && check_amount("planned", 0.0, Amount(1)).is_err()
        );
        assert!(check_whole("number", 0, 9).is_err() && check_whole("number", 9, 9).is_ok());
    }

    #[test]
    fn tiers_are_listed_from_the_best_down() {
        assert_eq!(TIERS.map(|tier| tier.code), [TierCode::Top, TierCode::Synchronous, TierCode::Lagging]);
    }
}
