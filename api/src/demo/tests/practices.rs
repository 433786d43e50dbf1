//! Practices: texts, numbers, authors, states.

use std::collections::HashSet;

use chrono::Datelike;

use super::*;
use crate::demo::{MemberState, Office, Workplace};

#[test]
fn there_are_336_published_practices_133_of_them_of_other_regions() {
    assert_eq!(published().count(), 336);
    assert_eq!(published().filter(|one| region_of(one.owner) != krasnodar()).count(), 133);
}

#[test]
fn titles_are_unique_over_the_federation() {
    let titles: HashSet<_> = set().practices.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles.len(), set().practices.len());
}

#[test]
fn numbers_run_through_the_federation_in_the_order_of_publication() {
    let mut before = None;
    for (nth, practice) in published().enumerate() {
        let at = practice.published_at.unwrap();
        assert!(before < Some(at));
        before = Some(at);
        assert_eq!(practice.number, Some(format!("{}-{:06}", at.year(), nth + 1)));
    }
    assert!(
        set().practices.iter().all(|one| one.number.is_some() == (one.state == PracticeState::Published))
    );
}

#[test]
fn texts_are_whole() {
    for one in &set().practices {
        let text = format!("{} {} {} {}", one.title, one.summary, one.body, one.tags.join(" "));
        assert!(!text.contains(['{', '}']), "{}", one.title);
        assert_eq!(one.body.split("\n\n").count(), 5, "{}", one.title);
        assert!((2..=3).contains(&one.tags.len()));
        assert_eq!(one.tags.iter().collect::<HashSet<_>>().len(), one.tags.len());
        assert!(one.tags.iter().all(|tag| !tag.is_empty()));
    }
    let bodies: HashSet<_> = set().practices.iter().map(|one| &one.body).collect();
    assert_eq!(bodies.len(), set().practices.len());
}

#[test]
fn authors_are_early_members_of_the_owner_or_its_staff() {
    for practice in &set().practices {
        assert!((1..=3).contains(&practice.authors.len()));
        assert_eq!(practice.authors.iter().collect::<HashSet<_>>().len(), practice.authors.len());
        for &author in &practice.authors {
            match practice.owner {
                PracticeOwner::Community(community) => {
                    let membership = set().memberships.iter();
                    let mut membership =
                        membership.filter(|one| one.person == author && one.community == community);
                    let membership = membership.next().unwrap();
                    assert_eq!(membership.state, MemberState::Active);
                    assert!(membership.joined_on < practice.created_at.date_naive());
                }
                PracticeOwner::Department(department) => {
                    assert_eq!(set().people[author].workplace, Workplace::Department(department));
                }
            }
        }
    }
}

#[test]
fn nobody_decides_on_an_own_practice_and_who_decides_holds_the_office() {
    for practice in &set().practices {
        let decided_at = practice.approved_at.or(practice.closed_at);
        for (person, office, at) in [
            (practice.decided_by, Office::Chair, decided_at),
            (practice.published_by, Office::Coordinator, practice.published_at),
        ] {
            let Some(person) = person else { continue };
            assert!(!practice.authors.contains(&person));
            let PracticeOwner::Community(community) = practice.owner else { continue };
            assert!(set().appointments.iter().any(|one| {
                let is_it = one.person == person && one.community == community && one.office == office;
                is_it && one.is_held_on(at.unwrap().date_naive())
            }));
        }
    }
}

#[test]
fn reviewers_of_chemistry_and_biology_see_a_queue() {
    use PracticeState::{Approved, Draft, Rejected, Returned, Submitted, Withdrawn};
    for slug in ["kda-chemistry-teachers", "kda-biology"] {
        let owner = PracticeOwner::Community(community(slug));
        for state in [Draft, Submitted, Returned, Approved, Rejected, Withdrawn] {
            assert!(
                set().practices.iter().any(|one| one.owner == owner && one.state == state),
                "{slug}: {state:?}"
            );
        }
    }
    for one in set().practices.iter().filter(|one| one.state != PracticeState::Published) {
        let has_reason = matches!(one.state, Returned | Rejected | Withdrawn);
        assert_eq!(one.reason.is_some(), has_reason);
        assert_eq!(one.closed_at.is_some(), has_reason);
        assert_eq!(one.submitted_at.is_some(), one.state != Draft);
        assert_eq!(one.approved_at.is_some(), one.state == Approved);
        assert_eq!(one.decided_by.is_some(), matches!(one.state, Returned | Rejected | Approved));
    }
}
