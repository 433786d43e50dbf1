//! What is found, what is not, and where the line lies.

use entity::ids::TypedId;
use uuid::Uuid;

use super::*;

fn person(n: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(n))
}

fn practice(n: u128) -> PracticeId {
    PracticeId::from_uuid(Uuid::from_u128(n))
}

/// Ratings an hour apart, with these stars.
fn hourly(stars: &[i32]) -> Vec<Given> {
    let given = |(n, stars): (u128, &i32)| Given {
        rating: RatingId::from_uuid(Uuid::from_u128(n)),
        by: person(1),
        practice: practice(n),
        stars: *stars,
        at: DateTime::default() + Duration::hours(i64::try_from(n).unwrap()),
    };
    (0..).zip(stars).map(given).collect()
}

fn value(found: &Found, name: &str) -> f64 {
    found.figures.iter().find(|figure| figure.name == name).unwrap().value
}

#[test]
fn ten_equal_ratings_within_a_week_are_serial_and_nine_are_not() {
    let community = CommunityId::from_uuid(Uuid::nil());
    let found = serial(person(1), community, &hourly(&[5; SERIAL_RATINGS])).unwrap();
    assert_eq!((found.ratings.len(), value(&found, "ratings"), value(&found, "stars")), (10, 10.0, 5.0));
    assert_eq!(serial(person(1), community, &hourly(&[5; SERIAL_RATINGS - 1])), None);
    // The same over a longer time is a reader, not a series.
    let mut slow = hourly(&[5; SERIAL_RATINGS]);
    for (days, one) in (0..).zip(&mut slow) {
        one.at = DateTime::default() + Duration::days(days);
    }
    assert_eq!(serial(person(1), community, &slow), None);
}

#[test]
fn ratings_that_differ_are_no_series_and_what_differs_is_no_part_of_one() {
    let community = CommunityId::from_uuid(Uuid::nil());
    assert_eq!(serial(person(1), community, &hourly(&[5, 4, 3, 5, 2, 4, 5, 1, 3, 4, 5, 2])), None);
    let found = serial(person(1), community, &hourly(&[1, 1, 1, 1, 1, 3, 1, 1, 1, 1])).unwrap();
    assert_eq!((found.ratings.len(), value(&found, "sameStars")), (9, 0.9));
}

#[test]
fn a_burst_is_the_fullest_day() {
    let mut given = hourly(&[5; 40]);
    let found = burst(practice(1), None, &given).unwrap();
    // Twenty-four hours hold the ratings at both ends.
    assert_eq!(found.ratings.len(), 25);
    assert_eq!(found.ratings[0], given[0].rating);
    given.reverse();
    assert_eq!(burst(practice(1), None, &given), Some(found));
    assert_eq!(burst(practice(1), None, &hourly(&[5; BURST_RATINGS - 1])), None);
}

#[test]
fn who_favours_one_another_is_a_ring_and_who_only_gives_is_not() {
    let favour = |by, to| Favour { by: person(by), to: person(to) };
    let favours =
        [favour(1, 2), favour(2, 3), favour(3, 1), favour(3, 4), favour(5, 1), favour(6, 7), favour(7, 6)];
    let found = rings(&favours);
    assert_eq!(found, [BTreeSet::from([1, 2, 3].map(person)), BTreeSet::from([6, 7].map(person))]);
    assert_eq!(rings(&[favour(1, 1), favour(1, 2)]), [] as [BTreeSet<PersonId>; 0]);
}

#[test]
fn a_circle_of_many_is_no_ring_and_does_not_overflow() {
    let many: Vec<_> = (0..50_000).map(|n| Favour { by: person(n), to: person((n + 1) % 50_000) }).collect();
    assert_eq!(rings(&many), [] as [BTreeSet<PersonId>; 0]);
    let most = RING_PEOPLE_MAX as u128;
    let circle =
        |size| (0..size).map(|n| Favour { by: person(n), to: person((n + 1) % size) }).collect::<Vec<_>>();
    assert_eq!((rings(&circle(most)).len(), rings(&circle(most + 1)).len()), (1, 0));
}

#[test]
fn a_ring_is_closed_when_hardly_anything_is_given_outside() {
    let people = BTreeSet::from([person(1), person(2)]);
    let given = hourly(&[5; 10]);
    let inside = |count| given.iter().take(count).map(|one| one.practice).collect();
    let found = closed_ring(&people, &given, &inside(8)).unwrap();
    assert_eq!((found.ratings.len(), value(&found, "inside"), value(&found, "people")), (8, 0.8, 2.0));
    assert_eq!(closed_ring(&people, &given, &inside(7)), None);
    assert_eq!(closed_ring(&people, &[], &inside(0)), None);
}

#[test]
fn what_is_told_holds_the_figures() {
    let found = burst(practice(1), None, &hourly(&[4; 20])).unwrap();
    let told = explanation(found.code, &found.figures);
    assert_eq!(told, "Оценок одной практики за 24 ч: 20; одинаковых среди них 100 % (звёзд: 4).");
    let copy = near_copy(practice(2), 3, None, practice(1), 0.9123).unwrap();
    assert_eq!((copy.key.ends_with(":3"), value(&copy, "similarity")), (true, 0.912));
    assert!(explanation(copy.code, &copy.figures).contains("91 %"));
    assert_eq!(near_copy(practice(2), 3, None, practice(1), 0.69), None);
}

#[test]
fn only_open_findings_are_dismissed() {
    assert_eq!(may_dismiss(FindingState::Open), Ok(()));
    for state in [FindingState::SetAside, FindingState::Dismissed] {
        assert_eq!(may_dismiss(state).unwrap_err().code, UserErrorCode::WrongState);
    }
}
