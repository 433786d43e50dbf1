//! The two default rankings, computed from the set.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::demo::source::table;

/// Slugs with their numbers of published practices, best first.
fn by_published_practices() -> Vec<(&'static str, usize)> {
    let communities = set().communities.iter().enumerate();
    let mut lines: Vec<_> = communities
        .map(|(nth, one)| {
            let count =
                published().filter(|practice| practice.owner == PracticeOwner::Community(nth)).count();
            (one.slug.as_str(), count)
        })
        .collect();
    lines.sort_by_key(|&(slug, count)| (std::cmp::Reverse(count), slug));
    lines
}

#[test]
fn the_first_eight_lines_are_those_of_krasnodar() {
    let expected = [
        ("kda-mentors", 45),
        ("kda-special-education", 33),
        ("kda-chemistry-teachers", 21),
        ("kda-preschool", 19),
        ("kda-young-teachers", 17),
        ("kda-biology", 12),
        ("kda-mathematics", 10),
        ("kda-tochka-rosta", 9),
    ];
    assert_eq!(by_published_practices()[..8], expected);
}

#[test]
fn lines_nine_and_ten_belong_to_two_other_regions() {
    let lines = by_published_practices();
    assert_eq!(lines[8], ("ta-mathematics", 8));
    assert_eq!(lines[9], ("spe-chemistry-teachers", 7));
    assert!(lines[10].1 < 7);
}

#[test]
fn ties_are_common_further_down() {
    let counts: Vec<_> = by_published_practices().into_iter().skip(10).map(|(_, count)| count).collect();
    let ties = counts.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!(ties > 20, "{counts:?}");
}

/// The stars of a practice averaged inside each organization: how many organizations, and their mean.
fn by_organization(practice: usize) -> (f64, f64) {
    let mut stars: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for rating in set().ratings.iter().filter(|rating| rating.practice == practice) {
        stars.entry(rating.organization).or_default().push(f64::from(rating.stars));
    }
    let organizations = stars.len() as f64;
    let means = stars.values().map(|stars| stars.iter().sum::<f64>() / stars.len() as f64);
    (organizations, means.sum::<f64>() / organizations.max(1.0))
}

/// Practices with their damped means, best first. The mean of the scope can be read in two ways: over opinions of
/// organizations, or over ratings.
fn by_rating(scope: Option<RegionIx>, over_organizations: bool) -> Vec<(usize, f64)> {
    let in_scope = |one: &Practice| scope.is_none_or(|region| region_of(one.owner) == region);
    let practices = set().practices.iter().enumerate();
    let raw: Vec<_> = practices
        .filter(|(_, one)| one.state == PracticeState::Published && in_scope(one))
        .map(|(nth, _)| (nth, by_organization(nth)))
        .collect();
    let mean = if over_organizations {
        let (count, sum) = raw.iter().fold((0.0, 0.0), |(count, sum), (_, (n, r))| (count + n, sum + n * r));
        sum / count
    } else {
        let ratings = set().ratings.iter().filter(|rating| in_scope(&set().practices[rating.practice]));
        let stars: Vec<_> = ratings.map(|rating| f64::from(rating.stars)).collect();
        stars.iter().sum::<f64>() / stars.len() as f64
    };
    let mut damped: Vec<_> =
        raw.iter().map(|(nth, (n, r))| (*nth, (10.0 * mean + n * r) / (10.0 + n))).collect();
    damped.sort_by(|one, other| other.1.total_cmp(&one.1));
    damped
}

#[derive(Deserialize)]
struct TopRow {
    owner: String,
    title: String,
}

#[test]
fn the_five_top_practices_are_within_the_first_ten() {
    let top: Vec<TopRow> = table!("top_practices.csv").unwrap();
    assert_eq!(top.len(), 5);
    for scope in [None, Some(krasnodar())] {
        for over_organizations in [true, false] {
            let ranking = by_rating(scope, over_organizations);
            for row in &top {
                let place = ranking.iter().position(|(nth, _)| set().practices[*nth].title == row.title);
                assert!(place.is_some_and(|place| place < 10), "{}: {place:?}", row.title);
            }
            assert!(ranking[9].1 > ranking[10].1, "no tie at the edge of the first ten");
        }
    }
}

#[test]
fn the_five_top_practices_belong_to_their_owners() {
    for row in table!("top_practices.csv").unwrap() {
        let TopRow { owner, title } = row;
        let practice = published().find(|one| one.title == title).unwrap();
        match practice.owner {
            PracticeOwner::Community(nth) => assert_eq!(set().communities[nth].slug, format!("kda-{owner}")),
            PracticeOwner::Department(nth) => assert_eq!(set().departments[nth].short_name, Some(owner)),
        }
    }
}

#[test]
fn applause_from_one_school_weighs_as_one_opinion() {
    let applauded =
        published().position(|one| one.owner == PracticeOwner::Community(community("kda-biology"))).unwrap();
    let ratings = set().ratings.iter().filter(|rating| rating.practice == applauded);
    assert!(ratings.count() >= 8);
    assert_eq!(by_organization(applauded), (1.0, 5.0));
    let place = by_rating(None, true).iter().position(|(nth, _)| *nth == applauded).unwrap();
    assert!(place >= 10, "below those whom many schools praise");
}
