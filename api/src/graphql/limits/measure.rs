//! How large an operation is once its fragments are expanded, and what it costs.
//!
//! Nothing is expanded: a fragment is measured once and its sums are added wherever it is spread,
//! so the time is linear in the document. All arithmetic saturates.
//!
//! The cost of a field is 1 and that of its selection. Under a field that takes `first` or `last`
//! the lists count once per item of the page asked for; any other list of objects counts as
//! [`LIST`] items, and one looked up by `ids` as many as there are ids. What a list costs thus
//! depends on the field above it, which a fragment does not know: a sum keeps the cost of its
//! lists apart until that field is reached. A search goes through all that it finds, and so does each of its facets:
//! they cost more than they show.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    },
};

use crate::graphql::index::{FieldShape, Index};

/// The page of a connection when neither `first` nor `last` is given.
const DEFAULT_PAGE: u64 = 20;
/// The largest page that is ever answered; a larger one is refused by the resolver.
const LARGEST_PAGE: u64 = 100;
/// The assumed length of a list that is not paged.
const LIST: u64 = 10;
/// What one look at the schema costs. It asks no database, so its lists do not multiply.
const INTROSPECTION: u64 = 1_000;

/// What a search costs beside what it shows, and what each facet of it does.
const SEARCH: u64 = 500;

/// What a selection adds up to with its fragments expanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Fields, spreads and inline fragments.
    pub selections: u64,
    /// Fields at the top.
    pub fields: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fields within fields; `__schema` and `__type` count as leaves.
    pub depth: u64,
    /// Selection sets within selection sets, those of fragments too.
    pub levels: u64,
    /// How often introspection comes back from types to their fields to types.
    pub introspection: u64,
    /// The cost of all but the lists.
    single: u64,
    /// The cost of one item of each list.
    item: u64,
}

impl Sums {
    /// The cost where each list at the top has so many items.
    pub fn cost(&self, items: u64) -> u64 {
        self.single.saturating_add(self.item.saturating_mul(items))
    }

    /// The cost of a whole operation, or of anything not under a paged field.
    pub fn whole_cost(&self) -> u64 {
        self.cost(LIST)
    }

    /// Both, side by side.
    fn and(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            introspection: self.introspection.max(other.introspection),
            single: self.single.saturating_add(other.single),
            item: self.item.saturating_add(other.item),
        }
    }
}

/// Measures the parts of one document.
pub(super) struct Measure<'a> {
    index: &'a Index,
    /// The values of the variables of the operation that will run.
    variables: HashMap<&'a str, &'a Value>,
    fragments: HashMap<&'a str, Sums>,
}

impl<'a> Measure<'a> {
    /// `fragments` come in the order of [`super::order::fragments_in_order`].
    pub fn new(
        index: &'a Index,
        fragments: &[(&'a str, &'a FragmentDefinition)],
        operation: &'a OperationDefinition,
        variables: &'a Variables,
    ) -> Self {
        let variables = operation.variable_definitions.iter().filter_map(|definition| {
            let name = &definition.node.name.node;
            let default = definition.node.default_value.as_ref().map(|value| &value.node);
            Some((name.as_str(), variables.get(name).or(default)?))
        });
        let mut measure = Self { index, variables: variables.collect(), fragments: HashMap::new() };
        for (name, fragment) in fragments {
            let on = &fragment.type_condition.node.on.node;
            let mut sums = measure.selection_set(&fragment.selection_set.node, on);
            sums.directives = sums.directives.saturating_add(count(fragment.directives.len()));
            measure.fragments.insert(name, sums);
        }
        measure
    }

    /// The sums of an operation, its directives and those of its variables included.
    pub fn operation(&self, operation: &OperationDefinition) -> Sums {
        let mut sums = self.selection_set(&operation.selection_set.node, self.index.root(operation.ty));
        let of_variables = operation.variable_definitions.iter().map(|it| it.node.directives.len());
        let directives = of_variables.sum::<usize>() + operation.directives.len();
        sums.directives = sums.directives.saturating_add(count(directives));
        sums
    }

    /// The selections of the whole document: operations that will not run are validated too,
    /// and so is a fragment that nothing spreads.
    pub fn document(&self, document: &ExecutableDocument) -> u64 {
        let operations = document.operations.iter();
        let operations = operations.map(|(_, operation)| self.operation(&operation.node).selections);
        let largest_fragment = self.fragments.values().map(|it| it.selections).max();
        operations.fold(0, u64::saturating_add).max(largest_fragment.unwrap_or_default())
    }

    /// Recurses as deep as the document's braces nest, which the lexer has bounded.
    fn selection_set(&self, set: &SelectionSet, parent: &str) -> Sums {
        let all = set.items.iter().map(|selection| self.selection(&selection.node, parent));
        let mut sums = all.fold(Sums::default(), Sums::and);
        sums.levels = sums.levels.saturating_add(1);
        sums
    }

    fn selection(&self, selection: &Selection, parent: &str) -> Sums {
        let mut sums = match selection {
            Selection::Field(field) => self.field(&field.node, parent),
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let on = condition.map_or(parent, |it| it.node.on.node.as_str());
                self.selection_set(&inline.node.selection_set.node, on)
            }
            Selection::FragmentSpread(spread) => {
                let known = self.fragments.get(spread.node.fragment_name.node.as_str());
                // An unknown fragment is the schema's to report.
                known.copied().unwrap_or(Sums { single: 1, ..Sums::default() })
            }
        };
        sums.selections = sums.selections.saturating_add(1);
        sums.directives = sums.directives.saturating_add(count(selection.directives().len()));
        sums
    }

    fn field(&self, field: &Field, parent: &str) -> Sums {
        let name = field.name.node.as_str();
        let shape = self.index.field(parent, name);
        let is_introspection = matches!(name, "__schema" | "__type");
        let result = match shape {
            Some(shape) => shape.result.as_str(),
            None if is_introspection || parent.starts_with("__") => "__",
            None => "",
        };
        let mut sums = match field.selection_set.node.items.is_empty() {
            true => Sums::default(),
            false => self.selection_set(&field.selection_set.node, result),
        };
        (sums.single, sums.item) = self.cost(field, shape, &sums);
        sums.fields = 1;
        sums.aliases = sums.aliases.saturating_add(u64::from(field.alias.is_some()));
        sums.depth = sums.depth.saturating_add(1);
        if result == "SearchConnection"
            || parent == "SearchFacets"
            || (parent == "SearchConnection" && name == "totalCount")
        {
            sums.single = sums.single.saturating_add(SEARCH);
        }
        if is_introspection {
            sums.depth = 1;
            sums.single = sums.single.saturating_add(INTROSPECTION);
        } else if parent.starts_with("__")
            && matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes")
        {
            sums.introspection = sums.introspection.saturating_add(1);
        }
        sums
    }

    /// What the field costs once, and what it adds per item of the page it may be in.
    fn cost(&self, field: &Field, shape: Option<&FieldShape>, below: &Sums) -> (u64, u64) {
        let Some(shape) = shape else { return (below.whole_cost().saturating_add(1), 0) };
        if shape.paged {
            let page = self.page(field);
            let below = match shape.list {
                true => below.whole_cost().saturating_mul(page),
                false => below.cost(page),
            };
            return (below.saturating_add(1), 0);
        }
        if !shape.list {
            return (below.whole_cost().saturating_add(1), 0);
        }
        match self.argument(field, "ids") {
            Some(Size::Of(ids)) => (below.whole_cost().saturating_mul(ids).saturating_add(1), 0),
            _ => (1, below.whole_cost()),
        }
    }

    /// The larger of `first` and `last`, whichever are given.
    fn page(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| match self.argument(field, name) {
            Some(Size::Number(number)) => Some(number.clamp(0, LARGEST_PAGE as i64) as u64),
            _ => None,
        });
        asked.max().unwrap_or(DEFAULT_PAGE)
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Size> {
        let value = field.get_argument(name)?.node.clone();
        // A large value of a variable is not copied: only its size is of interest.
        let value = value.into_const_with(|name: Name| {
            Ok::<_, std::convert::Infallible>(match self.variables.get(name.as_str()) {
                Some(Value::Number(number)) => Value::Number(number.clone()),
                Some(Value::List(list)) => Value::List(vec![Value::Null; list.len()]),
                _ => Value::Null,
            })
        });
        match value {
            Ok(Value::Number(number)) => Some(Size::Number(number.as_i64().unwrap_or(i64::MAX))),
            Ok(Value::List(list)) => Some(Size::Of(count(list.len()))),
            Ok(_) => None,
        }
    }
}

/// What an argument says about a length.
enum Size {
    Number(i64),
    Of(u64),
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
