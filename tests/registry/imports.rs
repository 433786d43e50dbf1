//! Whole files of registrations: every row is answered, whatever the file is written in, and nothing comes twice.

use std::cell::Cell;

use api::{
    auth::Actor as Caller,
    registry::sync::{
        file,
        import::{self, Import, Line},
        service,
    },
    tables::{self, Format, Limits},
};
use chrono::Duration;
use entity::{Office, account, community, ids::SessionId, member, session};
use reqwest::Method;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{Seek, Write},
};

use crate::support::{
    actor::Actor,
    app::TestApp,
    client::Answer,
    files::{CSV, XLSX, csv, line, windows_1251, workbook},
};

/// A region with a community, two municipalities and an integrator; another region with a community.
pub(super) struct Scene {
    pub(super) community: community::Model,
    pub(super) integrator: Actor,
}

impl Scene {
    pub(super) async fn new(app: &TestApp) -> Self {
        let region = app.region("RU-KDA").await;
        app.municipality(&region, "Анапа").await;
        app.municipality(&region, "Сочи").await;
        app.new_community("spe-chemistry").region("RU-SPE").create().await;
        Self { community: app.community("kda-chemistry").await, integrator: app.integrator_of(&region).await }
    }
}

pub(super) async fn members(app: &TestApp) -> Vec<member::Model> {
    member::Entity::find().all(app.rows()).await.unwrap()
}

fn lines(from: usize, to: usize) -> impl Iterator<Item = String> {
    (from..to).map(|n| line(&format!("k{n}")))
}

on_both! {
    async fn every_row_is_answered_in_the_files_order_and_the_same_again_changes_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let file = csv(lines(0, 1_203));
        let first = scene.integrator.import(file.clone()).await;
        let expected: Vec<_> = (2..1_205).map(|row| (row, "CREATED")).collect();
        assert_eq!(first.rows(), expected);
        assert_eq!(first.lines[0]["externalId"], "k0");
        // A line for the progress after each thousand, and the summary at the end.
        assert_eq!(first.lines[1_000], json!({ "progress": { "done": 1_000, "total": 1_203 } }));
        assert_eq!(first.lines[1_204], json!({ "progress": { "done": 1_203, "total": 1_203 } }));
        assert_eq!((first.lines.len(), first.counts()), (1_206, [1_203, 0, 0, 0, 0]));
        assert_eq!(app.community_now(scene.community.id).await.member_count, 1_203);

        let journal = app.journal().await.len();
        let again = scene.integrator.import(file).await;
        assert_eq!(again.counts(), [0, 0, 1_203, 0, 0]);
        assert_eq!(again.lines[7]["memberId"], first.lines[7]["memberId"]);
        assert_eq!(app.journal().await.len(), journal);
        // The feed goes on where the import ended.
        scene.integrator.import(csv([line("new")])).await;
        let mut kept = BTreeMap::new();
        scene.integrator.follow(again.summary()["cursor"].as_str(), &mut kept).await;
        let names: Vec<_> = kept.values().map(|node| node["fullName"].as_str().unwrap()).collect();
        assert_eq!(names, ["Петрова Алёна new"]);
    }

    async fn the_answer_is_lines_of_json_that_nothing_holds_back(app: TestApp) {
        let scene = Scene::new(&app).await;
        let request = scene.integrator.import_request("source=edu", CSV, csv(lines(0, 2)));
        let response = request.header("accept-encoding", "gzip, br").send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(header("content-type"), "application/x-ndjson");
        assert_eq!(header("content-encoding"), "identity");
        assert_eq!(header("cache-control"), "no-store");
        assert!(!header("x-request-id").is_empty());
        assert_eq!(response.text().await.unwrap().lines().count(), 4);
    }

    async fn all_formats_encodings_and_headers_say_the_same(app: TestApp) {
        let scene = Scene::new(&app).await;
        let semicolons = csv(lines(0, 3));
        assert_eq!(scene.integrator.import(semicolons.clone()).await.counts(), [3, 0, 0, 0, 0]);
        let russian = semicolons.replace(
            crate::support::files::HEADER,
            "Идентификатор;Сообщество;ФИО;Электронная почта;Место работы;Должность;МУНИЦИПАЛИТЕТ;Дата вступления;Дата выхода",
        ).replace("2021-09-01", "01.09.2021");
        let commas = semicolons.replace(';', ",");
        for file in [format!("\u{feff}{semicolons}"), commas.clone(), russian.clone(), russian.replace('\n', "\r\n")] {
            assert_eq!(scene.integrator.import(file).await.counts(), [0, 0, 3, 0, 0]);
        }
        // With the label and without it.
        for media in [CSV, "text/csv; charset=windows-1251"] {
            for file in [&russian, &commas] {
                let imported = scene.integrator.import_with("source=edu", media, windows_1251(file)).await;
                assert_eq!(imported.counts(), [0, 0, 3, 0, 0], "{media}");
            }
        }
        let rows: Vec<Vec<&str>> = russian.lines().map(|line| line.split(';').collect()).collect();
        let imported = scene.integrator.import_with("source=edu", XLSX, workbook(&rows)).await;
        assert_eq!(imported.counts(), [0, 0, 3, 0, 0], "{imported:#?}");
        assert_eq!(imported.rows()[0], (2, "UNCHANGED"));
        let object = |n: usize| json!({
            "externalId": format!("k{n}"), "communitySlug": "kda-chemistry", "ФИО": format!("Петрова Алёна k{n}"),
            "email": format!("k{n}@school.example"), "organization": "Школа № 1", "position": "учитель",
            "municipality": "АНАПА", "joinedOn": "2021-09-01", "leftOn": null,
        }).to_string();
        let ndjson = (0..3).map(object).collect::<Vec<_>>().join("\n");
        let imported = scene.integrator.import_with("source=edu", "application/x-ndjson", ndjson).await;
        assert_eq!((imported.counts(), imported.rows()[0]), ([0, 0, 3, 0, 0], (1, "UNCHANGED")));
    }

    async fn a_bad_row_names_its_column_and_does_not_stop_the_others(app: TestApp) {
        let scene = Scene::new(&app).await;
        let of = |key: &str, from: &str, to: &str| line(key).replace(from, to);
        let file = csv([
            line("good"),
            of("a", "kda-chemistry", "spe-chemistry"),
            of("b", "Анапа", "Кронштадт"),
            of("c", "2021-09-01", "31.02.2021"),
            of("d", "d@school.example", "sasha at school"),
            line("e") + "more;cells",
            line("z").replace("z;kda", ";kda"),
            String::new(),
            of("f", "Петрова", "=Петрова"),
            line("g") + "1999-01-01",
            line("better"),
        ]);
        let imported = scene.integrator.import(file).await;
        assert_eq!(imported.counts(), [2, 0, 0, 8, 0]);
        for (row, column) in [(3, "communitySlug"), (4, "municipality"), (5, "joinedOn"), (6, "email"), (7, "-"),
            (8, "externalId"), (10, "fullName"), (11, "leftOn")]
        {
            assert_eq!(imported.faults(row), [("INVALID", column)], "{row}");
        }
        assert_eq!(imported.rows().last(), Some(&(12, "CREATED")));
        assert_eq!((&imported.lines[5]["externalId"], &imported.lines[6]["externalId"]), (&json!(null), &json!(null)));
        let told = format!("{:?}", imported.lines);
        assert!(!told.contains("sasha") && !told.contains("Петрова"), "{told}");
        assert_eq!(members(&app).await.len(), 2);
    }

    async fn rows_of_one_key_are_refused_however_far_apart_they_stand(app: TestApp) {
        let scene = Scene::new(&app).await;
        let mut all: Vec<_> = lines(0, 1_100).collect();
        all[1] = line("twice");
        all[1_050] = line(" twice").replace("Петрова", "Другая");
        let imported = scene.integrator.import(csv(all)).await;
        assert_eq!(imported.counts(), [1_098, 0, 0, 2, 0]);
        for row in [3, 1_052] {
            assert_eq!(imported.faults(row), [("TAKEN", "externalId")]);
            let line = imported.lines.iter().find(|line| line["row"] == row).unwrap();
            assert!(line["errors"][0]["message"].as_str().unwrap().contains("3, 1052"), "{line}");
        }
        let twice = member::Entity::find().filter(member::Column::ExternalId.eq("twice"));
        assert_eq!(twice.count(app.rows()).await.unwrap(), 0);
    }

    async fn a_dry_run_says_the_same_and_writes_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 2))).await;
        let file = csv([line("k0"), line("k1").replace("учитель", "завуч"), line("new"), line("bad").replace("Анапа", "?")]);
        let (journal, found) = (app.journal().await, members(&app).await);
        let dry = scene.integrator.import_with("source=edu&dryRun=true", CSV, file.clone()).await;
        assert_eq!((app.journal().await, members(&app).await), (journal, found));
        assert_eq!(dry.summary()["cursor"], json!(null));
        let done = scene.integrator.import(file).await;
        assert_eq!(dry.rows(), done.rows());
        assert_eq!(done.counts(), [1, 1, 1, 1, 0]);
    }

    async fn nobody_but_an_integrator_imports(app: TestApp) {
        let scene = Scene::new(&app).await;
        let region = app.region("RU-KDA").await;
        let file = csv(lines(0, 1));
        for caller in [app.visitor(), app.visitor().bearing("nonsense")] {
            // Before anything else is looked at.
            let refused = caller.import_refused("sorce=1", "text/html", "?").await;
            assert_eq!((refused.0, refused.1.as_str()), (401, "UNAUTHENTICATED"));
        }
        for caller in [
            app.operator_of(&region).await,
            app.chair_of(&scene.community).await,
            app.officer(Office::Coordinator, &scene.community).await,
            app.registrar().await,
            app.auditor().await,
            app.stranger().await,
        ] {
            let refused = caller.import_refused("source=edu", CSV, file.clone()).await;
            assert_eq!((refused.0, refused.1.as_str()), (403, "FORBIDDEN"));
        }
        assert_eq!(members(&app).await.len(), 0);
        let foreign = app.integrator_of(&app.region("RU-SPE").await).await;
        assert_eq!(foreign.import(file).await.faults(2), [("INVALID", "communitySlug"), ("INVALID", "municipality")]);
    }

    async fn whoever_loses_the_right_in_the_middle_stops_after_the_batch(app: TestApp) {
        let scene = Scene::new(&app).await;
        let (now, session_id) = (app.clock.now(), SessionId::generate());
        let integrator = scene.integrator.account.unwrap();
        session::Entity::insert(session::ActiveModel {
            id: Set(session_id),
            account_id: Set(integrator),
            created_at: Set(now),
            expires_at: Set(now + Duration::hours(1)),
            revoked_at: Set(None),
        }).exec_without_returning(app.rows()).await.unwrap();
        let caller = Caller::of_session(app.rows(), session_id, "r".into(), now).await.unwrap().unwrap();
        let mut handle = tempfile::tempfile().unwrap();
        handle.write_all(csv(lines(0, 2_500)).as_bytes()).unwrap();
        handle.rewind().unwrap();
        let table = tables::open(handle, Format::Csv, None, &file::COLUMNS, Limits::default()).unwrap();
        let import = Import {
            region: scene.community.region_id, source: "edu".into(), reconcile: None, dry_run: false,
        };
        let prepared = import::prepare(app.app(), import, table).await.unwrap().unwrap();
        let (region, batches) = (prepared.region(), Cell::new(0));
        let ended = prepared.run(
            app.app(),
            async |at| service::may_go_on(app.app(), &caller, region, at).await,
            async |line| {
                if matches!(line, Line::Progress { .. }) {
                    batches.set(batches.get() + 1);
                    let closed = account::ActiveModel {
                        id: Set(integrator), closed_at: Set(Some(app.clock.now())), ..Default::default()
                    };
                    account::Entity::update(closed).exec(app.rows()).await.unwrap();
                }
                true
            },
        ).await;
        assert_eq!(ended.unwrap_err().code().name(), "UNAUTHENTICATED");
        assert_eq!((batches.get(), members(&app).await.len()), (1, 1_000));
    }

    async fn parameters_that_make_no_sense_are_told(app: TestApp) {
        let scene = Scene::new(&app).await;
        let file = csv(lines(0, 1));
        for (parameters, word) in [
            ("", "source"), ("sorce=edu", "sorce"), ("source=edu&source=b", "source"), ("source=edu&mode=delete", "upsert or reconcile"),
            ("source=edu&dryRun=perhaps", "dryRun"), ("source=edu&mode=reconcile&maxEnded=1000", "0 to 100"),
            ("source=edu&mode=reconcile&maxEnded=-1", "0 to 100"), ("source=edu&maxEnded=5", "mode=reconcile"),
        ] {
            let (status, code, message) = scene.integrator.import_refused(parameters, CSV, file.clone()).await;
            assert_eq!((status, code.as_str()), (400, "BAD_REQUEST"), "{parameters}: {message}");
            assert!(message.contains(word), "{message}");
        }
        let long = format!("source={}", "x".repeat(201));
        for parameters in ["source=%20", &long] {
            let (status, code, message) = scene.integrator.import_refused(parameters, CSV, file.clone()).await;
            assert_eq!((status, code.as_str()), (422, "BAD_INPUT"), "{message}");
        }
        for media in ["", "text/html", "application/json", "multipart/form-data; boundary=x"] {
            let (status, code, _) = scene.integrator.import_refused("source=edu", media, file.clone()).await;
            assert_eq!((status, code.as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media}");
        }
        let packed = scene.integrator.import_request("source=edu", CSV, file).header("content-encoding", "gzip");
        assert_eq!(Answer::of(packed.send().await.unwrap()).await.status, 415);
        let read = scene.integrator.client.request(Method::GET, "/import/registrations").send().await.unwrap();
        assert_eq!((read.status().as_u16(), read.headers()["allow"].to_str().unwrap()), (405, "POST"));
        assert_eq!(members(&app).await.len(), 0);
    }
}
