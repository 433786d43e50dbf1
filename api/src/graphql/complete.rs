//! Completes an answer as the specification wants it (October 2021, sections 6.4.3 and 7.2.2): fields in the
//! order of the query, `null` where a field failed, and where that field is non-null its nearest nullable
//! parent `null` instead. The library (7.2.1) gives the fields in the order in which they were ready, leaves a
//! failed one out, and an object of which all failed is `null`.

use std::{collections::BTreeSet, fmt::Write, ops::Bound};

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
type Failed = BTreeSet<String>;

/// Whether something below the path failed.
fn failed_below(path: &mut String, failed: &Failed) -> bool {
    path.push('/');
    let from = (Bound::Included(path.as_str()), Bound::Unbounded);
    let is_below = failed.range::<str, _>(from).next().is_some_and(|first| first.starts_with(path.as_str()));
    path.pop();
    is_below
}

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
        if failed.is_empty() {
            return self.order(&mut response.data);
        }
        let data = std::mem::take(&mut response.data);
        response.data = self.object(data, &mut String::new(), &failed).unwrap_or(Value::Null);
    }

    /// Puts fields into the order of the query where none failed, and leaves out what was not asked for (see
    /// [`prepare`](super::prepare)).
    fn order(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.order(item)),
            Value::Object(found) if !self.fields.is_empty() => {
                // A field may be left out by `@skip` or `@include`, or be of another type.
                let mut next = 0;
                for field in &self.fields {
                    let at = match found.get_index(next) {
                        Some((key, _)) if *key == field.key => Some(next),
                        _ => found.get_index_of(&field.key),
                    };
                    let Some(at) = at else { continue };
                    found.swap_indices(at, next);
                    if let Some((_, value)) = found.get_index_mut(next) {
                        field.below.order(value);
                    }
                    next += 1;
                }
                found.truncate(next);
            }
            _ => {}
        }
    }

    /// An object with its fields; none where a non-null field of it failed.
    fn object(&self, value: Value, path: &mut String, failed: &Failed) -> Option<Value> {
        let mut found = match value {
            Value::Object(found) => found,
            Value::Null if failed_below(path, failed) => IndexMap::new(),
            other => return Some(other),
        };
        let mut object = IndexMap::with_capacity(found.len());
        for field in &self.fields {
            let value = found.swap_remove(&field.key);
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
        let is_list = ty.is_some_and(|ty| matches!(ty.base, BaseType::List(_)));
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
            Value::Object(_) | Value::Null if !self.fields.is_empty() && !is_list => {
                match self.object(value, path, failed) {
                    Some(object) => object,
                    None => return null(ty),
                }
            }
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
    fn an_object_of_which_every_field_failed_is_still_an_object() {
        let errors: &[&[&str]] = &[&["a", "name"]];
        assert_eq!(completed("{ a { name } }", value!({ "a": null }), errors), r#"{"a":{"name":null}}"#);
        assert_eq!(completed("{ a { id } }", value!(null), &[&["a"]]), r#"{"a":null}"#);
        assert_eq!(completed("{ a { id } }", value!(null), &[&[]]), "null");
    }

    #[test]
    fn a_list_that_failed_in_an_item_is_no_object() {
        let errors: &[&[&str]] = &[&["list", "0"]];
        assert_eq!(completed("{ list { id } }", value!({ "list": null }), errors), r#"{"list":null}"#);
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
