//! What the guard and the completion have to know of the schema, read once from its SDL.

use std::collections::HashMap;

use async_graphql::{
    Value,
    parser::{
        Error, parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// The fields of the schema's types, by name.
#[derive(Debug)]
pub struct Index {
    roots: [String; 3],
    outputs: HashMap<String, HashMap<String, FieldShape>>,
    inputs: HashMap<String, HashMap<String, Type>>,
}

/// What a field gives and takes.
#[derive(Debug)]
pub struct FieldShape {
    /// The type it returns, with its lists and non-null marks.
    pub ty: Type,
    /// The name of the type it returns, without lists.
    pub result: String,
    /// It returns a list itself.
    pub list: bool,
    /// It takes `first` or `last`.
    pub paged: bool,
    /// The types of its arguments.
    pub arguments: HashMap<String, Type>,
    /// The defaults of those arguments that have one.
    pub defaults: HashMap<String, Value>,
}

impl Index {
    /// Reads the schema; the error is the parser's.
    pub fn new(sdl: &str) -> Result<Self, Error> {
        let mut index = Self {
            roots: ["Query", "Mutation", "Subscription"].map(String::from),
            outputs: HashMap::new(),
            inputs: HashMap::new(),
        };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let named = [schema.node.query, schema.node.mutation, schema.node.subscription];
                    for (root, name) in index.roots.iter_mut().zip(named) {
                        if let Some(name) = name {
                            *root = name.node.to_string();
                        }
                    }
                }
                TypeSystemDefinition::Type(ty) => {
                    let name = ty.node.name.node.to_string();
                    match ty.node.kind {
                        TypeKind::Object(object) => {
                            let fields = object.fields.into_iter().map(|field| shape(field.node));
                            index.outputs.entry(name).or_default().extend(fields);
                        }
                        TypeKind::Interface(interface) => {
                            let fields = interface.fields.into_iter().map(|field| shape(field.node));
                            index.outputs.entry(name).or_default().extend(fields);
                        }
                        TypeKind::InputObject(input) => {
                            let fields = input.fields.into_iter().map(|field| value(field.node));
                            index.inputs.entry(name).or_default().extend(fields);
                        }
                        TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::Union(_) => {}
                    }
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(index)
    }

    /// The type where an operation of this kind begins.
    pub fn root(&self, kind: OperationType) -> &str {
        let [query, mutation, subscription] = &self.roots;
        match kind {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        }
    }

    /// A field of an object or interface; `None` where the schema has no such field.
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldShape> {
        self.outputs.get(parent)?.get(name)
    }

    /// Whether it is the name of an input object.
    pub fn is_input(&self, name: &str) -> bool {
        self.inputs.contains_key(name)
    }

    /// The type of an input object's field.
    pub fn input_field(&self, input: &str, name: &str) -> Option<&Type> {
        self.inputs.get(input)?.get(name)
    }
}

fn shape(field: FieldDefinition) -> (String, FieldShape) {
    let list = matches!(field.ty.node.base, BaseType::List(_));
    let mut base = &field.ty.node.base;
    let result = loop {
        match base {
            BaseType::Named(name) => break name.to_string(),
            BaseType::List(item) => base = &item.base,
        }
    };
    let default =
        |it: &InputValueDefinition| Some((it.name.node.to_string(), it.default_value.as_ref()?.node.clone()));
    let defaults = field.arguments.iter().filter_map(|it| default(&it.node)).collect();
    let arguments: HashMap<_, _> = field.arguments.into_iter().map(|it| value(it.node)).collect();
    let paged = arguments.contains_key("first") || arguments.contains_key("last");
    (
        field.name.node.to_string(),
        FieldShape { ty: field.ty.node.clone(), result, list, paged, arguments, defaults },
    )
}

fn value(definition: InputValueDefinition) -> (String, Type) {
    (definition.name.node.to_string(), definition.ty.node)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = r#"
        """
        A page.
        """
        type Root { pages(first: Int, by: By): Pages! tags: [String!]! all: [[Node]!] }
        type Pages { nodes: [Node!]! }
        interface Node { id: ID! }
        input By @oneOf { id: ID sizes: [Int!] }
        directive @oneOf on INPUT_OBJECT
        schema { query: Root }
    "#;

    #[test]
    fn the_schema_is_read_into_shapes() {
        let index = Index::new(SDL).unwrap();
        assert_eq!(index.root(OperationType::Query), "Root");
        assert_eq!(index.root(OperationType::Mutation), "Mutation");
        let pages = index.field("Root", "pages").unwrap();
        assert!(pages.paged && !pages.list);
        assert_eq!(pages.result, "Pages");
        let all = index.field("Root", "all").unwrap();
        assert!(all.list && !all.paged);
        assert_eq!(all.result, "Node");
        assert!(index.field("Node", "id").is_some());
        assert!(index.field("Node", "name").is_none());
        assert_eq!(index.input_field("By", "sizes").unwrap().to_string(), "[Int!]");
    }

    #[test]
    fn a_broken_schema_is_an_error() {
        assert!(Index::new("type {").is_err());
    }
}
