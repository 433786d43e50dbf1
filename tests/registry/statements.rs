//! How many SQL statements the canonical queries run: few, and as many for fifty rows as for five.

use entity::{AdoptionState, Office, community};
use serde_json::json;

use crate::support::{
    app::{TestApp, id},
    statements::{counted, statements},
};

/// A page of a ranking as the front page shows it.
const RANKING: &str = "{ communityRanking(first: 20) { totalCount asOf method { name } pageInfo { endCursor }
    edges { rank position score previousRank explanation { components { contribution } toNextRank }
    node { slug name practiceCount region { code name } chair { holder { name } } } } } }";

/// Communities with those who lead them.
const LED: &str = "{ communities(first: 20) { nodes { slug practiceCount coordinator { holder { name } }
    chair { holder { name } } presidium { size complete members { holder { name } } } } } }";

/// Communities with everything that needs no filter of its own.
const WHOLE: &str = "{ communities(first: 100) { totalCount nodes { slug name region { code institute { name } } profile { code }
    department { name institute { name } } links { url } documents { title } agreements { partner }
    coordinator { holder { name organization } } chair { holder { name } } presidium { members { holder { name } } }
    council { complete seats { municipality { name } representative { holder { name } } } missingMunicipalities { name } }
    memberCount practiceCount } } }";

const PRACTICES: &str = "{ practices(first: 100) { totalCount nodes { number title state tags authors { name organization }
    community { slug name chair { holder { name } } } region { code } department { name } viewerRating { stars }
    rating { count mean damped histogram organizations } decisions { state } } } }";

const PRACTICE_RANKING: &str =
    "{ practiceRanking(first: 100) { totalCount edges { rank score explanation { toNextRank }
    node { title tags authors { name organization } community { slug } rating { damped } } } } }";

/// Lists within lists: what a page of parents shows of their lists.
const LISTS: &str = "{ regions(first: 100) { nodes { municipalities(first: 3) { totalCount nodes { name } }
    communities(first: 1) { totalCount nodes { slug } } } }
    communities(first: 100) { nodes { engagement(year: \"2024-2025\") { percent }
    practices(first: 2) { totalCount pageInfo { hasNextPage } nodes { title } } last: practices(last: 1) { nodes { title } } } }
    practices(first: 100) { nodes { ratings(first: 2) { totalCount nodes { stars edition { number } } }
    editions(first: 1) { totalCount nodes { title changes { tagsAdded } } }
    materials(first: 1) { totalCount nodes { title url download } }
    adopters adoptions(first: 2) { totalCount nodes { organization { name } community { slug } region { code } } } } }
    adopting: communities(first: 100) { nodes { adoptions(first: 2) { totalCount nodes { practice { title } } } } } }";

/// So many communities more, each with a whole set of people and two practices.
async fn grow(app: &TestApp, from: usize, to: usize) -> Vec<community::Model> {
    let region = app.region("RU-KDA").await;
    let town = app.municipality(&region, &format!("Город {from}")).await;
    let mut made = Vec::new();
    for n in from..to {
        let community = app.community(&format!("kda-{n}")).await;
        for office in [Office::Coordinator, Office::Chair, Office::PresidiumMember, Office::PresidiumMember] {
            let school = app.organization_in(&town).await;
            let person = app.person_at("Иванов Иван", Some(school.id)).await;
            app.new_appointment(&person, office, &community).create().await;
        }
        let person = app.person("Представителев Павел").await;
        app.new_appointment(&person, Office::CouncilRepresentative, &community)
            .municipality(&town)
            .create()
            .await;
        for tag in ["химия", "опыты"] {
            let at = app.clock.now();
            let practice = app.new_practice(&community).tags(&[tag, "школа"]).published_at(at).create().await;
            let school = app.organization_in(&town).await;
            app.rated(&practice, Some(school.id), 4).await;
            app.adoption_at(&practice, &community, person.id, school.id, AdoptionState::Confirmed).await;
            app.link(&practice, person.id, "Сайт").await;
            app.link(&practice, person.id, "Запись").await;
        }
        made.push(community);
    }
    made
}

on_both! {
    async fn a_page_of_a_ranking_takes_four_statements(app: TestApp) {
        grow(&app, 0, 20).await;
        app.visitor().ask(RANKING).await.data();
        let count = statements(&app.visitor(), RANKING).await;
        assert!((1..=4).contains(&count), "{count}");
    }

    async fn twenty_communities_with_their_leaders_take_six_statements(app: TestApp) {
        grow(&app, 0, 20).await;
        let count = statements(&app.visitor(), LED).await;
        assert!((1..=6).contains(&count), "{count}");
    }

    async fn fifty_rows_take_as_many_statements_as_five(app: TestApp) {
        let visitor = app.visitor();
        let mut few = grow(&app, 0, 5).await;
        let queries = [WHOLE, PRACTICES, RANKING, PRACTICE_RANKING, LISTS];
        let mut before = Vec::new();
        for query in queries {
            // The first to ask for a board makes it.
            visitor.ask(query).await.data();
            before.push(statements(&visitor, query).await);
        }
        few.extend(grow(&app, 5, 50).await);
        app.forget_boards().await;
        for (query, before) in queries.iter().zip(before) {
            visitor.ask(query).await.data();
            let after = statements(&visitor, query).await;
            assert!(before > 0 && after <= before, "{before} became {after}: {query}");
        }
    }

    async fn twenty_things_of_a_kind_are_looked_up_at_once(app: TestApp) {
        let communities = grow(&app, 0, 20).await;
        let chair = app.chair_of(&communities[0]).await;
        let region = app.region("RU-KDA").await;
        let mut members = Vec::new();
        let mut towns = Vec::new();
        for n in 0..20 {
            members.push(id(app.new_member(&communities[0]).create().await.id));
            towns.push(id(app.municipality(&region, &format!("Станица {n}")).await.id));
        }
        let practices = app.visitor().ask("{ practices(first: 20) { nodes { id } } }").await;
        let practices: Vec<_> = practices.payload()["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        let communities = communities.iter().map(|row| id(row.id)).collect();
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        for (kind, ids) in [("communities", communities), ("practices", practices), ("municipalities", towns), ("members", members)] {
            assert_eq!(ids.len(), 20);
            let (one, of_one) = counted(&chair, query, json!({ "ids": ids[..1] })).await;
            let (all, of_all) = counted(&chair, query, json!({ "ids": ids })).await;
            let found = |answer: &crate::support::client::Answer| {
                answer.payload().as_array().unwrap().iter().filter(|node| node["id"].is_string()).count()
            };
            assert_eq!((found(&one), found(&all)), (1, 20), "{kind}");
            assert_eq!(of_one, of_all, "{kind}");
        }
    }

    async fn a_token_costs_two_statements(app: TestApp) {
        app.community("kda-chemistry").await;
        let (visitor, stranger) = (app.visitor(), app.stranger().await);
        let query = "{ communities { nodes { slug } } }";
        assert_eq!(statements(&visitor, query).await, 1);
        let count = statements(&stranger, query).await;
        assert!(count <= 3, "{count}");
    }

    async fn the_whole_is_counted_only_when_asked_for(app: TestApp) {
        grow(&app, 0, 1).await;
        let visitor = app.visitor();
        for list in ["communities", "practices", "regions", "profiles"] {
            let without = statements(&visitor, &format!("{{ {list} {{ pageInfo {{ hasNextPage }} }} }}")).await;
            let with = statements(&visitor, &format!("{{ {list} {{ totalCount pageInfo {{ hasNextPage }} }} }}")).await;
            assert_eq!((without, with), (1, 2), "{list}");
        }
    }
}
