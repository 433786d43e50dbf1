//! People and registrations.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::demo::{MemberState, Workplace};

#[test]
fn names_and_addresses_are_unique_and_addresses_reach_nobody() {
    let names: HashSet<_> = set().people.iter().map(crate::demo::Person::full_name).collect();
    let addresses: HashSet<_> = set().people.iter().map(|one| &one.email).collect();
    assert_eq!((names.len(), addresses.len()), (set().people.len(), set().people.len()));
    assert!(set().people.iter().all(|one| one.email.ends_with("@example.org")));
    let links = set().communities.iter().flat_map(|one| &one.links);
    for link in links {
        assert!(link.url.starts_with("https://example.org/") || link.url.starts_with("https://example.com/"));
    }
}

#[test]
fn names_agree_in_gender() {
    for person in &set().people {
        let is_woman = person.patronymic.ends_with("вна");
        assert!(is_woman || person.patronymic.ends_with("вич"), "{}", person.full_name());
        if !person.surname.ends_with("ко") && person.surname != "Рудь" {
            let has_female_ending = person.surname.ends_with('а') || person.surname.ends_with("ая");
            assert_eq!(has_female_ending, is_woman, "{}", person.full_name());
        }
    }
}

#[test]
fn communities_of_krasnodar_have_about_55_members_and_others_about_12() {
    for (nth, community) in set().communities.iter().enumerate() {
        let members = set().memberships.iter().filter(|one| one.community == nth).count();
        let expected = if community.region == krasnodar() { 52..=64 } else { 11..=13 };
        assert!(expected.contains(&members), "{}: {members}", community.slug);
    }
}

#[test]
fn most_registrations_are_active_and_every_community_of_krasnodar_has_some_of_each_state() {
    let active = set().memberships.iter().filter(|one| one.state == MemberState::Active).count();
    assert!(active * 10 > set().memberships.len() * 8);
    for (nth, community) in set().communities.iter().enumerate().filter(|(_, one)| one.region == krasnodar())
    {
        for state in [MemberState::Pending, MemberState::Left] {
            let some =
                set().memberships.iter().filter(|one| one.community == nth && one.state == state).count();
            assert!((2..=3).contains(&some), "{}: {some} {state:?}", community.slug);
        }
    }
}

#[test]
fn a_registration_keeps_to_one_place() {
    for one in &set().memberships {
        assert_eq!(set().organizations[one.organization].municipality, one.municipality);
        assert_eq!(set().municipalities[one.municipality].region, set().communities[one.community].region);
        assert_eq!(set().people[one.person].workplace, Workplace::Organization(one.organization));
        assert_eq!(set().people[one.person].position, one.position);
    }
}

#[test]
fn some_people_are_in_two_communities_and_nobody_in_more() {
    let mut communities: HashMap<usize, HashSet<usize>> = HashMap::new();
    for one in &set().memberships {
        assert!(
            communities.entry(one.person).or_default().insert(one.community),
            "registered once a community"
        );
    }
    let twice = communities.values().filter(|all| all.len() == 2).count();
    assert!(twice >= 30);
    assert!(communities.values().all(|all| all.len() <= 2));
}
