//! What outside programs rely on, in `contract.graphql`: the schema holds all of it under the same names, with
//! the same arguments and the same nullability. It may hold more.

use std::collections::BTreeMap;

use async_graphql::parser::types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind};

use super::{parsed, types};

#[test]
fn the_schema_keeps_the_contract() {
    let found = broken(include_str!("contract.graphql"), &api::graphql::schema::sdl());
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn a_broken_contract_is_noticed() {
    let contract = "type Query { a(x: Int! = 1): Int! b: [E!] } enum E { ONE } input I @oneOf { id: ID }
        interface Node { id: ID! } type T implements Node { id: ID! }";
    let sound = "type Query { a(x: Int! = 1, y: Int): Int! b: [E!] c: Int } enum E { ONE TWO }
        input I @oneOf { id: ID code: String } interface Node { id: ID! } type T implements Node { id: ID! }";
    assert_eq!(broken(contract, sound), [] as [String; 0]);
    for (from, to) in [
        ("a(x: Int! = 1, y: Int): Int!", "a(x: Int! = 1, y: Int): Int"),
        ("x: Int! = 1", "x: Int! = 2"),
        ("x: Int! = 1", "x: Int!"),
        ("x: Int! = 1", "x: Int = 1"),
        ("y: Int)", "y: Int!)"),
        ("b: [E!] ", "b: [E] "),
        ("b: [E!] ", ""),
        ("ONE TWO", "TWO"),
        ("@oneOf", ""),
        ("code: String", "code: String!"),
        ("type T implements Node", "type T"),
        ("enum E {", "enum F {"),
    ] {
        let changed = sound.replace(from, to);
        assert_ne!(changed, sound);
        assert!(!broken(contract, &changed).is_empty(), "{from} → {to} went unnoticed");
    }
}

/// What of the contract the schema does not keep.
fn broken(contract: &str, schema: &str) -> Vec<String> {
    let (contract, schema) = (parsed(contract), parsed(schema));
    let there: BTreeMap<_, _> = types(&schema).into_iter().map(|ty| (ty.name.node.to_string(), ty)).collect();
    let mut broken = Vec::new();
    for wanted in types(&contract) {
        match there.get(wanted.name.node.as_str()) {
            Some(found) => compare(wanted, found, &mut broken),
            None => broken.push(format!("there is no {}", wanted.name.node)),
        }
    }
    broken
}

fn compare(wanted: &TypeDefinition, found: &TypeDefinition, broken: &mut Vec<String>) {
    let name = wanted.name.node.as_str();
    for directive in &wanted.directives {
        let directive = &directive.node.name.node;
        if !found.directives.iter().any(|other| other.node.name.node == *directive) {
            broken.push(format!("{name} is not @{directive}"));
        }
    }
    match (&wanted.kind, &found.kind) {
        (TypeKind::Scalar, TypeKind::Scalar) => {}
        (TypeKind::Object(wanted), TypeKind::Object(found)) => {
            for interface in &wanted.implements {
                if !found.implements.iter().any(|other| other.node == interface.node) {
                    broken.push(format!("{name} does not implement {}", interface.node));
                }
            }
            let fields = |of: &[async_graphql::Positioned<FieldDefinition>]| -> Vec<FieldDefinition> {
                of.iter().map(|field| field.node.clone()).collect()
            };
            compare_fields(name, &fields(&wanted.fields), &fields(&found.fields), broken);
        }
        (TypeKind::Interface(wanted), TypeKind::Interface(found)) => {
            let fields = |of: &[async_graphql::Positioned<FieldDefinition>]| -> Vec<FieldDefinition> {
                of.iter().map(|field| field.node.clone()).collect()
            };
            compare_fields(name, &fields(&wanted.fields), &fields(&found.fields), broken);
        }
        (TypeKind::InputObject(wanted), TypeKind::InputObject(found)) => {
            compare_inputs(name, &inputs(&wanted.fields), &inputs(&found.fields), broken);
        }
        (TypeKind::Enum(wanted), TypeKind::Enum(found)) => {
            for value in &wanted.values {
                if !found.values.iter().any(|other| other.node.value.node == value.node.value.node) {
                    broken.push(format!("{name} lacks {}", value.node.value.node));
                }
            }
        }
        _ => broken.push(format!("{name} is of another kind")),
    }
}

fn inputs(of: &[async_graphql::Positioned<InputValueDefinition>]) -> Vec<InputValueDefinition> {
    of.iter().map(|input| input.node.clone()).collect()
}

fn compare_fields(
    name: &str,
    wanted: &[FieldDefinition],
    found: &[FieldDefinition],
    broken: &mut Vec<String>,
) {
    for field in wanted {
        let path = format!("{name}.{}", field.name.node);
        let Some(there) = found.iter().find(|other| other.name.node == field.name.node) else {
            broken.push(format!("there is no {path}"));
            continue;
        };
        if there.ty.node != field.ty.node {
            broken.push(format!("{path} is {}, not {}", there.ty.node, field.ty.node));
        }
        compare_inputs(&path, &inputs(&field.arguments), &inputs(&there.arguments), broken);
    }
}

/// Arguments, or fields of an input: those wanted are there, and no other is required.
fn compare_inputs(
    name: &str,
    wanted: &[InputValueDefinition],
    found: &[InputValueDefinition],
    broken: &mut Vec<String>,
) {
    let default =
        |input: &InputValueDefinition| input.default_value.as_ref().map(|value| value.node.to_string());
    for input in wanted {
        let path = format!("{name}({})", input.name.node);
        match found.iter().find(|other| other.name.node == input.name.node) {
            None => broken.push(format!("there is no {path}")),
            Some(there) if there.ty.node != input.ty.node => {
                broken.push(format!("{path} is {}, not {}", there.ty.node, input.ty.node));
            }
            Some(there) if default(there) != default(input) => {
                broken.push(format!("{path} has the default {:?}, not {:?}", default(there), default(input)));
            }
            Some(_) => {}
        }
    }
    for extra in found.iter().filter(|other| wanted.iter().all(|input| input.name.node != other.name.node)) {
        if !extra.ty.node.nullable && extra.default_value.is_none() {
            broken.push(format!("{name} requires {}, which the contract does not know", extra.name.node));
        }
    }
}
