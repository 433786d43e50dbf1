//! Prepares a document for the library, which (7.2.1) departs from the specification in two places that a
//! document can be written around:
//!
//! - an object that comes to nothing becomes `null`: where every field of it was skipped, or failed. A hidden `__typename`
//!   keeps it an object in a selection set that conditions may empty, and in one of several for the same key, whose objects
//!   the library puts together. For others [`super::complete`] knows from the errors that there was an object; it also
//!   leaves out what the caller did not ask for;
//! - a variable that was not given is taken for `null`, where the argument's default should hold. Such a
//!   variable gets that default.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

use super::index::Index;

/// The key of the hidden field: no caller can name a field so.
const HIDDEN: &str = "*";

/// Rewrites the document for a run with these variables.
pub fn prepare(index: &Index, document: &mut ExecutableDocument, variables: &Variables) {
    let repeated = repeated(document);
    let mut defaults = HashMap::new();
    for fragment in document.fragments.values_mut() {
        let on = fragment.node.type_condition.node.on.node.clone();
        rewrite(index, &on, &mut fragment.node.selection_set.node, &repeated, &mut defaults);
    }
    let operations: Vec<&mut OperationDefinition> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(operations) => operations.values_mut().map(|it| &mut it.node).collect(),
    };
    for operation in operations {
        let mut defaults = defaults.clone();
        let set = &mut operation.selection_set;
        rewrite(index, index.root(operation.ty), &mut set.node, &repeated, &mut defaults);
        if may_be_empty(&set.node) {
            add_hidden_typename(set);
        }
        for definition in &mut operation.variable_definitions {
            let at = definition.pos;
            let definition = &mut definition.node;
            let name = &definition.name.node;
            if definition.default_value.is_none() && !variables.contains_key(name) {
                definition.default_value = defaults.remove(name).map(|value| Positioned::new(value, at));
            }
        }
    }
}

/// Adds the hidden fields, and gathers the defaults of the arguments for which a variable stands.
fn rewrite(
    index: &Index,
    parent: &str,
    set: &mut SelectionSet,
    repeated: &HashSet<Name>,
    defaults: &mut HashMap<Name, Constant>,
) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let field = &mut field.node;
                let shape = index.field(parent, &field.name.node);
                for (argument, value) in &field.arguments {
                    if let Value::Variable(name) = &value.node
                        && let Some(default) =
                            shape.and_then(|shape| shape.defaults.get(argument.node.as_str()))
                    {
                        defaults.entry(name.clone()).or_insert_with(|| default.clone());
                    }
                }
                if !field.selection_set.node.items.is_empty() {
                    let is_repeated = repeated.contains(&field.response_key().node);
                    let result = shape.map_or("", |shape| &shape.result);
                    let below = &mut field.selection_set;
                    rewrite(index, result, &mut below.node, repeated, defaults);
                    if is_repeated || may_be_empty(&below.node) {
                        add_hidden_typename(below);
                    }
                }
            }
            Selection::InlineFragment(fragment) => {
                let fragment = &mut fragment.node;
                let on = fragment.type_condition.as_ref().map(|on| on.node.on.node.clone());
                let on = on.as_ref().map_or(parent, |on| on.as_str());
                rewrite(index, on, &mut fragment.selection_set.node, repeated, defaults);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// The keys for which selection sets stand more than once in the document: these may be of one object.
fn repeated(document: &ExecutableDocument) -> HashSet<Name> {
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> = fragments.chain(operations).collect();
    let (mut seen, mut repeated) = (HashSet::new(), HashSet::new());
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if !field.node.selection_set.node.items.is_empty() => {
                    let key = &field.node.response_key().node;
                    if !seen.insert(key) {
                        repeated.insert(key.clone());
                    }
                    sets.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::Field(_) | Selection::FragmentSpread(_) => {}
            }
        }
    }
    repeated
}

/// Whether conditions may leave out all of a selection set.
fn may_be_empty(set: &SelectionSet) -> bool {
    !set.items.iter().any(
        |selection| matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty()),
    )
}

fn add_hidden_typename(set: &mut Positioned<SelectionSet>) {
    let at = set.pos;
    let field = Field {
        alias: Some(Positioned::new(Name::new(HIDDEN), at)),
        name: Positioned::new(Name::new("__typename"), at),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), at),
    };
    set.node.items.push(Positioned::new(Selection::Field(Positioned::new(field, at)), at));
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, parser::parse_query};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::graphql::{complete::Plan, index::Index};

    struct Query;

    #[Object]
    impl Query {
        async fn thing(&self) -> Option<Thing> {
            Some(Thing)
        }
        async fn things(&self) -> Vec<Thing> {
            vec![Thing, Thing]
        }
        async fn fails(&self) -> async_graphql::Result<Option<i32>> {
            Err("failed".into())
        }
        async fn twice(&self, #[graphql(default = 21)] number: i32) -> i32 {
            number * 2
        }
    }

    struct Thing;

    #[Object]
    impl Thing {
        async fn id(&self) -> i32 {
            1
        }
        async fn fails(&self) -> async_graphql::Result<Option<i32>> {
            Err("failed".into())
        }
    }

    async fn answer(query: &str, variables: Json) -> Json {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let variables = Variables::from_json(variables);
        let mut document = parse_query(query).unwrap();
        let index = Index::new(&schema.sdl()).unwrap();
        let plan = {
            let (_, operation) = document.operations.iter().next().unwrap();
            Plan::new(&index, &document, &operation.node)
        };
        prepare(&index, &mut document, &variables);
        let mut request = Request::new(query).variables(variables);
        request.set_parsed_query(document);
        let mut response = schema.execute(request).await;
        plan.complete(&mut response);
        response.data.into_json().unwrap()
    }

    #[tokio::test]
    async fn an_object_without_fields_is_still_an_object() {
        assert_eq!(answer("{ thing { id @skip(if: true) } }", json!({})).await, json!({ "thing": {} }));
        assert_eq!(answer("{ thing @skip(if: true) { id } }", json!({})).await, json!({}));
        assert_eq!(
            answer("{ thing { ...F } } fragment F on Thing { id @include(if: false) }", json!({})).await,
            json!({ "thing": {} })
        );
    }

    #[tokio::test]
    async fn an_object_whose_fields_all_failed_is_still_an_object() {
        assert_eq!(answer("{ thing { fails } }", json!({})).await, json!({ "thing": { "fails": null } }));
        assert_eq!(
            answer("{ fails again: fails }", json!({})).await,
            json!({ "fails": null, "again": null })
        );
    }

    #[tokio::test]
    async fn a_field_selected_twice_has_what_either_selection_gives() {
        let whole = json!({ "thing": { "fails": null, "id": 1 } });
        assert_eq!(answer("{ thing { fails } thing { id } }", json!({})).await, whole);
        let fragments =
            "{ ...A ...B } fragment A on Query { thing { fails } } fragment B on Query { thing { id } }";
        assert_eq!(answer(fragments, json!({})).await, whole);
        let item = json!({ "fails": null, "id": 1 });
        assert_eq!(
            answer("{ things { fails } things { id } }", json!({})).await,
            json!({ "things": [item, item] })
        );
    }

    #[tokio::test]
    async fn a_typename_that_was_skipped_is_not_answered() {
        for query in [
            "{ thing { __typename @skip(if: true) } }",
            "{ thing { ...F @include(if: false) } } fragment F on Thing { __typename id }",
        ] {
            assert_eq!(answer(query, json!({})).await, json!({ "thing": {} }), "{query}");
        }
    }

    #[tokio::test]
    async fn a_variable_that_was_not_given_leaves_the_default_in_force() {
        let query = "query ($n: Int) { twice(number: $n) }";
        assert_eq!(answer(query, json!({})).await, json!({ "twice": 42 }));
        let within = "query ($n: Int) { ...F } fragment F on Query { twice(number: $n) }";
        assert_eq!(answer(within, json!({})).await, json!({ "twice": 42 }));
        assert_eq!(answer(query, json!({ "n": 2 })).await, json!({ "twice": 4 }));
    }

    #[tokio::test]
    async fn a_typename_that_was_asked_for_is_answered() {
        assert_eq!(
            answer("{ thing { __typename } }", json!({})).await,
            json!({ "thing": { "__typename": "Thing" } })
        );
    }
}
