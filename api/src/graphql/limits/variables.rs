//! A required variable without a value is an error of the request, not of a field.
//!
//! The library notices only when a resolver reads the variable, after others may have run.

use async_graphql::{Value, Variables, parser::types::OperationDefinition};

use super::{Refusal, codes};

/// Every variable whose type ends in `!` must have a value that is not null.
pub(super) fn check(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (at, definition) = (definition.pos, &definition.node);
        if definition.var_type.node.nullable {
            continue;
        }
        let name = &definition.name.node;
        let wrong = match variables.get(name) {
            Some(Value::Null) => "must not be null",
            None if definition.default_value.is_none() => "has no value",
            _ => continue,
        };
        let ty = &definition.var_type.node;
        return Err(Refusal {
            code: codes::VALIDATION,
            message: format!("The variable \"${name}\" of the required type \"{ty}\" {wrong}."),
            locations: vec![at],
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn message(declared: &str, values: serde_json::Value) -> Option<String> {
        let document = parse_query(format!("query({declared}) {{ a }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let result = check(&operation.node, &Variables::from_json(values));
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
    fn others_may_be_absent() {
        assert_eq!(message("$id: ID", json!({"id": null})), None);
        assert_eq!(message("$id: ID! = 1, $more: [ID!]", json!({})), None);
        assert_eq!(message("$id: ID!", json!({"id": "a"})), None);
    }
}
