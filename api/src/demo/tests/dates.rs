//! Nothing happens before its cause, and nothing after the day of the picture.

use super::*;
use crate::demo::MemberState;

/// Registrations begin in this span.
const JOINED: (&str, &str) = ("2019-09-01", "2025-10-31");
/// The last day of the set.
const LAST: &str = "2026-02-20";

#[test]
fn registrations_begin_after_the_founding_and_end_after_they_began() {
    for one in &set().memberships {
        assert!(day(JOINED.0) <= one.joined_on && one.joined_on <= day(JOINED.1));
        let founded = set().communities[one.community].founded_year;
        assert!(day(&format!("{founded}-09-01")) <= one.joined_on);
        assert_eq!(one.left_on.is_some(), one.state == MemberState::Left);
        assert!(one.left_on.is_none_or(|left| one.joined_on < left && left <= day(LAST)));
    }
}

#[test]
fn terms_are_ordered_before_they_begin_and_end_after() {
    for one in &set().appointments {
        assert!(one.order_date < one.since && one.since <= day(LAST));
        assert!(one.until.is_none_or(|until| one.since < until && until <= day(LAST)));
        let founded = set().communities[one.community].founded_year;
        assert!(day(&format!("{founded}-09-01")) < one.since);
    }
}

#[test]
fn practices_pass_their_states_in_order() {
    for one in &set().practices {
        let decided = one.approved_at.or(one.closed_at);
        let moments = [Some(one.created_at), one.submitted_at, decided, one.published_at];
        let moments: Vec<_> = moments.into_iter().flatten().collect();
        assert!(moments.is_sorted(), "{}", one.title);
        assert!(moments.iter().all(|at| at.date_naive() <= day(LAST)));
    }
    for rating in &set().ratings {
        assert!(rating.rated_at.date_naive() <= day(LAST));
    }
    assert!(set().ratings.is_sorted_by_key(|rating| rating.rated_at));
}

#[test]
fn other_regions_publish_after_their_entry_up_to_the_present_year() {
    let elsewhere = || published().filter(|one| region_of(one.owner) != krasnodar());
    assert!(elsewhere().any(|one| published_on(one) > day("2025-09-01")));
    for one in elsewhere() {
        let PracticeOwner::Community(community) = one.owner else {
            panic!("only Krasnodar's centre owns practices")
        };
        assert!(set().communities[community].registered_on < published_on(one));
    }
}

#[test]
fn papers_are_signed_after_the_founding() {
    for community in &set().communities {
        let founded = day(&format!("{}-09-01", community.founded_year));
        assert!(founded <= community.registered_on);
        assert!(community.documents.iter().all(|one| founded <= one.date && one.date <= day(LAST)));
        assert!(
            community
                .agreements
                .iter()
                .all(|one| community.registered_on < one.date && one.date <= day(LAST))
        );
    }
}
