//! The order in which fragments can be measured: each after those that it spreads.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::{
    Positioned,
    types::{ExecutableDocument, FragmentDefinition, FragmentSpread, Selection, SelectionSet},
};

use super::{Refusal, codes};

type Spreads<'a> = std::vec::IntoIter<&'a Positioned<FragmentSpread>>;

/// Every fragment of the document with its name, the spread ones before the spreading ones.
///
/// Walks with a stack of its own, so that a long chain of fragments costs no call stack;
/// a fragment that reaches itself is refused.
pub(super) fn fragments_in_order(
    document: &ExecutableDocument,
) -> Result<Vec<(&str, &FragmentDefinition)>, Refusal> {
    let fragments: HashMap<&str, &FragmentDefinition> =
        document.fragments.iter().map(|(name, fragment)| (name.as_str(), &fragment.node)).collect();
    // By name, so that the same document always gets the same answer.
    let mut names: Vec<&str> = fragments.keys().copied().collect();
    names.sort_unstable();

    let mut ordered = Vec::with_capacity(names.len());
    let mut done: HashSet<&str> = HashSet::new();
    for name in names {
        let mut open: HashSet<&str> = HashSet::new();
        let mut stack: Vec<(&str, &FragmentDefinition, Spreads<'_>)> = Vec::new();
        if let Some(fragment) = fragments.get(name)
            && !done.contains(name)
        {
            open.insert(name);
            stack.push((name, fragment, spreads(fragment)));
        }
        while let Some((name, fragment, waiting)) = stack.last_mut() {
            let Some(spread) = waiting.next() else {
                open.remove(name);
                done.insert(name);
                ordered.push((*name, *fragment));
                stack.pop();
                continue;
            };
            let next = spread.node.fragment_name.node.as_str();
            if open.contains(next) {
                return Err(Refusal {
                    code: codes::VALIDATION,
                    message: format!("The fragment \"{next}\" spreads itself."),
                    locations: vec![spread.pos],
                });
            }
            // A spread of a fragment that is not there is for the schema to report.
            if let Some(fragment) = fragments.get(next)
                && !done.contains(next)
            {
                open.insert(next);
                stack.push((next, fragment, spreads(fragment)));
            }
        }
    }
    Ok(ordered)
}

fn spreads(fragment: &FragmentDefinition) -> Spreads<'_> {
    let mut found = Vec::new();
    collect(&fragment.selection_set.node, &mut found);
    found.into_iter()
}

/// Recurses as deep as the document's braces nest, which the lexer has bounded.
fn collect<'a>(set: &'a SelectionSet, found: &mut Vec<&'a Positioned<FragmentSpread>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect(&field.node.selection_set.node, found),
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => found.push(spread),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn names(source: &str) -> Result<Vec<String>, Refusal> {
        let document = parse_query(source).unwrap();
        let ordered = fragments_in_order(&document)?;
        Ok(ordered.into_iter().map(|(name, _)| name.to_owned()).collect())
    }

    #[test]
    fn spread_fragments_come_first() {
        let source =
            "{...A} fragment A on Q {...C ...B} fragment B on Q {x} fragment C on Q {y{...B ...Gone}}";
        assert_eq!(names(source).unwrap(), ["B", "C", "A"]);
    }

    #[test]
    fn a_cycle_is_refused_wherever_it_hides() {
        for source in [
            "{a} fragment A on Q {...A}",
            "{...A} fragment A on Q {x{...B}} fragment B on Q {... on Q {y{...A}}}",
        ] {
            let refusal = names(source).unwrap_err();
            assert_eq!(refusal.code, "GRAPHQL_VALIDATION_FAILED");
            assert_eq!(refusal.message, "The fragment \"A\" spreads itself.");
            assert_eq!(refusal.locations.len(), 1);
        }
    }

    #[test]
    fn a_chain_of_ten_thousand_fragments_is_walked_without_recursion() {
        let mut source = String::from("{a}");
        for n in 0..10_000 {
            source.push_str(&format!(" fragment F{n} on Q {{...F{}}}", n + 1));
        }
        assert_eq!(names(&source).unwrap().len(), 10_000);
    }
}
