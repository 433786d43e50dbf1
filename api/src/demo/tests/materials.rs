//! Materials belong to published practices, and were there when these were submitted.

use super::set;
use crate::demo::MaterialContent;

#[test]
fn a_material_was_there_when_its_practice_was_submitted() {
    let set = set();
    assert!(set.materials.iter().any(|one| matches!(one.content, MaterialContent::Link(_))));
    assert!(set.materials.iter().any(|one| matches!(one.content, MaterialContent::File { .. })));
    for one in &set.materials {
        let practice = &set.practices[one.practice];
        assert!(
            practice.submitted_at.is_some_and(|at| one.added_at <= at) && practice.published_at.is_some()
        );
        if let MaterialContent::Link(url) = &one.content {
            assert!(url.starts_with("https://example.org/"), "{url}");
        }
    }
}
