//! The pools suffice to draw two experts for a practice of Krasnodar, and a third.

use std::collections::HashSet;

use super::{krasnodar, set};

#[test]
fn three_experts_from_other_regions_can_be_drawn_in_each_pool_that_is_shown() {
    for profile in ["chemistry-teachers", "russian-literature"] {
        let of_profile = set()
            .experts
            .iter()
            .filter(|one| set().profiles[set().communities[one.community].profile].code == profile);
        let elsewhere = of_profile.filter(|one| set().communities[one.community].region != krasnodar());
        assert!(elsewhere.count() > 3, "{profile}");
    }
}

#[test]
fn every_expert_is_a_member_who_agreed_after_being_asked() {
    let people: HashSet<_> = set().experts.iter().map(|one| one.person).collect();
    assert_eq!(people.len(), set().experts.len());
    for one in &set().experts {
        assert!(one.nominated_at < one.consented_at);
        let is_member = |of: &&crate::demo::Membership| {
            of.person == one.person && of.community == one.community && of.left_on.is_none()
        };
        assert!(set().memberships.iter().any(|of| is_member(&of)));
    }
}
