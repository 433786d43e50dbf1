//! Prepares a document for the library, which (7.2.1) departs from the specification in two places that a
//! document can be written around:
//!
//! - an object of which every field was skipped becomes `null`. A hidden `__typename` in a selection set that may come to
//!   nothing keeps it an object; [`super::complete`] leaves out what the caller did not ask for;
//! - a variable that was not given is taken for `null`, where the argument's default should hold. Such a
//!   variable gets that default.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

use super::index::Index;

/// Rewrites the document for a run with these variables.
pub fn prepare(index: &Index, document: &mut ExecutableDocument, variables: &Variables) {
    let mut defaults = HashMap::new();
    for fragment in document.fragments.values_mut() {
        let on = fragment.node.type_condition.node.on.node.clone();
        rewrite(index, &on, &mut fragment.node.selection_set.node, &mut defaults);
    }
    let operations: Vec<&mut OperationDefinition> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(operations) => operations.values_mut().map(|it| &mut it.node).collect(),
    };
    for operation in operations {
        let mut defaults = defaults.clone();
        let set = &mut operation.selection_set;
        rewrite(index, index.root(operation.ty), &mut set.node, &mut defaults);
        add_hidden_typename(set);
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
fn rewrite(index: &Index, parent: &str, set: &mut SelectionSet, defaults: &mut HashMap<Name, Constant>) {
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
                    let result = shape.map_or("", |shape| &shape.result);
                    rewrite(index, result, &mut field.selection_set.node, defaults);
                    add_hidden_typename(&mut field.selection_set);
                }
            }
            Selection::InlineFragment(fragment) => {
                let fragment = &mut fragment.node;
                let on = fragment.type_condition.as_ref().map(|on| on.node.on.node.clone());
                let on = on.as_ref().map_or(parent, |on| on.as_str());
                rewrite(index, on, &mut fragment.selection_set.node, defaults);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Adds the hidden field where no other is certain to be resolved: conditions may leave all others out.
fn add_hidden_typename(set: &mut Positioned<SelectionSet>) {
    let at = set.pos;
    let set = &mut set.node;
    let is_certain = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty());
    if set.items.iter().any(is_certain) {
        return;
    }
    let field = Field {
        alias: None,
        name: Positioned::new(Name::new("__typename"), at),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), at),
    };
    set.items.push(Positioned::new(Selection::Field(Positioned::new(field, at)), at));
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
