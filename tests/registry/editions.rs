//! Editions: what was handed in stays as it was, and can be compared.

use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
};
use entity::{PracticeState, ids::PracticeId};

/// The editions that a caller sees of a practice, the newest first.
async fn editions(by: &Actor, of: PracticeId) -> Value {
    let document =
        "query($id: ID!) { practice(by: { id: $id }) { editions { totalCount nodes { number version title
        body tags changes { since { number } title { change text } tagsAdded tagsRemoved } } } } }";
    by.query(document, json!({ "id": id(of) })).await.payload()["editions"].clone()
}

on_both! {
    async fn what_was_handed_in_stays_as_it_was_and_can_be_compared(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (author, chair) = (app.member_of(&community).await, app.chair_of(&community).await);
        let practice = author.write(&community).await;
        assert_eq!(editions(&author, practice).await["totalCount"], json!(0));
        author.submit(practice).await.done();
        chair.give_back(practice, "Добавьте результаты.").await.done();
        let changed = json!({ "title": "Опыты в обычном кабинете", "tags": ["химия", "опыты"] });
        author.update(practice, 1, changed).await.done();
        assert_eq!(editions(&chair, practice).await["totalCount"], json!(1), "a draft is no edition");
        author.submit(practice).await.done();

        let seen = editions(&chair, practice).await;
        assert_eq!(seen["totalCount"], json!(2));
        let (later, first) = (&seen["nodes"][0], &seen["nodes"][1]);
        assert_eq!((&first["number"], &first["version"], &first["changes"]), (&json!(1), &json!(1), &Value::Null));
        assert_eq!((&first["title"], &first["tags"]), (&json!("Опыты без вытяжного шкафа"), &json!(["химия"])));
        assert_eq!((&later["number"], &later["version"]), (&json!(2), &json!(2)));
        assert_eq!(later["title"], json!("Опыты в обычном кабинете"));
        let changes = &later["changes"];
        assert_eq!((&changes["since"]["number"], &changes["tagsAdded"]), (&json!(1), &json!(["опыты"])));
        let of = |change: &str| -> String {
            let pieces = changes["title"].as_array().unwrap().iter();
            pieces.filter(|piece| piece["change"] == change).map(|piece| piece["text"].as_str().unwrap()).collect()
        };
        assert_eq!(of("SAME").trim(), "Опыты");
        assert_eq!((of("REMOVED"), of("ADDED")), ("без вытяжного шкафа".into(), "в обычном кабинете".into()));
        assert_eq!(editions(&author, practice).await, seen);
    }

    async fn a_text_that_is_handed_in_again_unchanged_is_the_same_edition(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (author, chair) = (app.member_of(&community).await, app.chair_of(&community).await);
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        chair.give_back(practice, "Посмотрите ещё раз.").await.done();
        author.submit(practice).await.done();
        assert_eq!(editions(&chair, practice).await["totalCount"], json!(1));
    }

    async fn everybody_sees_the_published_edition_and_no_other(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (author, chair) = (app.member_of(&community).await, app.chair_of(&community).await);
        let coordinator = app.coordinator_of(&community).await;
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        chair.give_back(practice, "Добавьте результаты.").await.done();
        author.update(practice, 1, json!({ "title": "Опыты" })).await.done();
        author.submit(practice).await.done();
        let document = "query($id: ID!) { practice(by: { id: $id }) { editions { nodes { id } } } }";
        let all = chair.query(document, json!({ "id": id(practice) })).await.payload()["editions"]["nodes"].clone();
        let ids: Vec<_> = all.as_array().unwrap().iter().map(|edition| edition["id"].clone()).collect();
        let node = async |by: &Actor| {
            let document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PracticeEdition { number } } }";
            by.query(document, json!({ "ids": ids })).await.payload().clone()
        };
        let visitor = app.visitor();
        assert_eq!(node(&visitor).await, json!([null, null]));
        assert_eq!(node(&chair).await, json!([{ "number": 2 }, { "number": 1 }]));
        chair.approve(practice).await.done();
        coordinator.publish(practice).await.done();
        assert_eq!(node(&visitor).await, json!([{ "number": 2 }, null]));
        let seen = editions(&visitor, practice).await;
        assert_eq!((&seen["totalCount"], &seen["nodes"][0]["changes"]), (&json!(1), &Value::Null));
        coordinator.withdraw(practice, "Ошибка.").await.done();
        assert_eq!(node(&visitor).await, json!([null, null]));
        assert_eq!(node(&author).await, json!([{ "number": 2 }, { "number": 1 }]));
    }

    async fn a_rating_names_the_edition_that_it_judged(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let other = app.community("kda-history").await;
        let practice = app.new_practice(&community).state(PracticeState::Published).create().await;
        app.member_of(&other).await.rate(practice.id, 5).await.done();
        let document = "query($id: ID!) { practice(by: { id: $id }) { ratings { nodes { version edition { number title } } } } }";
        let seen = app.visitor().query(document, json!({ "id": id(practice.id) })).await;
        let rating = &seen.payload()["ratings"]["nodes"][0];
        assert_eq!(*rating, json!({ "version": 1, "edition": { "number": 1, "title": practice.title } }));
    }
}
