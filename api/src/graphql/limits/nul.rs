//! U+0000: not every database can hold it in a text, so it is refused at the door, whichever it is.

use async_graphql::{Value as ConstValue, Variables};

/// Whether the source or a variable holds it, written out or escaped.
pub(super) fn is_in(source: &str, variables: &Variables) -> bool {
    source.contains('\0') || source.contains("\\u0000") || variables.values().any(holds)
}

fn holds(value: &ConstValue) -> bool {
    match value {
        ConstValue::String(text) => text.contains('\0'),
        ConstValue::List(items) => items.iter().any(holds),
        ConstValue::Object(fields) => fields.values().any(holds),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_found_wherever_it_hides() {
        let none = Variables::default();
        assert!(is_in("{ a(b: \"\\u0000\") }", &none) && is_in("{ a \0 }", &none));
        assert!(!is_in("{ a(b: \"\\u0001\") }", &none));
        let within = |value| is_in("", &Variables::from_json(json!({ "a": [{ "b": value }] })));
        assert!(within("x\0") && !within("x"));
    }
}
