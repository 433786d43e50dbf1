//! Materials of practices: links and files, their way with the practice, and what becomes of those that are removed.

use api::registry::material::{sweep, write::storage_key};
use chrono::Duration;
use entity::{
    PracticeState,
    ids::{MaterialId, PracticeId},
    loose_file, practice,
};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, practice_of},
    app::{TestApp, id},
    client::Answer,
    materials::{download, pdf},
};

const SELECTION: &str = "material { id kind title url version removedAt practice { id version } }
    userErrors { code message path }";

async fn add_link(by: &Actor, to: PracticeId, title: &str, url: &str) -> Answer {
    let input = json!({ "practiceId": id(to), "title": title, "url": url });
    by.mutate("materialLinkAdd", "MaterialLinkAddInput", input, SELECTION).await
}

async fn rename(by: &Actor, material: &Value, expected: i32, title: &str) -> Answer {
    let input = json!({ "materialId": material["id"], "expectedVersion": expected, "title": title });
    by.mutate("materialRename", "MaterialRenameInput", input, SELECTION).await
}

async fn remove(by: &Actor, material: &Value) -> Answer {
    let input = json!({ "materialId": material["id"] });
    by.mutate("materialRemove", "MaterialRemoveInput", input, SELECTION).await
}

/// The titles of a practice's materials, as this caller sees them.
async fn titles(by: &Actor, of: PracticeId) -> Vec<String> {
    let document = "query($id: ID!) { practice(by: { id: $id }) { materials(first: 100) { totalCount nodes { title } } } }";
    let answer = by.query(document, json!({ "id": id(of) })).await;
    let list = &answer.payload()["materials"];
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect()
}

/// Whether the caller knows of a material, by its id.
async fn knows(by: &Actor, material: &Value) -> bool {
    let answer = by.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": material["id"] })).await;
    !answer.payload().is_null()
}

/// A draft and its author.
async fn draft(app: &TestApp) -> (practice::Model, Actor) {
    let community = app.community("kda-chemistry").await;
    let author = app.member_of(&community).await;
    (app.new_practice(&community).by(&author).create().await, author)
}

on_both! {
    async fn links_stand_in_the_order_in_which_they_were_added_and_are_renamed_and_removed(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let practice = practice_of(author.create(&community).await.done());
        let first = add_link(&author, practice, " Сайт ", "https://example.org/a").await.done()["material"].clone();
        assert_eq!((&first["kind"], &first["title"], &first["version"]), (&json!("LINK"), &json!("Сайт"), &json!(1)));
        let second = add_link(&author, practice, "Запись", "http://example.org/b").await.done()["material"].clone();
        add_link(&author, practice, "Карточки", "https://пример.рф/в").await.done();
        assert_eq!(titles(&author, practice).await, ["Сайт", "Запись", "Карточки"]);
        let renamed = rename(&author, &second, 1, "Запись урока").await;
        assert_eq!(renamed.done()["material"]["version"], json!(2));
        let removed = remove(&author, &first).await;
        assert!(removed.done()["material"]["removedAt"].is_string());
        assert_eq!(titles(&author, practice).await, ["Запись урока", "Карточки"]);
        assert_eq!(removed.done()["material"]["practice"]["version"], json!(1), "the text is as it was");
        assert!(!knows(&author, &first).await, "nobody else has seen it");
        assert_eq!(remove(&author, &first).await.error_code(), "NOT_FOUND");
    }

    async fn the_second_of_two_who_rename_sees_what_the_first_has_done(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let link = add_link(&author, practice.id, "Сайт", "https://example.org").await.done()["material"].clone();
        rename(&author, &link, 1, "Сайт школы").await.done();
        let late = rename(&author, &link, 1, "Сайт класса").await;
        assert_eq!(late.user_error(), "CONFLICT");
        assert_eq!(late.payload()["material"]["title"], json!("Сайт школы"));
    }

    async fn every_fault_of_a_link_is_told_with_its_field(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let fault = |field: &str| ("INVALID".to_owned(), format!("input.{field}"));
        let answer = add_link(&author, practice.id, " ", "javascript:alert(1)").await;
        assert_eq!(answer.user_errors(), [fault("title"), fault("url")]);
        let answer = add_link(&author, practice.id, &"я".repeat(301), "https://example.org").await;
        assert_eq!(answer.user_errors(), [fault("title")]);
        app.holds_no_material().await;
        for n in 0..20 {
            app.link(&practice, author.person(), &format!("Ссылка {n}")).await;
        }
        let answer = add_link(&author, practice.id, "Лишняя", "https://example.org").await;
        assert_eq!(answer.user_errors(), [fault("practiceId")]);
        assert_eq!(app.journal().await, []);
    }

    async fn materials_change_only_while_the_text_may(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        for state in [PracticeState::Submitted, PracticeState::Approved, PracticeState::Published] {
            let practice = app.new_practice(&community).by(&author).state(state).create().await;
            let link = json!({ "id": id(app.link(&practice, author.person(), "Сайт").await.id) });
            assert_eq!(add_link(&author, practice.id, "Ещё", "https://example.org").await.user_error(), "WRONG_STATE");
            assert_eq!(rename(&author, &link, 1, "Иначе").await.user_error(), "WRONG_STATE");
            let refused = remove(&author, &link).await;
            assert_eq!(refused.user_error(), "WRONG_STATE");
            assert_eq!(refused.payload()["material"]["title"], json!("Сайт"), "as it stands");
        }
        assert_eq!(app.journal().await, []);
    }

    async fn what_a_reviewer_has_seen_is_kept_when_it_is_removed(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let community = app.community_now(practice.community_id.unwrap()).await;
        let (chair, coordinator) = (app.chair_of(&community).await, app.coordinator_of(&community).await);
        let seen = author.attach_pdf(&practice, "первый").await;
        author.submit(&practice).await.done();
        chair.give_back(&practice, "Нужен другой файл.").await.done();
        let unseen = author.attach_pdf(&practice, "черновой").await;
        let after = author.attach_pdf(&practice, "второй").await;
        remove(&author, &seen).await.done();
        remove(&author, &unseen).await.done();
        assert_eq!(remove(&author, &seen).await.user_error(), "WRONG_STATE", "once");
        assert_eq!(app.files(), 2, "what nobody else has seen is gone for good");
        assert_eq!(author.fetch(download(&unseen)).await.status, 404);
        author.submit(&practice).await.done();
        chair.approve(&practice).await.done();
        coordinator.publish(&practice).await.done();

        let visitor = app.visitor();
        assert_eq!(titles(&visitor, practice.id).await, ["второй.pdf"]);
        assert!(knows(&visitor, &after).await && !knows(&visitor, &seen).await);
        assert_eq!(visitor.fetch(download(&seen)).await.status, 404);
        for insider in [&author, &chair, &app.auditor().await] {
            assert!(knows(insider, &seen).await);
            assert_eq!(insider.fetch(download(&seen)).await.bytes, pdf("первый"));
        }
        assert!(!knows(&app.member_of(&community).await, &seen).await);
    }

    async fn the_journal_tells_of_material_and_practice_without_anybodys_words(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let link = add_link(&author, practice.id, "Тайный титул", "https://example.org/secret").await.done()["material"].clone();
        let file = author.attach_pdf(&practice, "Тайный файл").await;
        rename(&author, &link, 1, "Тайное имя").await.done();
        remove(&author, &file).await.done();
        let journal = app.journal().await;
        let subjects: Vec<_> = journal.iter().map(|entry| entry.subject_type.as_str()).collect();
        assert_eq!(subjects, ["material", "practice"].repeat(4));
        assert!(journal.iter().all(|entry| entry.action == "material.write" && entry.confidential), "of a draft only its authors know");
        assert_eq!(journal[2].after.as_ref().unwrap()["sha256"], file["sha256"]);
        let told = format!("{journal:?}");
        assert!(!told.contains("Тайн") && !told.contains("secret"), "{told}");
    }

    async fn the_followers_of_a_practice_are_told_of_its_materials(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let community = app.community_now(practice.community_id.unwrap()).await;
        let chair = app.chair_of(&community).await;
        author.submit(&practice).await.done();
        chair.give_back(&practice, "Приложите файл.").await.done();
        let document = "query($since: String) { changes(since: $since, types: [PRACTICE]) {
            nextCursor changes { operation subjectId } } }";
        let page = chair.query(document, json!({ "since": null })).await;
        author.attach_pdf(&practice, "план").await;
        let page = chair.query(document, json!({ "since": page.payload()["nextCursor"] })).await;
        let told = json!([{ "operation": "UPSERT", "subjectId": id(practice.id) }]);
        assert_eq!(page.payload()["changes"], told);
    }

    async fn a_long_list_is_read_page_by_page(app: TestApp) {
        let (practice, author) = draft(&app).await;
        for n in 0..5 {
            app.link(&practice, author.person(), &format!("{n}")).await;
        }
        let document = "query($id: ID!, $after: String) { practice(by: { id: $id }) { materials(first: 2, after: $after) {
            pageInfo { hasNextPage endCursor } nodes { title } } } }";
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let answer = author.query(document, json!({ "id": id(practice.id), "after": after })).await;
            let page = answer.payload()["materials"].clone();
            found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(found, ["0", "1", "2", "3", "4"]);
    }

    async fn a_file_whose_row_was_never_written_is_swept_away_after_an_hour(app: TestApp) {
        let (practice, author) = draft(&app).await;
        let kept = author.attach_pdf(&practice, "план").await;
        // As a crash between store and row leaves it.
        let key = storage_key(MaterialId::generate());
        let place = app.database().files().join(&key);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, pdf("брошенный")).unwrap();
        let loose = loose_file::Model { storage_key: key, since: app.clock.now() };
        loose_file::Entity::insert(loose.into_active_model()).exec_without_returning(app.rows()).await.unwrap();
        assert_eq!(sweep::sweep(app.app()).await.unwrap(), 0, "it may be on its way");
        assert!(place.exists());
        app.clock.advance(Duration::minutes(61));
        assert_eq!(sweep::sweep(app.app()).await.unwrap(), 1);
        assert!(!place.exists());
        assert_eq!(loose_file::Entity::find().all(app.rows()).await.unwrap(), []);
        let author = app.enter(author.account.unwrap()).await;
        assert_eq!(author.fetch(download(&kept)).await.bytes, pdf("план"));
    }
}
