//! Who rates what, and when.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::demo::MemberState;

#[test]
fn nobody_rates_a_practice_of_the_own_community_or_pen() {
    let mut members: HashMap<CommunityIx, HashSet<usize>> = HashMap::new();
    for membership in &set().memberships {
        members.entry(membership.community).or_default().insert(membership.person);
    }
    for rating in &set().ratings {
        let practice = &set().practices[rating.practice];
        assert!(!practice.authors.contains(&rating.person));
        if let PracticeOwner::Community(community) = practice.owner {
            assert!(!members[&community].contains(&rating.person));
        }
    }
}

#[test]
fn ratings_come_from_active_members_after_joining_and_after_publication() {
    let mut since: HashMap<usize, (usize, NaiveDate)> = HashMap::new();
    for one in set().memberships.iter().filter(|one| one.state == MemberState::Active) {
        let known = since.entry(one.person).or_insert((one.organization, one.joined_on));
        known.1 = known.1.min(one.joined_on);
    }
    for rating in &set().ratings {
        let practice = &set().practices[rating.practice];
        assert!(rating.rated_at > practice.published_at.unwrap());
        let (organization, joined_on) = since[&rating.person];
        assert_eq!(rating.organization, organization);
        assert!(joined_on < rating.rated_at.date_naive());
        assert!((1..=5).contains(&rating.stars));
    }
}

#[test]
fn one_person_rates_a_practice_once() {
    let pairs: HashSet<_> = set().ratings.iter().map(|rating| (rating.practice, rating.person)).collect();
    assert_eq!(pairs.len(), set().ratings.len());
}

#[test]
fn ratings_are_spread_over_three_academic_years_and_all_stars() {
    for (from, to) in
        [("2023-09-01", "2024-08-31"), ("2024-09-01", "2025-08-31"), ("2025-09-01", "2026-08-31")]
    {
        let in_year = set().ratings.iter().map(|rating| rating.rated_at.date_naive());
        assert!(in_year.filter(|on| day(from) <= *on && *on <= day(to)).count() >= 40, "{from}");
    }
    for stars in 1..=5 {
        assert!(set().ratings.iter().any(|rating| rating.stars == stars), "{stars}");
    }
    assert!(set().ratings.iter().any(|rating| rating.comment.is_none()));
    assert!(set().ratings.iter().any(|rating| rating.comment.is_some()));
}

#[test]
fn most_practices_are_unrated_and_some_are_much_tried_but_middling() {
    let mut stars: HashMap<usize, Vec<u32>> = HashMap::new();
    for rating in &set().ratings {
        stars.entry(rating.practice).or_default().push(u32::from(rating.stars));
    }
    assert!(stars.len() * 2 < published().count());
    let middling = stars.values().filter(|all| {
        let sum: u32 = all.iter().sum();
        all.len() >= 13 && sum < 4 * u32::try_from(all.len()).unwrap()
    });
    assert!(middling.count() >= 8);
}

#[test]
fn each_top_practice_is_rated_by_18_to_30_organizations() {
    let titles: Vec<String> = csv::Reader::from_reader(include_str!("../data/top_practices.csv").as_bytes())
        .records()
        .map(|row| row.unwrap()[2].to_owned())
        .collect();
    for title in titles {
        let nth = set().practices.iter().position(|one| one.title == title).unwrap();
        let ratings: Vec<_> = set().ratings.iter().filter(|rating| rating.practice == nth).collect();
        let organizations: HashSet<_> = ratings.iter().map(|rating| rating.organization).collect();
        assert!((18..=30).contains(&organizations.len()), "{title}: {}", organizations.len());
        assert_eq!(ratings.len(), organizations.len());
    }
}
