//! A generated registry: of the size that was wanted, the same by the same seed, and counted by the registry's own rules.

use api::{
    demo::generate::{Size, generate},
    registry::ranking::verify,
};
use entity::{MemberState, member};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::TestApp;

const SIZE: Size = Size { regions: 3, communities: 4, practices: 200, members: 300, ratings: 900, seed: 1 };

async fn made(app: &TestApp, size: Size) -> Result<(), String> {
    generate(app.db(), size, app.clock.now(), |_| {}).await.map_err(|e| e.to_string())
}

/// Which practices lead, and how they are rated.
async fn leading(app: &TestApp) -> Value {
    let query = "{ practiceRanking(method: RATING, first: 100) { totalCount edges { rank score node { title rating { count
        organizations mean } } } } communityRanking(first: 100) { edges { score node { slug memberCount } } } }";
    app.visitor().ask(query).await.data().clone()
}

on_both! {
    async fn it_is_of_the_size_that_was_wanted_and_adds_up(app: TestApp) {
        made(&app, SIZE).await.unwrap();
        let all = "{ regions(first: 1) { totalCount } communities(first: 100) { totalCount nodes { memberCount chair { holder { name } } } }
            practices(first: 1) { totalCount } }";
        let seen = app.visitor().ask(all).await.data().clone();
        assert_eq!((&seen["regions"]["totalCount"], &seen["communities"]["totalCount"]), (&json!(3), &json!(12)));
        let communities = seen["communities"]["nodes"].as_array().unwrap();
        let members: i64 = communities.iter().map(|one| one["memberCount"].as_i64().unwrap()).sum();
        let in_force = member::Entity::find().filter(member::Column::State.eq(MemberState::Active)).count(app.rows()).await.unwrap();
        assert_eq!((members, in_force), (300, 300));
        let published = seen["practices"]["totalCount"].as_i64().unwrap();
        assert!((170..=199).contains(&published), "{published}");

        let ranked = leading(&app).await;
        assert_eq!(ranked["practiceRanking"]["totalCount"], published);
        let scores: Vec<_> = ranked["communityRanking"]["edges"].as_array().unwrap().iter().map(|edge| edge["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] > 4.0 * scores[11], "a few write much: {scores:?}");
        let found = app.visitor().ask("{ practices(first: 1) { nodes { title } } }").await.payload()["nodes"][0]["title"].clone();
        let word = found.as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
        let found = app.visitor().query("query($word: String!) { search(query: $word) { totalCount } }", json!({ "word": word })).await;
        assert!(found.payload()["totalCount"].as_i64().unwrap() > 0, "{word}");
        let report = verify::verify(app.app(), |_| {}).await.unwrap();
        assert_eq!(report.differences, Vec::<String>::new());
    }

    async fn the_same_seed_gives_the_same_and_another_does_not(app: TestApp) {
        made(&app, SIZE).await.unwrap();
        let first = leading(&app).await;
        let ranked = |data: &Value| data["practiceRanking"]["edges"].to_string();
        for (size, same) in [(SIZE, true), (Size { seed: 2, ..SIZE }, false)] {
            let other = TestApp::on_sqlite().await;
            made(&other, size).await.unwrap();
            assert_eq!(ranked(&leading(&other).await) == ranked(&first), same);
        }
    }

    async fn what_cannot_be_generated_is_refused_and_leaves_nothing(app: TestApp) {
        for (size, why) in [
            (Size { regions: 0, ..SIZE }, "regions"),
            (Size { communities: 1_000, ..SIZE }, "communities"),
        ] {
            assert!(made(&app, size).await.unwrap_err().contains(why));
        }
        assert_eq!(app.visitor().ask("{ regions { totalCount } }").await.payload()["totalCount"], 0);
        app.region("RU-KDA").await;
        assert!(made(&app, SIZE).await.unwrap_err().contains("not empty"));
    }
}
