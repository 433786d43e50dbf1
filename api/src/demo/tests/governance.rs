//! Offices: who holds them, and that only those hold them who may.

use std::collections::HashSet;

use super::*;
use crate::demo::{Appointment, MemberState, Office, Workplace};

fn current(community: CommunityIx, office: Office) -> Vec<&'static Appointment> {
    let of_it =
        set().appointments.iter().filter(move |one| one.community == community && one.office == office);
    of_it.filter(|one| one.until.is_none()).collect()
}

#[test]
fn every_community_has_one_chair_and_one_coordinator() {
    for (nth, community) in set().communities.iter().enumerate() {
        assert_eq!(current(nth, Office::Chair).len(), 1, "{}", community.slug);
        let coordinators = current(nth, Office::Coordinator);
        assert_eq!(coordinators.len(), 1, "{}", community.slug);
        let person = coordinators[0].person;
        assert_eq!(set().people[person].workplace, Workplace::Department(community.department));
        assert!(set().memberships.iter().all(|one| one.person != person), "a coordinator is no member");
    }
}

#[test]
fn chairs_presidiums_and_councils_are_members() {
    for one in set().appointments.iter().filter(|one| one.office != Office::Coordinator) {
        let of_person = |member: &&crate::demo::Membership| {
            member.person == one.person && member.community == one.community
        };
        let member = set().memberships.iter().find(of_person).unwrap();
        assert!(member.joined_on < one.since);
        match one.until {
            None => assert_eq!(member.state, MemberState::Active),
            Some(until) => assert!(member.left_on.is_none_or(|left| until <= left)),
        }
        assert_eq!(one.municipality.is_some(), one.office == Office::CouncilRepresentative);
        if one.municipality.is_some() {
            assert_eq!(one.municipality, Some(member.municipality));
        }
    }
}

#[test]
fn presidiums_of_krasnodar_count_eight_to_ten_but_for_one_of_seven() {
    let sizes = set().communities.iter().enumerate().filter(|(_, one)| one.region == krasnodar());
    let sizes: Vec<_> = sizes.map(|(nth, _)| current(nth, Office::PresidiumMember).len()).collect();
    assert_eq!(sizes.iter().filter(|&&size| size == 7).count(), 1);
    assert_eq!(sizes.iter().filter(|size| (8..=10).contains(*size)).count(), 23);
}

#[test]
fn nobody_sits_twice_on_a_presidium_or_chairs_and_sits() {
    for nth in 0..set().communities.len() {
        let officers = [Office::Chair, Office::PresidiumMember].map(|office| current(nth, office));
        let people: HashSet<_> = officers.iter().flatten().map(|one| one.person).collect();
        assert_eq!(people.len(), officers.iter().map(Vec::len).sum::<usize>());
    }
}

#[test]
fn councils_have_one_seat_a_municipality_and_most_have_gaps() {
    let mut full = 0;
    for (nth, _) in set().communities.iter().enumerate().filter(|(_, one)| one.region == krasnodar()) {
        let seats = current(nth, Office::CouncilRepresentative);
        let municipalities: HashSet<_> = seats.iter().filter_map(|one| one.municipality).collect();
        assert_eq!(municipalities.len(), seats.len());
        assert!(municipalities.iter().all(|&one| set().municipalities[one].region == krasnodar()));
        assert!((35..=44).contains(&seats.len()));
        full += usize::from(seats.len() == 44);
    }
    assert_eq!(full, 4);
}

#[test]
fn a_chair_of_2023_2024_was_succeeded_on_the_next_day() {
    let chairs: Vec<_> = set().appointments.iter().filter(|one| one.office == Office::Chair).collect();
    let former: Vec<_> = chairs.iter().filter(|one| one.until.is_some()).collect();
    assert!(former.len() >= 4);
    for one in former {
        let until = one.until.unwrap();
        assert_eq!(until, day("2024-08-31"));
        let next =
            chairs.iter().find(|other| other.community == one.community && other.until.is_none()).unwrap();
        assert_eq!(next.since, until.succ_opt().unwrap());
    }
    assert!(
        set().appointments.iter().any(|one| one.office == Office::PresidiumMember && one.until.is_some())
    );
    assert!(
        set()
            .appointments
            .iter()
            .any(|one| one.office == Office::CouncilRepresentative && one.until.is_some())
    );
}
