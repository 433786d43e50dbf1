//! A required variable without a value is an error of the request, not of a field.
//!
//! The library notices only when a resolver reads the variable, after others may have run.

use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};

use super::{Refusal, codes};
use crate::graphql::index::Index;

/// Every variable whose type ends in `!` must have a value that is not null, and an input object must be an object.
pub(super) fn check(
    index: &Index,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (at, definition) = (definition.pos, &definition.node);
        let (name, ty) = (&definition.name.node, &definition.var_type.node);
        let wrong = match variables.get(name) {
            Some(Value::Null) if !ty.nullable => "must not be null",
            None if !ty.nullable && definition.default_value.is_none() => "has no value",
            Some(value) if !has_objects(index, value, ty) => "must be a JSON object",
            _ => continue,
        };
        let required = if ty.nullable { "" } else { "required " };
        return Err(Refusal {
            code: codes::VALIDATION,
            message: format!("The variable \"${name}\" of the {required}type \"{ty}\" {wrong}."),
            locations: vec![at],
        });
    }
    Ok(())
}

/// Whether there are objects where the schema wants input objects.
fn has_objects(index: &Index, value: &Value, ty: &Type) -> bool {
    match (&ty.base, value) {
        (_, Value::Null) => true,
        (BaseType::List(item), Value::List(values)) => {
            values.iter().all(|value| has_objects(index, value, item))
        }
        (BaseType::List(item), value) => has_objects(index, value, item),
        (BaseType::Named(name), Value::Object(fields)) => fields.iter().all(|(field, value)| {
            index.input_field(name, field).is_none_or(|ty| has_objects(index, value, ty))
        }),
        (BaseType::Named(name), _) => !index.is_input(name),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn message(declared: &str, values: serde_json::Value) -> Option<String> {
        let document = parse_query(format!("query({declared}) {{ a }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let index = Index::new("input By { id: ID by: By } type Query { a: Int }").unwrap();
        let result = check(&index, &operation.node, &Variables::from_json(values));
        result.err().map(|refusal| refusal.message)
    }

    #[test]
    fn a_required_variable_needs_a_value() {
        assert_eq!(
            message("$id: ID!", json!({})).unwrap(),
            "The variable \"$id\" of the required type \"ID!\" has no value."
        );
        assert_eq!(
            message("$ids: [ID!]! = []", json!({"ids": null})).unwrap(),
            "The variable \"$ids\" of the required type \"[ID!]!\" must not be null."
        );
    }

    #[test]
    fn an_input_object_is_an_object() {
        assert_eq!(
            message("$by: By", json!({"by": 7})).unwrap(),
            "The variable \"$by\" of the type \"By\" must be a JSON object."
        );
        assert!(message("$by: [By!]!", json!({"by": [{"by": "x"}]})).is_some());
        assert_eq!(message("$by: [By!]!", json!({"by": [{"by": {"id": 1}}, {}]})), None);
        assert_eq!(message("$by: [By!]", json!({"by": {"by": null}})), None);
    }

    #[test]
    fn others_may_be_absent() {
        assert_eq!(message("$id: ID", json!({"id": null})), None);
        assert_eq!(message("$id: ID! = 1, $more: [ID!]", json!({})), None);
        assert_eq!(message("$id: ID!", json!({"id": "a"})), None);
    }
}
