//! Adoptions happen elsewhere, after their cause, and once.

use std::collections::HashSet;

use super::set;

#[test]
fn an_organization_adopts_a_practice_once_after_its_publication() {
    let set = set();
    assert!(set.adoptions.iter().any(|one| one.confirmed_at.is_some()));
    let pairs: HashSet<_> = set.adoptions.iter().map(|one| (one.practice, one.organization)).collect();
    assert_eq!(pairs.len(), set.adoptions.len());
    for one in &set.adoptions {
        assert!(set.practices[one.practice].published_at.is_some_and(|at| at < one.declared_at));
        assert!(one.confirmed_at.is_none_or(|at| at > one.declared_at));
    }
}

#[test]
fn nobody_adopts_what_was_written_in_the_same_organization() {
    let set = set();
    for one in &set.adoptions {
        let authors = &set.practices[one.practice].authors;
        let at_home = |author| {
            set.memberships.iter().any(|of| of.person == author && of.organization == one.organization)
        };
        assert!(!authors.iter().any(|author| at_home(*author)));
    }
}
