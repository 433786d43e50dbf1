//! What makes ratings suspicious, with the thresholds, and what is told about it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use entity::{
    FindingCode, FindingState,
    ids::{CommunityId, PersonId, PracticeId, RatingId},
    integrity_finding::Figure,
};

use crate::error::{UserError, UserErrorCode};

/// Serial ratings: so many ratings of one person on practices of one community…
pub const SERIAL_RATINGS: usize = 10;
/// … within so many days.
pub const SERIAL_DAYS: i64 = 7;
/// A burst: so many ratings of one practice…
pub const BURST_RATINGS: usize = 20;
/// … within so many hours.
pub const BURST_HOURS: i64 = 24;
/// For both: such a part of them, in percent, gives the same stars.
pub const SAME_STARS_PERCENT: usize = 90;
/// A ring: each author gave the next so many high ratings…
pub const RING_RATINGS: i64 = 3;
/// … of so many stars at least …
pub const RING_STARS: i32 = 4;
/// … and such a part of all high ratings of these authors, in percent, stays among them.
pub const RING_INSIDE_PERCENT: usize = 80;
/// More people than this are no ring.
pub const RING_PEOPLE_MAX: usize = 30;

/// A rating, as far as the check looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Which.
    pub rating: RatingId,
    /// By whom.
    pub by: PersonId,
    /// Of what.
    pub practice: PracticeId,
    /// 1 to 5.
    pub stars: i32,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it is.
    pub code: FindingCode,
    /// By what it is known again.
    pub key: String,
    /// The practice that it concerns; of a copy the later one.
    pub practice: Option<PracticeId>,
    /// Of what it is a copy.
    pub original: Option<PracticeId>,
    /// Whose practices it concerns.
    pub community: Option<CommunityId>,
    /// What was measured.
    pub figures: Vec<Figure>,
    /// The ratings in question, the earliest first.
    pub ratings: Vec<RatingId>,
}

/// How many ratings that were not known before open a decided finding anew: as many as would make one by themselves.
/// None for what is not of ratings.
#[must_use]
pub fn fresh_needed(code: FindingCode) -> Option<usize> {
    match code {
        FindingCode::SerialRatings => Some(SERIAL_RATINGS),
        FindingCode::RatingBurst => Some(BURST_RATINGS),
        FindingCode::RatingRing => usize::try_from(2 * RING_RATINGS).ok(),
        FindingCode::NearCopy => None,
    }
}

/// One person's ratings of one community's practices: the most suspicious days among them.
#[must_use]
pub fn serial(by: PersonId, of: CommunityId, given: &[Given]) -> Option<Found> {
    let alike = alike_within(given, Duration::days(SERIAL_DAYS), SERIAL_RATINGS)?;
    Some(Found {
        code: FindingCode::SerialRatings,
        key: format!("SERIAL_RATINGS:{}:{}", by.0, of.0),
        practice: None,
        original: None,
        community: Some(of),
        figures: alike.figures(SERIAL_RATINGS),
        ratings: alike.ratings,
    })
}

/// The ratings of one practice: the most suspicious hours among them.
#[must_use]
pub fn burst(of: PracticeId, owner: Option<CommunityId>, given: &[Given]) -> Option<Found> {
    let alike = alike_within(given, Duration::hours(BURST_HOURS), BURST_RATINGS)?;
    Some(Found {
        code: FindingCode::RatingBurst,
        key: format!("RATING_BURST:{}", of.0),
        practice: Some(of),
        original: None,
        community: owner,
        figures: alike.figures(BURST_RATINGS),
        ratings: alike.ratings,
    })
}

/// Ratings of the same stars that lie close together.
struct Alike {
    /// Those of the prevailing stars, the earliest first.
    ratings: Vec<RatingId>,
    stars: i32,
    /// How many there are in all in that time.
    all: usize,
}

impl Alike {
    #[expect(clippy::cast_precision_loss, reason = "counts of ratings lie far below 2^53")]
    fn figures(&self, least: usize) -> Vec<Figure> {
        let share = self.ratings.len() as f64 / self.all as f64;
        vec![
            figure("ratings", self.all as f64, Some(least as f64)),
            figure("sameStars", (share * 1000.0).round() / 1000.0, Some(SAME_STARS_PERCENT as f64 / 100.0)),
            figure("stars", f64::from(self.stars), None),
        ]
    }
}

fn figure(name: &str, value: f64, threshold: Option<f64>) -> Figure {
    Figure { name: name.into(), value, threshold }
}

/// The fullest stretch of time no longer than `span` in which nearly all ratings are alike; none when there are fewer
/// than `least`. Of two that are equally full the earlier.
fn alike_within(given: &[Given], span: Duration, least: usize) -> Option<Alike> {
    let mut given = given.to_vec();
    given.sort_by_key(|one| (one.at, one.rating));
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    let mut first = 0;
    let mut best: Option<(usize, usize, i32)> = None;
    for (last, one) in given.iter().enumerate() {
        *counts.entry(one.stars).or_default() += 1;
        while let Some(earliest) = given.get(first).filter(|earliest| one.at - earliest.at > span) {
            if let Some(count) = counts.get_mut(&earliest.stars) {
                *count -= 1;
            }
            first += 1;
        }
        let all = last + 1 - first;
        let Some((stars, same)) = counts.iter().max_by_key(|(_, count)| **count) else { continue };
        let fuller = best.is_none_or(|(from, to, _)| all > to - from);
        if all >= least && same * 100 >= all * SAME_STARS_PERCENT && fuller {
            best = Some((first, last + 1, *stars));
        }
    }
    let (from, to, stars) = best?;
    let stretch = given.get(from..to)?;
    let ratings = stretch.iter().filter(|one| one.stars == stars).map(|one| one.rating).collect();
    Some(Alike { ratings, stars, all: stretch.len() })
}

/// That somebody gave an author's practices at least [`RING_RATINGS`] high ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Favour {
    /// By whom.
    pub by: PersonId,
    /// To which author.
    pub to: PersonId,
}

/// The groups in which favours lead from everybody to everybody else: of 2 to [`RING_PEOPLE_MAX`] people, each in order.
/// (The strongly connected components, found by Kosaraju's two walks, without recursion.)
#[must_use]
pub fn rings(favours: &[Favour]) -> Vec<BTreeSet<PersonId>> {
    let mut there: BTreeMap<PersonId, Vec<PersonId>> = BTreeMap::new();
    let mut back: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
    for favour in favours.iter().filter(|favour| favour.by != favour.to) {
        there.entry(favour.by).or_default().push(favour.to);
        there.entry(favour.to).or_default();
        back.entry(favour.to).or_default().push(favour.by);
    }
    let mut left = Vec::with_capacity(there.len());
    let mut seen = HashSet::new();
    for start in there.keys() {
        let mut walk = vec![(*start, false)];
        while let Some((person, done)) = walk.pop() {
            if done {
                left.push(person);
            } else if seen.insert(person) {
                walk.push((person, true));
                walk.extend(there.get(&person).into_iter().flatten().map(|next| (*next, false)));
            }
        }
    }
    let mut taken = HashSet::new();
    let mut rings = Vec::new();
    for start in left.into_iter().rev() {
        let mut ring = BTreeSet::new();
        let mut walk = vec![start];
        while let Some(person) = walk.pop() {
            if taken.insert(person) {
                ring.insert(person);
                walk.extend(back.get(&person).into_iter().flatten());
            }
        }
        if (2..=RING_PEOPLE_MAX).contains(&ring.len()) {
            rings.push(ring);
        }
    }
    rings.sort();
    rings
}

/// Whether a ring is closed: `given` are all high ratings of its people, `inside` tells which practices its people
/// wrote.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of ratings lie far below 2^53")]
pub fn closed_ring(
    people: &BTreeSet<PersonId>,
    given: &[Given],
    inside: &HashSet<PracticeId>,
) -> Option<Found> {
    let mut among: Vec<_> = given.iter().filter(|one| inside.contains(&one.practice)).collect();
    if given.is_empty() || among.len() * 100 < given.len() * RING_INSIDE_PERCENT {
        return None;
    }
    among.sort_by_key(|one| (one.at, one.rating));
    let share = among.len() as f64 / given.len() as f64;
    Some(Found {
        code: FindingCode::RatingRing,
        // One belongs to one ring at most, so its first member tells them apart, also when it grows.
        key: format!("RATING_RING:{}", people.first()?.0),
        practice: None,
        original: None,
        community: None,
        figures: vec![
            figure("people", people.len() as f64, None),
            figure("ratings", among.len() as f64, None),
            figure("inside", (share * 1000.0).round() / 1000.0, Some(RING_INSIDE_PERCENT as f64 / 100.0)),
        ],
        ratings: among.into_iter().map(|one| one.rating).collect(),
    })
}

/// That a text is nearly the same as an earlier one.
#[must_use]
pub fn near_copy(
    of: PracticeId,
    version: i32,
    owner: Option<CommunityId>,
    original: PracticeId,
    similarity: f64,
) -> Option<Found> {
    (similarity >= super::shingles::SIMILARITY).then(|| Found {
        code: FindingCode::NearCopy,
        key: format!("NEAR_COPY:{}:{version}", of.0),
        practice: Some(of),
        original: Some(original),
        community: owner,
        figures: vec![figure(
            "similarity",
            (similarity * 1000.0).round() / 1000.0,
            Some(super::shingles::SIMILARITY),
        )],
        ratings: Vec::new(),
    })
}

/// What a finding says, in a Russian sentence.
#[must_use]
pub fn explanation(code: FindingCode, figures: &[Figure]) -> String {
    let value =
        |name: &str| figures.iter().find(|figure| figure.name == name).map_or(0.0, |figure| figure.value);
    let percent = |name: &str| (value(name) * 100.0).round();
    match code {
        FindingCode::SerialRatings => format!(
            "Оценок одного человека практикам одного сообщества за {SERIAL_DAYS} дней: {}; одинаковых среди них {} % \
             (звёзд: {}).",
            value("ratings"),
            percent("sameStars"),
            value("stars")
        ),
        FindingCode::RatingBurst => format!(
            "Оценок одной практики за {BURST_HOURS} ч: {}; одинаковых среди них {} % (звёзд: {}).",
            value("ratings"),
            percent("sameStars"),
            value("stars")
        ),
        FindingCode::RatingRing => format!(
            "Авторов, которые высоко оценивают практики друг друга: {}; взаимных высоких оценок {}, это {} % всех их \
             высоких оценок.",
            value("people"),
            value("ratings"),
            percent("inside")
        ),
        FindingCode::NearCopy => {
            format!(
                "Текст практики совпадает с текстом более ранней практики на {} %.",
                percent("similarity")
            )
        }
    }
}

/// Whether a finding may be dismissed.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_dismiss(state: FindingState) -> Result<(), UserError> {
    let name = match state {
        FindingState::Open => return Ok(()),
        FindingState::SetAside => "SET_ASIDE",
        FindingState::Dismissed => "DISMISSED",
    };
    let message = format!("The finding is {name}; only OPEN ones are dismissed.");
    Err(UserError::of("findingId", UserErrorCode::WrongState, message))
}

#[cfg(test)]
mod tests;
