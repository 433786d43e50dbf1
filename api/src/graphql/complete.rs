//! Completes an answer as the specification wants it (October 2021, sections 6.4.3 and 7.2.2): fields in the
//! order of the query, `null` where a field failed, and where that field is non-null its nearest nullable
//! parent `null` instead. The library (7.2.1) gives the fields in the order in which they were ready, and
//! leaves a failed one out.

use std::{collections::HashSet, fmt::Write};

use async_graphql::{
    Name, PathSegment, Response, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type},
};

use super::index::Index;

/// The shape of the answer to an operation, made before it runs.
#[derive(Debug, Default)]
pub struct Plan {
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    key: Name,
    /// None for fields of introspection, which the index does not know.
    ty: Option<Type>,
    below: Plan,
}

/// The paths of the errors, as text: names and indexes with a `/` before each, which stands in no name.
type Failed = HashSet<String>;

/// Goes on to a part of a path for as long as it is looked at.
fn within<T>(path: &mut String, part: impl std::fmt::Display, look: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    // Writing to a string cannot fail.
    let _ = write!(path, "/{part}");
    let seen = look(path);
    path.truncate(length);
    seen
}

/// A selection set, and the type that its fields belong to.
type Typed<'a> = (&'a str, &'a SelectionSet);

/// Fields by key: each with its type, and the selection sets below it.
type Merged<'a> = IndexMap<&'a Name, (Option<&'a Type>, Vec<Typed<'a>>)>;

impl Plan {
    /// The shape of the answer to `operation`.
    #[must_use]
    pub fn new(index: &Index, document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let root = index.root(operation.ty);
        let mut sets = vec![(root, &operation.selection_set.node)];
        Self::of(index, document, &mut sets)
    }

    /// Merges selection sets, each with the type that its fields belong to.
    fn of<'a>(index: &'a Index, document: &'a ExecutableDocument, sets: &mut Vec<Typed<'a>>) -> Self {
        let mut merged = Merged::new();
        for (parent, set) in sets.drain(..) {
            collect(index, document, parent, set, &mut merged);
        }
        let fields = merged
            .into_iter()
            .map(|(key, (ty, mut sets))| Field {
                key: key.clone(),
                ty: ty.cloned(),
                below: Self::of(index, document, &mut sets),
            })
            .collect();
        Self { fields }
    }

    /// Completes the answer.
    pub fn complete(&self, response: &mut Response) {
        let text = |path: &[PathSegment]| {
            path.iter().fold(String::new(), |mut text, part| {
                let _ = match part {
                    PathSegment::Field(name) => write!(text, "/{name}"),
                    PathSegment::Index(index) => write!(text, "/{index}"),
                };
                text
            })
        };
        let failed: Failed = response.errors.iter().map(|error| text(&error.path)).collect();
        let data = std::mem::take(&mut response.data);
        response.data = self.object(data, &mut String::new(), &failed).unwrap_or(Value::Null);
    }

    /// An object with its fields; none where a non-null field of it failed.
    fn object(&self, value: Value, path: &mut String, failed: &Failed) -> Option<Value> {
        let Value::Object(mut found) = value else { return Some(value) };
        let mut object = IndexMap::with_capacity(found.len());
        for field in &self.fields {
            let value = found.swap_remove(&field.key);
            if value.is_none() && failed.is_empty() {
                // Left out by `@skip` or `@include`, or of another type.
                continue;
            }
            let value = within(path, &field.key, |path| match value {
                Some(value) => Some(field.below.value(value, field.ty.as_ref(), path, failed)),
                None => failed.contains(path.as_str()).then(|| null(field.ty.as_ref())),
            });
            if let Some(value) = value {
                object.insert(field.key.clone(), value?);
            }
        }
        Some(Value::Object(object))
    }

    /// A value of a type; none where it is `null` and must not be.
    fn value(&self, value: Value, ty: Option<&Type>, path: &mut String, failed: &Failed) -> Option<Value> {
        let done = match value {
            Value::List(items) => {
                let item_type = ty.and_then(|ty| match &ty.base {
                    BaseType::List(item) => Some(&**item),
                    BaseType::Named(_) => None,
                });
                let mut done = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    match within(path, index, |path| self.value(item, item_type, path, failed)) {
                        Some(item) => done.push(item),
                        None => return null(ty),
                    }
                }
                Value::List(done)
            }
            Value::Object(_) if !self.fields.is_empty() => match self.object(value, path, failed) {
                Some(object) => object,
                None => return null(ty),
            },
            other => other,
        };
        if done == Value::Null { null(ty) } else { Some(done) }
    }
}

/// `null`, where the type allows it.
fn null(ty: Option<&Type>) -> Option<Value> {
    ty.is_none_or(|ty| ty.nullable).then_some(Value::Null)
}

fn collect<'a>(
    index: &'a Index,
    document: &'a ExecutableDocument,
    parent: &'a str,
    set: &'a SelectionSet,
    merged: &mut Merged<'a>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let shape = index.field(parent, &field.name.node);
                let entry = merged.entry(&field.response_key().node).or_default();
                entry.0 = entry.0.or(shape.map(|shape| &shape.ty));
                if !field.selection_set.node.items.is_empty() {
                    entry.1.push((shape.map_or("", |shape| &shape.result), &field.selection_set.node));
                }
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                collect(index, document, on, &fragment.node.selection_set.node, merged);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    collect(index, document, on, &fragment.node.selection_set.node, merged);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, parser::parse_query, value};

    use super::*;

    const SDL: &str = "type Query { a: Thing b: Thing! list: [Thing!] loose: [Thing]! } \
                       type Thing { id: ID! name: String must: Thing! }";

    fn completed(query: &str, data: Value, errors: &[&[&str]]) -> String {
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let plan = Plan::new(&Index::new(SDL).unwrap(), &document, &operation.node);
        let mut response = Response::new(data);
        response.errors = errors
            .iter()
            .map(|path| {
                let mut error = ServerError::new("failed", None);
                error.path = path
                    .iter()
                    .map(|part| {
                        part.parse().map_or_else(|_| PathSegment::Field((*part).into()), PathSegment::Index)
                    })
                    .collect();
                error
            })
            .collect();
        plan.complete(&mut response);
        response.data.into_json().unwrap().to_string()
    }

    #[test]
    fn fields_stand_in_the_order_of_the_query_fragments_and_all() {
        let query = "{ b { ...F name } a { x: name id } } fragment F on Thing { must { name id } id }";
        let data = value!({
            "a": { "id": "1", "x": "n" },
            "b": { "name": "m", "id": "2", "must": { "id": "3", "name": "o" } },
        });
        let mut response = Response::new(data.clone());
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        Plan::new(&Index::new(SDL).unwrap(), &document, &operation.node).complete(&mut response);
        assert_eq!(
            serde_json::to_string(&response.data).unwrap(),
            r#"{"b":{"must":{"name":"o","id":"3"},"id":"2","name":"m"},"a":{"x":"n","id":"1"}}"#
        );
    }

    #[test]
    fn a_failed_nullable_field_is_null_and_leaves_its_neighbours() {
        assert_eq!(
            completed("{ a { id name } }", value!({ "a": { "id": "1" } }), &[&["a", "name"]]),
            r#"{"a":{"id":"1","name":null}}"#
        );
        assert_eq!(
            completed("{ a { id } b { id } }", value!({ "b": { "id": "1" } }), &[&["a"]]),
            r#"{"a":null,"b":{"id":"1"}}"#
        );
    }

    #[test]
    fn a_failed_non_null_field_nulls_its_nearest_nullable_parent() {
        assert_eq!(
            completed("{ a { id must { id } } }", value!({ "a": { "id": "1" } }), &[&["a", "must"]]),
            r#"{"a":null}"#
        );
        assert_eq!(
            completed(
                "{ a { id } b { must { id } } }",
                value!({ "a": { "id": "1" }, "b": {} }),
                &[&["b", "must"]]
            ),
            "null"
        );
        assert_eq!(
            completed("{ a { must { id } } }", value!({ "a": { "must": null } }), &[&["a", "must", "id"]]),
            r#"{"a":null}"#
        );
    }

    #[test]
    fn a_failed_item_nulls_itself_or_its_list() {
        let data = || value!({ "loose": [{ "id": "1" }, {}], "list": [{ "id": "1" }, {}] });
        let errors: &[&[&str]] = &[&["loose", "1", "id"], &["list", "1", "id"]];
        assert_eq!(
            completed("{ loose { id } list { id } }", data(), errors),
            r#"{"list":null,"loose":[{"id":"1"},null]}"#
        );
    }

    #[test]
    fn what_was_skipped_is_not_null_but_absent() {
        assert_eq!(
            completed("{ a { id name } }", value!({ "a": { "id": "1" } }), &[&["b"]]),
            r#"{"a":{"id":"1"}}"#
        );
    }
}
