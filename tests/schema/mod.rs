//! The schema: as it was written down, as outside programs rely on it, and as a manual.

mod contract;

use async_graphql::parser::{
    parse_schema,
    types::{ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// A schema definition, read.
pub fn parsed(sdl: &str) -> ServiceDocument {
    parse_schema(sdl).unwrap()
}

/// The types of a schema definition.
pub fn types(document: &ServiceDocument) -> Vec<&TypeDefinition> {
    document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some(&ty.node),
            _ => None,
        })
        .collect()
}

/// The names of a root type's fields.
pub fn root_fields(root: &str) -> Vec<String> {
    let document = parsed(&api::graphql::schema::sdl());
    let found = types(&document).into_iter().find(|ty| ty.name.node == root).expect("a root type");
    let TypeKind::Object(object) = &found.kind else { panic!("{root} is no object") };
    object.fields.iter().map(|field| field.node.name.node.to_string()).collect()
}

#[test]
fn the_schema_is_the_one_that_was_written_down() {
    let (written, now) = (include_str!("../../schema.graphql"), api::graphql::schema::sdl());
    if written != now {
        let place = written.lines().zip(now.lines()).position(|(old, new)| old != new);
        let at = place.unwrap_or_else(|| written.lines().count().min(now.lines().count()));
        panic!(
            "schema.graphql is not the schema, first in line {}:\n  written: {}\n  now:     {}\n\
             When the change is meant: cargo run -- schema > schema.graphql",
            at + 1,
            written.lines().nth(at).unwrap_or("(ends)"),
            now.lines().nth(at).unwrap_or("(ends)")
        );
    }
}

#[test]
fn everything_in_the_schema_is_described() {
    let document = parsed(&api::graphql::schema::sdl());
    let mut bare = Vec::new();
    for ty in types(&document) {
        let name = &ty.name.node;
        let mut need = |description: bool, member: &str| {
            if !description {
                bare.push(format!("{name}{member}"));
            }
        };
        need(ty.description.is_some(), "");
        match &ty.kind {
            TypeKind::Object(object) => object.fields.iter().for_each(|field| {
                need(field.node.description.is_some(), &format!(".{}", field.node.name.node));
            }),
            TypeKind::Interface(interface) => interface.fields.iter().for_each(|field| {
                need(field.node.description.is_some(), &format!(".{}", field.node.name.node));
            }),
            TypeKind::InputObject(input) => input.fields.iter().for_each(|field| {
                need(field.node.description.is_some(), &format!(".{}", field.node.name.node));
            }),
            TypeKind::Enum(values) => values.values.iter().for_each(|value| {
                need(value.node.description.is_some(), &format!(".{}", value.node.value.node));
            }),
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert_eq!(bare, [] as [String; 0], "without a description");
}
