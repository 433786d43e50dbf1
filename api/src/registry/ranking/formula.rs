//! The formulas, pure: from the figures of those who take part in a scope to their scores, in integers.

use std::{collections::HashMap, sync::Arc};

use entity::ids::{PersonId, ProfileId, RegionId};
use uuid::Uuid;

use super::{
    method::{Method, Numbers},
    rules::{Candidate, Part},
};
use crate::{
    error::Error,
    registry::{
        assessment::rules::{self as assessment_rules, Judgement},
        rating::rules::{self as rating_rules, MICRO, Tally, divide},
    },
};

/// Somebody or something that takes part, before its score is made.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// Its id.
    pub subject: Uuid,
    /// Its region, by which it is filtered; none for regions themselves.
    pub region: Option<RegionId>,
    /// Its profile, by which it is filtered.
    pub profile: Option<ProfileId>,
    /// The two figures of which the score is made; which ones depends on the method.
    pub figures: [i64; 2],
    /// What experts found, where the method goes by it.
    pub judged: Vec<Judgement>,
    /// Orders equals, see [`Candidate::order`].
    pub order: (i64, i64, Vec<u8>),
    /// The tie-breakers as they are shown.
    pub ties: Vec<String>,
}

/// From the figures of one who takes part to the parts of its score.
type Formula = Box<dyn Fn([i64; 2]) -> Vec<Part>>;

/// One of the formula's numbers.
///
/// # Errors
/// A fault of ours: the version does not have it.
pub fn number(numbers: &Numbers, name: &'static str) -> Result<i64, Error> {
    numbers
        .get(name)
        .copied()
        .ok_or_else(|| Error::broken("a version of a method lacks a number of its formula"))
}

/// The entrants of a scope with their scores, and the scope's mean where the method works with one.
///
/// # Errors
/// A fault of ours: the version does not have the formula's numbers.
pub fn candidates(
    method: Method,
    numbers: &Numbers,
    entrants: &[Arc<Entrant>],
) -> Result<(Vec<Candidate>, Option<i64>), Error> {
    let sums = entrants.iter().fold([0, 0], |[a, b], one| [a + one.figures[0], b + one.figures[1]]);
    let (mean, score): (_, Formula) = match method {
        Method::PublishedPractices => (None, Box::new(|[practices, _]| vec![times(practices, 1)])),
        Method::RegionPublishedPractices => {
            (None, Box::new(|[communities, units]| vec![times(communities, 1), times(units, 1)]))
        }
        Method::PracticesPer100Members | Method::RegionPracticesPer100Members => {
            let prior = number(numbers, "prior_members")?;
            let weighing = entrants.iter().filter(|one| one.figures[1] > 0);
            let practices: i64 = weighing.map(|one| one.figures[0]).sum();
            let mean = divide(practices * 100 * MICRO, sums[1]);
            (Some(mean), Box::new(move |figures| per_100_members(prior, mean, figures)))
        }
        Method::Rating => {
            let damping = number(numbers, "damping")?;
            let mean = rating_rules::scope_mean(tally(sums));
            (Some(mean), Box::new(move |figures| rating(damping, mean, tally(figures))))
        }
        // Made of more than two figures, see below.
        Method::Expert => (None, Box::new(|_| Vec::new())),
        Method::Adoption => {
            let far = number(numbers, "other_regions")?;
            (None, Box::new(move |[near, others]| vec![times(near, 1), times(others, far)]))
        }
    };
    let leniency = match method {
        Method::Expert => Some(leniency(entrants, number(numbers, "shrinkage")?)),
        _ => None,
    };
    let candidates = entrants.iter().map(|one| {
        let parts = match &leniency {
            Some(leniency) => expert(&one.judged, leniency),
            None => score(one.figures),
        };
        Candidate {
            subject: one.subject,
            score: parts.iter().map(|part| part.contribution).sum(),
            parts,
            order: one.order.clone(),
            ties: one.ties.clone(),
        }
    });
    Ok((candidates.collect(), mean))
}

/// How lenient the experts of a scope are.
fn leniency(entrants: &[Arc<Entrant>], shrinkage: i64) -> HashMap<PersonId, i64> {
    let all: Vec<_> = entrants.iter().flat_map(|one| one.judged.iter().copied()).collect();
    assessment_rules::leniency(&all, shrinkage)
}

/// The plain mean, and by how much it is corrected.
fn expert(judged: &[Judgement], leniency: &HashMap<PersonId, i64>) -> Vec<Part> {
    let (raw, score) = assessment_rules::corrected(judged, leniency);
    let part = |value: i64| Part { value, weight: MICRO, contribution: value };
    vec![part(raw), part(score - raw)]
}

/// Organizations that rated, and the sum of their means.
fn tally([organizations, sum]: [i64; 2]) -> Tally {
    Tally { organizations, sum }
}

/// Each of them counts so many times.
fn times(count: i64, weight: i64) -> Part {
    Part { value: count * MICRO, weight: weight * MICRO, contribution: count * weight * MICRO }
}

/// `(m·C + n·R) / (m + n)`: practices per 100 members `R`, weighed by the `n` members against `m` more who do as the mean
/// of the scope does. The own part takes what rounding leaves, so that the parts add up exactly.
fn per_100_members(prior: i64, mean: i64, [practices, members]: [i64; 2]) -> Vec<Part> {
    let weight = prior + members;
    // Without members nothing is weighed, however many practices there are.
    let (own, own_weight) = match members {
        0 => (0, 0),
        _ => (practices * 100 * MICRO, divide(100 * MICRO, weight)),
    };
    let weighted = prior.saturating_mul(mean);
    let score = divide(weighted.saturating_add(own), weight);
    let shared = divide(weighted, weight);
    vec![
        Part { value: practices * MICRO, weight: own_weight, contribution: score - shared },
        Part { value: members * MICRO, weight: 0, contribution: 0 },
        Part { value: mean, weight: divide(prior * MICRO, weight), contribution: shared },
    ]
}

/// The two parts of a damped mean; the second takes what rounding leaves, so that they add up exactly.
fn rating(damping: i64, mean: i64, tally: Tally) -> Vec<Part> {
    let weight = damping + tally.organizations;
    let prior = divide(damping * mean, weight);
    let own_weight = divide(tally.organizations * MICRO, weight);
    vec![
        Part { value: mean, weight: MICRO - own_weight, contribution: prior },
        Part {
            value: divide(tally.sum, tally.organizations),
            weight: own_weight,
            contribution: rating_rules::damped(tally, mean, damping) - prior,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(parts: &[Part]) -> i64 {
        parts.iter().map(|part| part.contribution).sum()
    }

    fn entrant(id: u128, figures: [i64; 2]) -> Arc<Entrant> {
        let subject = Uuid::from_u128(id);
        Arc::new(Entrant {
            subject,
            region: None,
            profile: None,
            figures,
            judged: Vec::new(),
            order: (0, 0, Vec::new()),
            ties: Vec::new(),
        })
    }

    #[test]
    fn an_organization_of_another_region_counts_as_often_as_the_version_says() {
        let scores = |far: i64| -> Vec<_> {
            let numbers = Numbers::from([("other_regions".into(), far)]);
            let entrants = [entrant(1, [3, 0]), entrant(2, [1, 1]), entrant(3, [0, 2])];
            let (candidates, _) = candidates(Method::Adoption, &numbers, &entrants).unwrap();
            candidates.iter().map(|one| one.score / MICRO).collect()
        };
        assert_eq!((scores(2), scores(3)), (vec![3, 3, 4], vec![3, 4, 6]));
        assert!(candidates(Method::Adoption, &Numbers::new(), &[]).is_err());
    }

    #[test]
    fn the_parts_of_an_experts_score_are_the_raw_mean_and_its_correction_and_add_up() {
        let judged = |expert: u128, mean| Judgement { expert: PersonId(Uuid::from_u128(expert)), mean };
        let entrant = |id, judged| {
            let plain = Entrant::clone(&entrant(id, [0, 0]));
            Arc::new(Entrant { judged, ..plain })
        };
        let severe = entrant(1, vec![judged(1, 2 * MICRO), judged(1, 2 * MICRO)]);
        let lenient = entrant(2, vec![judged(2, 4 * MICRO), judged(2, 4 * MICRO)]);
        let contributions = |shrinkage: i64| -> Vec<_> {
            let numbers = Numbers::from([("shrinkage".into(), shrinkage)]);
            let entrants = [Arc::clone(&severe), Arc::clone(&lenient)];
            let (candidates, _) = candidates(Method::Expert, &numbers, &entrants).unwrap();
            assert!(candidates.iter().all(|one| one.score == score(&one.parts)));
            candidates.iter().flat_map(|one| one.parts.iter().map(|part| part.contribution)).collect()
        };
        assert_eq!(contributions(5), [2 * MICRO, 285_714, 4 * MICRO, -285_714]);
        assert_eq!(contributions(0), [2 * MICRO, MICRO, 4 * MICRO, -MICRO], "all are corrected to the mean");
    }

    #[test]
    fn the_parts_of_a_rating_add_up_to_it() {
        for (organizations, sum) in [(0, 0), (1, 5 * MICRO), (7, 23_333_333), (1000, 4_123_456_789)] {
            let tally = Tally { organizations, sum };
            let parts = rating(10, 4_285_714, tally);
            assert_eq!(score(&parts), rating_rules::damped(tally, 4_285_714, 10));
        }
    }

    #[test]
    fn a_small_community_is_drawn_to_the_mean_of_its_scope_and_a_large_one_is_not() {
        // A practice per ten members in all.
        let mean = 10 * MICRO;
        let of = |practices, members| score(&per_100_members(100, mean, [practices, members]));
        assert_eq!((of(0, 0), of(40, 0)), (mean, mean));
        // (100·1 + 100·10) / (1 + 100), though 100 practices per 100 members.
        assert_eq!(of(1, 1), divide(1_100 * MICRO, 101));
        assert_eq!(of(50, 100), 30 * MICRO);
        assert!((49 * MICRO..50 * MICRO).contains(&of(5_000, 10_000)));
        // Without a prior it is the plain rate, and nothing where there is nobody.
        assert_eq!(score(&per_100_members(0, mean, [1, 4])), 25 * MICRO);
        assert_eq!(score(&per_100_members(0, mean, [1, 0])), 0);
    }

    #[test]
    fn the_mean_of_a_scope_is_that_of_all_its_members_together() {
        let numbers = Numbers::from([("prior_members".into(), 100)]);
        let entrants = [entrant(1, [1, 10]), entrant(2, [2, 290]), entrant(3, [7, 0])];
        let (candidates, mean) = candidates(Method::PracticesPer100Members, &numbers, &entrants).unwrap();
        assert_eq!(mean, Some(MICRO));
        let scores: Vec<_> = candidates.iter().map(|one| one.score).collect();
        assert_eq!(scores, [divide(200 * MICRO, 110), divide(300 * MICRO, 390), MICRO]);
        assert!(candidates.iter().all(|one| one.parts.len() == 3));
    }
}
