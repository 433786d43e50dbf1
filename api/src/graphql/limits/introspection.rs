//! Whether a document asks the schema about itself.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// Whether `__schema` or `__type` stands anywhere in it.
pub(super) fn is_asked(document: &ExecutableDocument) -> bool {
    document.operations.iter().any(|(_, operation)| within(&operation.node.selection_set.node))
        || document.fragments.values().any(|fragment| within(&fragment.node.selection_set.node))
}

fn within(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            matches!(field.node.name.node.as_str(), "__schema" | "__type")
                || within(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => within(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
