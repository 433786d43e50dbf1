//! The guard as a whole: what passes, what is refused, and what it says.

use std::time::{Duration, Instant};

use serde_json::json;

use async_graphql::{Pos, ServerError};

use super::*;

/// An excerpt of the schema with everything that the guard tells apart.
const SDL: &str = r#"
    scalar DateTime
    interface Node { id: ID! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Query {
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]!
      regions(first: Int, after: String, last: Int, before: String): RegionConnection!
      communities(filter: CommunityFilter, first: Int, last: Int): CommunityConnection!
      communityRanking(first: Int, after: String): RankingConnection!
      changes(since: String, first: Int): ChangePage!
      search(query: String!, first: Int): SearchConnection!
      monitoringReport(regionCode: String!, year: String!): MonitoringReport
    }
    type Mutation { practiceRate(input: RateInput!): Payload! }
    input RateInput { practiceId: ID! stars: Int! }
    input CommunityFilter { regionCode: String search: String }
    type Payload { community: Community userErrors: [UserError!]! }
    type UserError { code: String! message: String! path: [String!]! }
    type RegionConnection { edges: [RegionEdge!]! nodes: [Region!]! pageInfo: PageInfo! totalCount: Int! }
    type RegionEdge { cursor: String! node: Region! }
    type Region implements Node { id: ID! code: String! name: String! communities(first: Int, last: Int): CommunityConnection! }
    type CommunityConnection { edges: [CommunityEdge!]! nodes: [Community!]! pageInfo: PageInfo! totalCount: Int! }
    type CommunityEdge { cursor: String! node: Community! }
    type RankingConnection { edges: [RankingEdge!]! pageInfo: PageInfo! totalCount: Int! asOf: DateTime! method: Method! }
    type Method { code: String! }
    type RankingEdge { rank: Int! position: Int! score: Float! node: Community! }
    type Community implements Node {
      id: ID! slug: String! name: String! region: Region! practiceCount: Int! council: Council!
      practices(first: Int, last: Int): PracticeConnection!
    }
    type Council { seats: [Seat!]! missing: [Municipality!]! }
    type Seat { municipality: Municipality! }
    type Municipality implements Node { id: ID! name: String! }
    type PracticeConnection { edges: [PracticeEdge!]! nodes: [Practice!]! totalCount: Int! }
    type PracticeEdge { node: Practice! }
    type Practice implements Node { id: ID! title: String! tags: [String!]! community: Community }
    type SearchConnection { nodes: [Community!]! totalCount: Int! facets: SearchFacets! }
    type SearchFacets { tags: [TagFacet!]! years: [TagFacet!]! }
    type TagFacet { count: Int! }
    type ChangePage { changes: [Change!]! nextCursor: String! hasMore: Boolean! }
    type Change { cursor: String! node: Node }
    type MonitoringReport { members: Int! growth: [GrowthRow!]! }
    type GrowthRow { year: String! communities: Int! }
"#;

fn guard() -> Guard {
    Guard::new(SDL, Limits::default(), true).unwrap()
}

fn read(source: &str) -> Result<Checked, Refusal> {
    guard().read(source, None, &Variables::default())
}

fn cost(source: &str) -> u64 {
    read(source).unwrap().cost
}

fn cost_with(source: &str, variables: serde_json::Value) -> u64 {
    guard().read(source, None, &Variables::from_json(variables)).unwrap().cost
}

fn message(source: &str) -> String {
    let refusal = read(source).unwrap_err();
    assert_eq!(refusal.code, "LIMIT_EXCEEDED");
    refusal.message
}

/// Refused, and at once.
fn refused_quickly(source: &str) -> Refusal {
    let guard = guard();
    let start = Instant::now();
    let refusal = guard.read(source, None, &Variables::default()).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    refusal
}

#[test]
fn honest_queries_pass() {
    for source in [
        "{ communityRanking(first: 10) { totalCount asOf method { code } edges { rank position score \
           node { slug name region { code } practiceCount } } } }",
        "{ regions(first: 100) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id code name \
           communities { totalCount nodes { id slug name practiceCount } } } } } }",
        "{ regions(first: 100) { nodes { code communities(first: 100) { nodes { slug name } } } } }",
        "{ communities(first: 100) { edges { node { id name council { seats { municipality { id name } } \
           missing { name } } practices(first: 10) { nodes { title tags } } } } } }",
        "mutation($input: RateInput!) { practiceRate(input: $input) { community { id name } \
           userErrors { code message path } } }",
        "{ changes(first: 100) { nextCursor hasMore changes { cursor node { id ... on Practice { title } } } } }",
        "query A { node(id: 1) { id } } query B { nodes(ids: [1]) { id } }",
    ] {
        let name = source.starts_with("query A").then_some("B");
        let input = json!({"input": {"practiceId": "p", "stars": 5}});
        let checked = guard().read(source, name, &Variables::from_json(input));
        assert!(checked.is_ok(), "{source}: {checked:?}");
    }
}

#[test]
fn checked_tells_the_operation() {
    let checked = read("mutation Rate { practiceRate(input: {stars: 5}) { community { id } } }").unwrap();
    assert_eq!(checked.kind, OperationType::Mutation);
    assert_eq!(checked.operation_name.as_deref(), Some("Rate"));
    assert_eq!((checked.depth, checked.cost), (3, 3));
    assert_eq!(checked.document.operations.iter().len(), 1);
}

#[test]
fn the_standard_introspection_query_passes() {
    let of_type = |depth| "ofType { kind name ".repeat(depth) + &"}".repeat(depth);
    let source = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description isRepeatable \
         locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf \
         fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} \
         type {{ ...TypeRef }} isDeprecated deprecationReason }} inputFields(includeDeprecated: true) {{ ...InputValue }} \
         interfaces {{ ...TypeRef }} enumValues(includeDeprecated: true) {{ name description isDeprecated \
         deprecationReason }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated \
         deprecationReason }} fragment TypeRef on __Type {{ kind name {} }}",
        of_type(9)
    );
    let checked = read(&source).unwrap();
    assert_eq!(checked.depth, 1);
    assert!(checked.cost < 2_000, "{}", checked.cost);
}

#[test]
fn introspection_in_circles_is_refused() {
    assert_eq!(
        message("{ __type(name: \"Q\") { fields { type { fields { type { possibleTypes { name } } } } } } }"),
        "The query's introspection depth is 3; at most 2 is allowed."
    );
    assert!(read("{ __type(name: \"Q\") { fields { type { fields { name } } } } }").is_ok());
}

#[test]
fn fields_count_one_and_pages_multiply_their_items() {
    assert_eq!(cost("{ node(id: 1) { id } }"), 2);
    // The connection 1, its total 1, its edges 1, and ten times (node and name).
    assert_eq!(cost("{ communities(first: 10) { totalCount edges { node { name } } } }"), 3 + 10 * 2);
    assert_eq!(cost("{ communities(last: 10) { nodes { name } } }"), 2 + 10);
    assert_eq!(cost("{ changes(first: 7) { hasMore changes { cursor } } }"), 3 + 7);
}

#[test]
fn pages_within_pages_multiply() {
    let source = "{ regions(first: 10) { nodes { communities(first: 5) { nodes { slug name } } } } }";
    assert_eq!(cost(source), 2 + 10 * (2 + 5 * 2));
    assert_eq!(
        message(
            "{ regions(first: 100) { nodes { communities(first: 100) { nodes { practices(first: 100) { nodes { id } } } } } } }"
        ),
        "The query's cost is 1020202; at most 50000 is allowed."
    );
}

#[test]
fn a_fragment_on_a_connection_costs_what_its_page_asks() {
    let source = "{ a: communities(first: 3) { ...C } b: communities(first: 50) { ...C } } \
        fragment C on CommunityConnection { totalCount nodes { name slug } }";
    assert_eq!(cost(source), (3 + 3 * 2) + (3 + 50 * 2));
}

#[test]
fn page_sizes_come_from_variables_and_their_defaults() {
    let source = "query($n: Int = 7) { communities(first: $n) { nodes { name } } }";
    assert_eq!(cost_with(source, json!({"n": 30})), 2 + 30);
    assert_eq!(cost_with(source, json!({})), 2 + 7);
    assert_eq!(cost_with(source, json!({"n": null})), 2 + 20);
    let bare = "query($n: Int) { communities(first: $n) { nodes { name } } }";
    assert_eq!(cost_with(bare, json!({})), 2 + 20);
    // A value for a variable that is not declared is not used by the execution either.
    assert_eq!(cost_with("{ communities(first: $n) { nodes { name } } }", json!({"n": 90})), 2 + 20);
}

#[test]
fn page_sizes_are_clamped_to_what_is_ever_answered() {
    assert_eq!(cost("{ communities(first: 1000000) { nodes { name } } }"), 2 + 100);
    assert_eq!(cost("{ communities(first: -5) { nodes { name } } }"), 2);
    assert_eq!(cost("{ communities { nodes { name } } }"), 2 + 20);
    assert_eq!(cost("{ communities(first: 5, last: 9) { nodes { name } } }"), 2 + 9);
}

#[test]
fn lists_without_pages_count_as_ten_and_lists_of_scalars_as_one() {
    let source =
        "{ monitoringReport(regionCode: \"RU-KDA\", year: \"2024-2025\") { growth { year communities } } }";
    assert_eq!(cost(source), 2 + 10 * 2);
    assert_eq!(cost("{ node(id: 1) { ... on Practice { title tags } } }"), 3);
    assert_eq!(
        cost("{ communities(first: 2) { nodes { council { seats { municipality { id } } } } } }"),
        2 + 2 * (2 + 10 * 2)
    );
}

#[test]
fn a_search_costs_for_what_it_goes_through() {
    assert_eq!(cost("{ search(query: \"a\", first: 3) { nodes { name } } }"), 500 + 2 + 3);
    let source =
        "{ search(query: \"a\", first: 3) { totalCount facets { tags { count } years { count } } } }";
    assert_eq!(cost(source), 4 * 500 + 3 + 2 * (1 + 10));
}

#[test]
fn nodes_by_ids_cost_as_many_as_there_are_ids() {
    assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { id } }"), 1 + 3);
    let source = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(cost_with(source, json!({"ids": ["a", "b"]})), 1 + 2);
}

#[test]
fn unknown_names_are_left_to_validation() {
    assert_eq!(cost("{ nonsense { more } ...Gone ... on Nothing { what } }"), 4);
}

#[test]
fn doubling_fragments_are_refused_at_once() {
    let mut source = String::from("{ node(id: 1) { ...F0 } }");
    for n in 0..30 {
        source.push_str(&format!(" fragment F{n} on Node {{ ...F{0} ...F{0} }}", n + 1));
    }
    source.push_str(" fragment F30 on Node { id }");
    let refusal = refused_quickly(&source);
    assert_eq!(refusal.code, "LIMIT_EXCEEDED");

    // Sixty-four doublings and more saturate; the same in an operation that is not to run.
    let deep = source.replace("{ ...F29 ...F29 }", "{ ...F29 ...F29 ...F30 ...F30 ...F30 ...F30 }");
    refused_quickly(&deep);
    let aside = format!("query A {{ node(id: 1) {{ id }} }} query B {source}");
    let refusal = guard().read(&aside, Some("A"), &Variables::default()).unwrap_err();
    assert_eq!(refusal.message, "The query's selection count is over 1000000000; at most 4000 is allowed.");
}

#[test]
fn deep_nesting_is_refused_before_the_parser_recurses() {
    let deep = 100_000;
    for source in [
        "{a".repeat(deep),
        format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(deep), "]".repeat(deep)),
        format!("{{ node(id: {}1{}) {{ id }} }}", "{a:".repeat(deep), "}".repeat(deep)),
        format!("query($a: {}Int{}) {{ a }}", "[".repeat(deep), "]".repeat(deep)),
        "(".repeat(deep),
    ] {
        assert_eq!(refused_quickly(&source).code, "LIMIT_EXCEEDED");
    }
    let nested = format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(70), "]".repeat(70));
    let allowed = nested.replace(&"[".repeat(70), &"[".repeat(62)).replace(&"]".repeat(70), &"]".repeat(62));
    assert!(read(&allowed).is_ok());
    assert_eq!(message(&nested), "The query's bracket nesting is 72; at most 64 is allowed.");
}

#[test]
fn every_limit_names_itself_and_both_numbers() {
    let aliased = (0..31).map(|n| format!("a{n}: id ")).collect::<String>();
    assert_eq!(
        message(&format!("{{ node(id: 1) {{ {aliased} }} }}")),
        "The query's alias count is 31; at most 30 is allowed."
    );
    assert_eq!(
        message(
            &"{ node(id: 1) { ...F } } fragment F on Node { id }".replace("...F", &"...F ".repeat(4_000))
        ),
        "The query's token count is 8017; at most 4000 is allowed."
    );
    assert_eq!(
        message("{ ...R ...R ...R } fragment R on Query { a b c d e f g }"),
        "The query's root field count is 21; at most 20 is allowed."
    );
    assert_eq!(
        message(&format!("query @d {{ a {} }}", "@include(if: true) ".repeat(30))),
        "The query's directive count is 31; at most 30 is allowed."
    );
    assert_eq!(
        message(&format!("{} {{ x }} {}", "{ a ".repeat(22), "}".repeat(22))),
        "The query's depth is 23; at most 15 is allowed."
    );
    let chain = (0..40).map(|n| format!(" fragment F{n} on Q {{ ...F{} }}", n + 1)).collect::<String>();
    assert_eq!(
        message(&format!("{{ ...F0 }} {chain} fragment F40 on Q {{ a }}")),
        "The query's selection nesting is 42; at most 32 is allowed."
    );
    let wide = format!("{{ {} }} fragment W on R {{ {} }}", "b { ...W }".repeat(20), "id ".repeat(300));
    assert_eq!(message(&wide), "The query's selection count is 6040; at most 4000 is allowed.");
}

#[test]
fn the_operation_must_be_clear() {
    let two = "query A { a } query B { b }";
    let choose = |source: &str, name| guard().read(source, name, &Variables::default());
    assert_eq!(choose(two, Some("B")).unwrap().operation_name.as_deref(), Some("B"));
    for (source, name, text) in [
        (two, None, "The document has several operations: name one in operationName."),
        (two, Some("C"), "The document has no operation named \"C\"."),
        ("{ a }", Some("A"), "The document has no operation named \"A\"."),
        ("fragment F on Query { a }", None, "The document has no operation."),
    ] {
        let refusal = choose(source, name).unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), ("OPERATION_NOT_FOUND", text));
    }
}

#[test]
fn what_cannot_be_parsed_says_where() {
    let refusal = read("{\n  a(").unwrap_err();
    assert_eq!(refusal.code, "GRAPHQL_PARSE_FAILED");
    assert!(refusal.message.starts_with("Syntax error at 2:5: expected "), "{}", refusal.message);
    assert_eq!(refusal.locations, [Pos { line: 2, column: 5 }]);
    let refusal = read("{\n a(b: \"x) }").unwrap_err();
    assert_eq!(refusal.message, "Syntax error at 2:7: the string does not end.");
    assert_eq!(read("").unwrap_err().code, "GRAPHQL_PARSE_FAILED");
    let twice = read("{ a } fragment F on Q { a } fragment F on Q { a }").unwrap_err();
    assert_eq!((twice.code, twice.locations.len()), ("GRAPHQL_VALIDATION_FAILED", 2));
}

#[test]
fn a_cycle_and_a_large_integer_are_invalid() {
    let cycle = refused_quickly("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }");
    assert_eq!(cycle.code, "GRAPHQL_VALIDATION_FAILED");
    let large = read("{ communities(first: 3000000000) { totalCount } }").unwrap_err();
    assert_eq!(large.code, "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn a_refusal_becomes_an_error_with_its_code() {
    let error = ServerError::from(read("{").unwrap_err());
    let code = error.extensions.and_then(|values| values.get("code").cloned());
    assert_eq!(code, Some(async_graphql::Value::from("GRAPHQL_PARSE_FAILED")));
    assert_eq!(error.locations.len(), 1);
}
