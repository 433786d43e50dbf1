//! Communities: engagement, and the first pages of their lists.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

async fn engagement(actor: &Actor, slug: &str, year: &str) -> Value {
    let document = "query($slug: String!, $year: AcademicYear!) {
        community(by: { slug: $slug }) { engagement(year: $year) { members headcount percent } } }";
    let answer = actor.query(document, json!({ "slug": slug, "year": year })).await;
    answer.payload()["engagement"].clone()
}

on_both! {
    async fn engagement_is_the_share_of_teachers_with_a_registration_in_force_on_the_years_last_day(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.headcount(&community, 2023, 8).await;
        app.new_member(&community).joined_on(day(2020, 1, 1)).create().await;
        app.new_member(&community).joined_on(day(2024, 8, 31)).create().await;
        app.new_member(&community).joined_on(day(2020, 1, 1)).left_on(day(2024, 9, 1)).create().await;
        // Too late, gone by then, never confirmed.
        app.new_member(&community).joined_on(day(2024, 9, 1)).create().await;
        app.new_member(&community).joined_on(day(2020, 1, 1)).left_on(day(2024, 8, 31)).create().await;
        app.new_member(&community).joined_on(day(2020, 1, 1)).pending().create().await;
        app.new_member(&app.community("kda-biology").await).joined_on(day(2020, 1, 1)).create().await;
        let found = engagement(&app.visitor(), "kda-chemistry", "2023-2024").await;
        assert_eq!(found, json!({ "members": 3, "headcount": 8, "percent": 37.5 }));
    }

    async fn engagement_is_not_known_without_a_headcount_nor_before_the_year(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.member_of(&community).await;
        app.headcount(&community, 2023, 8).await;
        app.headcount(&community, 2100, 8).await;
        let visitor = app.visitor();
        for year in ["2022-2023", "2024-2025", "2100-2101"] {
            assert_eq!(engagement(&visitor, "kda-chemistry", year).await, Value::Null, "{year}");
        }
        assert_eq!(engagement(&visitor, "kda-chemistry", "2023-2024").await["headcount"], json!(8));
    }

    async fn every_community_shows_the_beginning_and_the_end_of_its_own_list(app: TestApp) {
        let now = app.clock.now();
        for (slug, practices) in [("kda-a", 0), ("kda-b", 1), ("kda-c", 5)] {
            let community = app.community(slug).await;
            for n in 0..practices {
                let title = format!("{slug} {n}");
                app.new_practice(&community)
                    .title(&title)
                    .published_at(now - chrono::Duration::days(n))
                    .create()
                    .await;
            }
        }
        let document = "{ communities { nodes { slug
            head: practices(first: 2) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { title } }
            tail: practices(last: 2) { pageInfo { hasNextPage hasPreviousPage } nodes { title } } } } }";
        let answer = app.visitor().ask(document).await;
        let titles = |list: &Value| -> Vec<String> {
            list["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect()
        };
        let nodes = answer.payload()["nodes"].as_array().unwrap().clone();
        let of = |slug: &str| nodes.iter().find(|node| node["slug"] == json!(slug)).unwrap();
        assert_eq!(titles(&of("kda-a")["head"]), Vec::<String>::new());
        assert_eq!(of("kda-a")["head"]["totalCount"], json!(0));
        assert_eq!(titles(&of("kda-b")["tail"]), ["kda-b 0"]);
        let many = of("kda-c");
        assert_eq!((titles(&many["head"]), titles(&many["tail"])), (
            vec!["kda-c 0".to_owned(), "kda-c 1".to_owned()],
            vec!["kda-c 3".to_owned(), "kda-c 4".to_owned()],
        ));
        assert_eq!(many["head"]["totalCount"], json!(5));
        assert_eq!(many["head"]["pageInfo"]["hasNextPage"], json!(true));
        assert_eq!(many["tail"]["pageInfo"], json!({ "hasNextPage": false, "hasPreviousPage": true }));
        // What was begun among others goes on alone.
        let document = "query($after: String) { community(by: { slug: \"kda-c\" }) {
            practices(first: 2, after: $after) { nodes { title } } } }";
        let after = many["head"]["pageInfo"]["endCursor"].clone();
        let answer = app.visitor().query(document, json!({ "after": after })).await;
        assert_eq!(titles(&answer.payload()["practices"]), ["kda-c 2", "kda-c 3"]);
    }
}
