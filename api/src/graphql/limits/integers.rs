//! GraphQL's `Int` has 32 bits: literals and variables beyond them are refused.
//!
//! The library would let a 64-bit number pass wherever the resolver's own type has room for it,
//! and would report the others only while it executes.

use async_graphql::{
    Name, Number, Value, Variables,
    parser::{
        Pos,
        types::{BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type},
    },
};

use super::{Refusal, codes};
use crate::graphql::index::Index;

/// Looks at every argument in the document, at all variables' defaults
/// and at the values of the variables of the operation that will run.
pub(super) fn check(
    index: &Index,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        if let Some(value) = variables.get(&definition.node.name.node) {
            let name = format!("variable \"${}\"", definition.node.name.node);
            fits(index, value, &definition.node.var_type.node, &name, definition.pos)?;
        }
    }
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            if let Some(value) = &definition.node.default_value {
                let name = format!("variable \"${}\"", definition.node.name.node);
                fits(index, &value.node, &definition.node.var_type.node, &name, value.pos)?;
            }
        }
        selections(index, &operation.node.selection_set.node, index.root(operation.node.ty))?;
    }
    for fragment in document.fragments.values() {
        let on = &fragment.node.type_condition.node.on.node;
        selections(index, &fragment.node.selection_set.node, on)?;
    }
    Ok(())
}

fn selections(index: &Index, set: &SelectionSet, parent: &str) -> Result<(), Refusal> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let Some(shape) = index.field(parent, &field.name.node) else {
                    // Introspection takes no integers; an unknown field is the schema's to report.
                    continue;
                };
                for (name, value) in &field.arguments {
                    if let Some(ty) = shape.arguments.get(name.node.as_str()) {
                        let Ok(literal) = value.node.clone().into_const_with(without_variables);
                        let name = format!("argument \"{}\"", name.node);
                        fits(index, &literal, ty, &name, value.pos)?;
                    }
                }
                selections(index, &field.selection_set.node, &shape.result)?;
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let on = condition.map_or(parent, |it| it.node.on.node.as_str());
                selections(index, &inline.node.selection_set.node, on)?;
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

/// Variables are checked where they are declared.
fn without_variables(_: Name) -> Result<Value, std::convert::Infallible> {
    Ok(Value::Null)
}

/// Descends into lists and input objects, as deep as the value goes.
fn fits(index: &Index, value: &Value, ty: &Type, name: &str, at: Pos) -> Result<(), Refusal> {
    match (&ty.base, value) {
        (BaseType::List(item), Value::List(values)) => {
            values.iter().try_for_each(|value| fits(index, value, item, name, at))
        }
        // A single value stands for a list of one.
        (BaseType::List(item), value) => fits(index, value, item, name, at),
        (BaseType::Named(scalar), Value::Number(number)) if scalar == "Int" => {
            if is_beyond_32_bits(number) {
                return Err(Refusal {
                    code: codes::VALIDATION,
                    message: format!(
                        "The number {number} in {name} is beyond Int: {} to {}.",
                        i32::MIN,
                        i32::MAX
                    ),
                    locations: vec![at],
                });
            }
            Ok(())
        }
        (BaseType::Named(input), Value::Object(fields)) => fields
            .iter()
            .filter_map(|(field, value)| Some((value, index.input_field(input, field)?)))
            .try_for_each(|(value, ty)| fits(index, value, ty, name, at)),
        _ => Ok(()),
    }
}

/// A number with a fraction is for the schema to report; one too large for 64 bits arrives as a float.
fn is_beyond_32_bits(number: &Number) -> bool {
    match number.as_i64() {
        Some(number) => i32::try_from(number).is_err(),
        None => number.as_f64().is_none_or(|number| number.abs() > f64::from(i32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    const SDL: &str = "type Query { list(first: Int, by: By, sizes: [Int!], weight: Float): List } \
        type List { size(n: Int): Int } input By { id: Int inner: By many: [By!] big: Long } scalar Long";

    fn refusal(source: &str, variables: Json) -> Option<String> {
        let index = Index::new(SDL).unwrap();
        let document = parse_query(source).unwrap();
        let variables = Variables::from_json(variables);
        let (_, operation) = document.operations.iter().next().unwrap();
        let result = check(&index, &document, &operation.node, &variables);
        result.err().map(|refusal| {
            assert_eq!(refusal.code, "GRAPHQL_VALIDATION_FAILED");
            assert_eq!(refusal.locations.len(), 1);
            refusal.message
        })
    }

    #[test]
    fn the_message_names_the_number_and_the_argument() {
        assert_eq!(
            refusal("{ list(first: 2147483648) { size } }", json!({})).unwrap(),
            "The number 2147483648 in argument \"first\" is beyond Int: -2147483648 to 2147483647."
        );
        assert_eq!(
            refusal("query($n: Int) { list(first: $n) { size } }", json!({"n": -2147483649_i64})).unwrap(),
            "The number -2147483649 in variable \"$n\" is beyond Int: -2147483648 to 2147483647."
        );
    }

    #[test]
    fn numbers_beyond_32_bits_are_found_in_every_corner() {
        for source in [
            "{ list(first: 99999999999999999999999) { size } }",
            "{ list(by: {inner: {id: 3000000000}}) { size } }",
            "{ list(by: {many: {id: 3000000000}}) { size } }",
            "{ list(sizes: [1, 3000000000]) { size } }",
            "{ list { ... { size(n: 3000000000) } } }",
            "{ list { ...F } } fragment F on List { size(n: 3000000000) }",
            "query($n: Int = 3000000000) { list(first: $n) { size } }",
        ] {
            assert!(refusal(source, json!({})).is_some(), "{source}");
        }
        let source = "query($by: By, $sizes: [Int!]) { list(by: $by, sizes: $sizes) { size } }";
        for variables in [
            json!({"by": {"many": [{"id": 1}, {"inner": {"id": 3000000000_i64}}]}}),
            json!({"sizes": [1, 3000000000_i64]}),
            json!({"sizes": 3000000000_i64}),
        ] {
            assert!(refusal(source, variables.clone()).is_some(), "{variables}");
        }
    }

    #[test]
    fn what_is_not_an_int_may_be_large() {
        for source in [
            "{ list(first: 2147483647, weight: 3000000000) { size(n: -2147483648) } }",
            "{ list(by: {big: 3000000000}) { size } }",
            "{ list(unknown: 3000000000) { other(n: 3000000000) } }",
        ] {
            assert_eq!(refusal(source, json!({"unused": 3000000000_i64})), None);
        }
    }
}
