//! The logins are who they claim to be.

use super::*;
use crate::demo::{Account, ExplicitRole, Grant, MemberState, Membership, Office};

fn account(login: &str) -> &'static Account {
    set().accounts.iter().find(|one| one.login == login).unwrap()
}

fn person(login: &str) -> usize {
    account(login).person.unwrap()
}

fn memberships(login: &str) -> Vec<&'static Membership> {
    let person = person(login);
    set().memberships.iter().filter(|one| one.person == person).collect()
}

fn offices(login: &str) -> Vec<(Office, CommunityIx)> {
    let person = person(login);
    let held = set().appointments.iter().filter(|one| one.person == person && one.until.is_none());
    held.map(|one| (one.office, one.community)).collect()
}

#[test]
fn there_are_thirteen_accounts_of_as_many_people_at_most() {
    assert_eq!(set().accounts.len(), 13);
    let mut people: Vec<_> = set().accounts.iter().filter_map(|one| one.person).collect();
    people.sort();
    people.dedup();
    assert_eq!(people.len(), 12);
    assert_eq!(account("integrator.kda").person, None);
}

#[test]
fn explicit_grants_are_given_to_four_accounts_only() {
    let kda = Some(krasnodar());
    let expected = [
        ("registrar", ExplicitRole::FederalRegistrar, None),
        ("operator.kda", ExplicitRole::RegionalOperator, kda),
        ("integrator.kda", ExplicitRole::Integrator, kda),
        ("auditor", ExplicitRole::Auditor, None),
    ];
    for (login, role, region) in expected {
        assert_eq!(account(login).grants, [Grant { role, region }], "{login}");
    }
    assert_eq!(set().accounts.iter().filter(|one| one.grants.is_empty()).count(), 9);
}

#[test]
fn officers_of_chemistry_hold_their_offices() {
    let chemistry = community("kda-chemistry-teachers");
    assert_eq!(offices("coordinator.chemistry"), [(Office::Coordinator, chemistry)]);
    assert!(memberships("coordinator.chemistry").is_empty());
    assert!(offices("chair.chemistry").contains(&(Office::Chair, chemistry)));
    assert!(offices("presidium.chemistry").contains(&(Office::PresidiumMember, chemistry)));
    assert!(!offices("presidium.chemistry").contains(&(Office::Chair, chemistry)));
}

#[test]
fn plain_members_are_active_in_one_community_and_hold_no_office() {
    for (login, slug) in [("member.chemistry", "kda-chemistry-teachers"), ("member.biology", "kda-biology")] {
        let memberships = memberships(login);
        assert_eq!(memberships.len(), 1, "{login}");
        assert_eq!(memberships[0].community, community(slug));
        assert_eq!(memberships[0].state, MemberState::Active);
        let person = person(login);
        assert!(set().appointments.iter().all(|one| one.person != person), "{login} never held an office");
    }
}

#[test]
fn plain_members_have_a_draft_and_a_returned_practice_to_work_on() {
    for login in ["member.chemistry", "member.biology"] {
        for state in [PracticeState::Draft, PracticeState::Returned] {
            let person = person(login);
            assert!(set().practices.iter().any(|one| one.state == state && one.authors.contains(&person)));
        }
    }
}

#[test]
fn every_expert_who_can_be_drawn_for_chemistry_has_a_login() {
    let shown = &set().communities[community("kda-chemistry-teachers")];
    let can_be_drawn = |one: &&crate::demo::Expert| {
        let of = &set().communities[one.community];
        of.profile == shown.profile && of.region != shown.region
    };
    let mut experts: Vec<_> = set().experts.iter().filter(can_be_drawn).map(|one| one.person).collect();
    let logins = ["expert.chemistry", "expert.chemistry.2", "expert.chemistry.3", "expert.chemistry.4"];
    let mut played = logins.map(person).to_vec();
    experts.sort_unstable();
    played.sort_unstable();
    assert_eq!(experts, played);
}

#[test]
fn registrar_auditor_and_operator_are_members_of_nothing() {
    for login in ["registrar", "auditor", "operator.kda"] {
        assert!(memberships(login).is_empty() && offices(login).is_empty(), "{login}");
    }
}
