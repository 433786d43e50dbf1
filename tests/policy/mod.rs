//! Rights: the table as it is printed, its coverage of the schema, and every mutation called as every role.

mod mutations;

use std::collections::BTreeMap;

use api::auth::policy;

use crate::schema::root_fields;

/// Compares a text with the file that was reviewed. The file is never rewritten by a test: what is there now is
/// laid beside it, to be compared and, when it is right, taken over by hand.
#[track_caller]
pub fn assert_reviewed(file: &str, reviewed: &str, now: &str) {
    if reviewed == now {
        return;
    }
    let beside = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    std::fs::write(&beside, now).unwrap();
    let changed: Vec<_> = now.lines().filter(|line| !reviewed.lines().any(|old| old == *line)).collect();
    panic!(
        "tests/policy/{file} is not what there is now. What is there now stands in {}; copy it when the change \
         of rights is meant. New or changed:\n{}",
        beside.display(),
        changed.join("\n")
    );
}

#[test]
fn the_policy_is_the_one_that_was_reviewed() {
    assert_reviewed("table.txt", include_str!("table.txt"), &policy::print());
}

#[test]
fn every_root_field_stands_in_exactly_one_row_of_the_policy() {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for field in policy::RULES.iter().flat_map(|rule| rule.fields) {
        *rows.entry((*field).to_owned()).or_default() += 1;
    }
    let fields = [root_fields("Query"), root_fields("Mutation")].concat();
    for field in &fields {
        assert_eq!(rows.get(field).copied().unwrap_or(0), 1, "`{field}` must stand in exactly one row");
    }
    for field in rows.keys() {
        assert!(
            fields.contains(field),
            "`{field}` stands in the policy, and the schema has no such root field"
        );
    }
}

#[test]
fn every_action_has_one_row_and_a_name_of_its_own() {
    let mut names: Vec<_> = policy::RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), policy::RULES.len());
    for (index, rule) in policy::RULES.iter().enumerate() {
        assert!(policy::RULES[..index].iter().all(|earlier| earlier.action != rule.action), "{}", rule.name);
    }
}

#[test]
fn the_auditor_changes_nothing() {
    let reads = [
        "practice.readUnpublished",
        "integrity.read",
        "adoptions.readUnconfirmed",
        "experts.read",
        "reviews.read",
        "assessments.readUnpublished",
        "members.read",
        "monitoring.read",
        "journal.read",
        "employees.read",
        "integrators.read",
    ];
    for rule in policy::RULES.iter().filter(|rule| !reads.contains(&rule.name)) {
        assert!(rule.allow.iter().all(|(role, _)| *role != entity::Role::Auditor), "{}", rule.name);
    }
}
