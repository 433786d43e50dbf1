//! `POST /import/events`: a file is taken in as a whole, each row has its outcome, and the same file changes nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::TestApp,
    client::Answer,
    files::{XLSX, workbook},
};

const HEAD: &str = "Ключ;Сообщество;Вид;Уровень;Формат;Название;Дата;Участники;Совместно с";

async fn import(app: &TestApp, by: &Actor, query: &str, rows: &[&str]) -> Answer {
    let body = format!("{HEAD}\n{}\n", rows.join("\n"));
    import_file(app, by, query, "text/csv; charset=utf-8", body.into_bytes()).await
}

async fn import_file(app: &TestApp, by: &Actor, query: &str, media_type: &str, body: Vec<u8>) -> Answer {
    let mut request = crate::support::client::http()
        .request(Method::POST, app.url(&format!("/import/events?source=calendar{query}")))
        .header("content-type", media_type)
        .body(body);
    if let Some(token) = &by.token {
        request = request.bearer_auth(token);
    }
    Answer::of(request.send().await.unwrap()).await
}

fn outcomes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
    let rows = answer.body["rows"].as_array().unwrap();
    rows.iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect()
}

fn counts(answer: &Answer) -> [i64; 4] {
    ["created", "updated", "unchanged", "rejected"].map(|name| answer.body[name].as_i64().unwrap())
}

on_both! {
    async fn a_file_is_taken_in_once(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        app.new_community("kda-biology").profile("biology").create().await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        let rows = [
            "1;kda-chemistry;мероприятие института;региональный;очный;Семинар;01.10.2024;1 040;kda-biology",
            "2;kda-biology;INITIATIVE;ALL_RUSSIAN;online;Вебинар;2024-11-02;;",
        ];
        let tried = import(&app, &operator, "&dryRun=true", &rows).await;
        assert_eq!((counts(&tried), tried.body["rows"][0]["eventId"].clone()), ([2, 0, 0, 0], Value::Null));
        assert_eq!(app.visitor().ask("{ events { totalCount } }").await.payload()["totalCount"], 0);
        assert_eq!(counts(&import(&app, &operator, "", &rows).await), [2, 0, 0, 0]);
        assert_eq!(counts(&import(&app, &operator, "", &rows).await), [0, 0, 2, 0], "the same again changes nothing");
        let changed = [rows[0], "2;kda-biology;INITIATIVE;ALL_RUSSIAN;online;Вебинар;2024-11-02;30;"];
        assert_eq!(outcomes(&import(&app, &operator, "", &changed).await), ["UNCHANGED", "UPDATED"]);
        let seen = app.visitor().ask("{ events { nodes { title level participants jointWith { slug } version } } }").await;
        assert_eq!(seen.payload()["nodes"], json!([
            { "title": "Вебинар", "level": "ALL_RUSSIAN", "participants": 30, "jointWith": [], "version": 2 },
            { "title": "Семинар", "level": "REGIONAL", "participants": 1040, "jointWith": [{ "slug": "kda-biology" }], "version": 1 },
        ]));
    }

    async fn a_workbook_and_lines_of_json_say_the_same(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let chair = app.chair_of(&chemistry).await;
        let head: Vec<&str> = HEAD.split(';').collect();
        let book = workbook(&[head, vec!["1", "kda-chemistry", "INSTITUTE", "региональный", "", "Семинар", "01.10.2024", "40", ""]]);
        let made = import_file(&app, &chair, "", XLSX, book).await;
        assert_eq!(counts(&made), [1, 0, 0, 0], "{made:#?}");
        let lines = json!({ "externalId": "1", "communitySlug": "kda-chemistry", "kind": "INSTITUTE", "level": "REGIONAL",
            "title": "Семинар", "startsOn": "2024-10-01", "participants": 40 }).to_string()
            + "\n{\"externalId\": \"2\", \"color\": 1}\n";
        let again = import_file(&app, &chair, "", "application/x-ndjson", lines.into_bytes()).await;
        assert_eq!(outcomes(&again), ["UNCHANGED", "REJECTED"]);
    }

    async fn a_bad_row_is_rejected_and_the_others_are_taken(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        app.new_community("kda-biology").profile("biology").create().await;
        let chair = app.chair_of(&chemistry).await;
        let answer = import(&app, &chair, "", &[
            "1;kda-chemistry;INSTITUTE;REGIONAL;;Семинар;01.10.2024;5;",
            "2;kda-chemistry;праздник;районный;;;32.10.2024;пять;",
            "3;kda-biology;INSTITUTE;REGIONAL;;Чужой;01.10.2024;5;",
            "1;kda-chemistry;INSTITUTE;REGIONAL;;Ещё один;01.10.2024;5;",
            "5;kda-chemistry;INSTITUTE;REGIONAL;;Семинар;01.10.2024;5;",
            "6;kda-chemistry;INSTITUTE;REGIONAL;;Иной;01.10.2024;5;kda-physics",
        ]).await;
        assert_eq!(outcomes(&answer), ["CREATED", "REJECTED", "REJECTED", "REJECTED", "REJECTED", "REJECTED"]);
        let fields = |row: usize| -> Vec<Value> {
            let errors = answer.body["rows"][row]["userErrors"].as_array().unwrap();
            errors.iter().map(|error| error["path"][0].clone()).collect()
        };
        assert_eq!(fields(1), ["kind", "level", "title", "startsOn", "participants"]);
        assert_eq!((fields(2), fields(3), fields(4), fields(5)),
            (vec![json!("communitySlug")], vec![json!("externalId")], vec![json!("title")], vec![json!("jointWith")]));
        assert_eq!(app.visitor().ask("{ events { totalCount } }").await.payload()["totalCount"], 1);
    }

    async fn who_enters_no_events_imports_none(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let rows = ["1;kda-chemistry;INSTITUTE;REGIONAL;;Семинар;01.10.2024;5;"];
        assert_eq!(import(&app, &app.visitor(), "", &rows).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(import(&app, &app.member_of(&chemistry).await, "", &rows).await.status, StatusCode::FORBIDDEN);
        let chair = app.chair_of(&chemistry).await;
        assert_eq!(import(&app, &chair, "&mode=all", &rows).await.status, StatusCode::BAD_REQUEST);
        let many: Vec<String> = (0..1_001).map(|n| format!("{n};kda-chemistry;INSTITUTE;REGIONAL;;Семинар {n};01.10.2024;5;")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(import(&app, &chair, "", &many).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(app.visitor().ask("{ events { totalCount } }").await.payload()["totalCount"], 0);
    }
}
