//! The formulas, pure: from the figures of those who take part in a scope to their scores, in integers.

use std::collections::HashMap;

use entity::ids::PersonId;

use super::{
    entrant::Entrant,
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

/// From one who takes part to the parts of its score.
type Formula = Box<dyn Fn(&Entrant) -> Vec<Part> + Send + Sync>;

/// How those who take part in a scope are scored.
pub struct Scoring {
    /// The scope's mean, in micro-points, where the method works with one.
    pub mean: Option<i64>,
    formula: Formula,
}

impl Scoring {
    /// By this method, with these numbers, among these.
    ///
    /// # Errors
    /// A fault of ours: the version does not have the formula's numbers.
    pub fn of(method: Method, numbers: &Numbers, entrants: &[&Entrant]) -> Result<Self, Error> {
        let sums = entrants.iter().fold([0, 0], |[a, b], one| [a + one.figures[0], b + one.figures[1]]);
        let (mean, formula): (_, Formula) = match method {
            Method::PublishedPractices => (None, Box::new(|one| vec![times(one.figures[0], 1)])),
            Method::RegionPublishedPractices => {
                (None, Box::new(|one| one.figures.map(|practices| times(practices, 1)).to_vec()))
            }
            Method::PracticesPer100Members | Method::RegionPracticesPer100Members => {
                let prior = number(numbers, "prior_members")?;
                let weighing = entrants.iter().filter(|one| one.figures[1] > 0);
                let practices: i64 = weighing.map(|one| one.figures[0]).sum();
                let mean = divide(practices * 100 * MICRO, sums[1]);
                (Some(mean), Box::new(move |one| per_100_members(prior, mean, one.figures)))
            }
            Method::Rating => {
                let damping = number(numbers, "damping")?;
                let mean = rating_rules::scope_mean(tally(sums));
                (Some(mean), Box::new(move |one| rating(damping, mean, tally(one.figures))))
            }
            Method::Expert => {
                let leniency = leniency(entrants, number(numbers, "shrinkage")?);
                (None, Box::new(move |one| expert(&one.judged, &leniency)))
            }
            Method::Adoption => {
                let far = number(numbers, "other_regions")?;
                (
                    None,
                    Box::new(move |one| {
                        let [near, others] = one.figures;
                        vec![times(near, 1), times(others, far)]
                    }),
                )
            }
        };
        Ok(Self { mean, formula })
    }

    /// How the score of one of them comes about.
    #[must_use]
    pub fn parts(&self, of: &Entrant) -> Vec<Part> {
        (self.formula)(of)
    }

    /// All of them with their scores.
    #[must_use]
    pub fn candidates<'a>(&self, entrants: Vec<&'a Entrant>) -> Vec<Candidate<'a>> {
        let score = |one| self.parts(one).iter().map(|part| part.contribution).sum();
        entrants.into_iter().map(|entrant| Candidate { entrant, score: score(entrant) }).collect()
    }
}

/// How lenient the experts of a scope are.
fn leniency(entrants: &[&Entrant], shrinkage: i64) -> HashMap<PersonId, i64> {
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
    use std::sync::Arc;

    use chrono::DateTime;
    use uuid::Uuid;

    use super::{super::entrant::Subject, *};

    fn score(parts: &[Part]) -> i64 {
        parts.iter().map(|part| part.contribution).sum()
    }

    fn entrant(figures: [i64; 2]) -> Entrant {
        let subject = Subject {
            id: Uuid::nil(),
            region: None,
            profile: None,
            since: DateTime::default(),
            name: "".into(),
            sort_key: None,
        };
        Entrant { subject: Arc::new(subject), figures, count: None, judged: Box::default() }
    }

    fn scored(method: Method, numbers: &Numbers, entrants: &[Entrant]) -> (Vec<Vec<Part>>, Option<i64>) {
        let entrants: Vec<_> = entrants.iter().collect();
        let scoring = Scoring::of(method, numbers, &entrants).unwrap();
        let parts: Vec<_> = entrants.iter().map(|one| scoring.parts(one)).collect();
        let scores: Vec<_> = scoring.candidates(entrants).iter().map(|one| one.score).collect();
        assert_eq!(scores, parts.iter().map(|parts| score(parts)).collect::<Vec<_>>());
        (parts, scoring.mean)
    }

    #[test]
    fn an_organization_of_another_region_counts_as_often_as_the_version_says() {
        let scores = |far: i64| -> Vec<_> {
            let numbers = Numbers::from([("other_regions".into(), far)]);
            let entrants = [[3, 0], [1, 1], [0, 2]].map(entrant);
            let (parts, _) = scored(Method::Adoption, &numbers, &entrants);
            parts.iter().map(|parts| score(parts) / MICRO).collect()
        };
        assert_eq!((scores(2), scores(3)), (vec![3, 3, 4], vec![3, 4, 6]));
        assert!(Scoring::of(Method::Adoption, &Numbers::new(), &[]).is_err());
    }

    #[test]
    fn the_parts_of_an_experts_score_are_the_raw_mean_and_its_correction() {
        let judged = |expert: u128, mean| Judgement { expert: PersonId(Uuid::from_u128(expert)), mean };
        let entrant = |judged: [Judgement; 2]| Entrant { judged: judged.into(), ..entrant([0, 0]) };
        let severe = entrant([judged(1, 2 * MICRO), judged(1, 2 * MICRO)]);
        let lenient = entrant([judged(2, 4 * MICRO), judged(2, 4 * MICRO)]);
        let contributions = |shrinkage: i64| -> Vec<_> {
            let numbers = Numbers::from([("shrinkage".into(), shrinkage)]);
            let (parts, _) = scored(Method::Expert, &numbers, &[severe.clone(), lenient.clone()]);
            parts.concat().iter().map(|part| part.contribution).collect()
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
        let entrants = [[1, 10], [2, 290], [7, 0]].map(entrant);
        let (parts, mean) = scored(Method::PracticesPer100Members, &numbers, &entrants);
        assert_eq!(mean, Some(MICRO));
        let scores: Vec<_> = parts.iter().map(|parts| score(parts)).collect();
        assert_eq!(scores, [divide(200 * MICRO, 110), divide(300 * MICRO, 390), MICRO]);
        assert!(parts.iter().all(|parts| parts.len() == 3));
    }
}
