//! The door for files of materials: what is taken, what is refused, and how it is given out again.

use entity::{PracticeState, community, material, practice};
use reqwest::{Body, Method};
use sea_orm::EntityTrait;
use serde_json::json;
use std::io::{Read, Write};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    materials::{Fetched, Form, PDF, download, fetched, pdf},
};

/// A community, an author, and the author's draft.
struct Scene {
    community: community::Model,
    author: Actor,
    draft: practice::Model,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let draft = app.new_practice(&community).by(&author).create().await;
        Self { community, author, draft }
    }

    /// Refused with this status and code; gives the message.
    async fn refuses(&self, form: Form, status: u16, code: &str) -> String {
        let answer = self.author.attach(&self.draft, form).await;
        refusal(&answer, status, code)
    }
}

#[track_caller]
fn refusal(answer: &Answer, status: u16, code: &str) -> String {
    assert_eq!((answer.status.as_u16(), answer.error_code()), (status, code), "{answer:#?}");
    assert!(answer.errors()[0]["extensions"]["requestId"].is_string());
    answer.errors()[0]["message"].as_str().unwrap().to_owned()
}

fn file(name: &str, media_type: &str, content: &[u8]) -> Form {
    Form::default().file(name, Some(media_type), content)
}

on_both! {
    async fn an_author_adds_a_file_and_everybody_gets_it_back_once_the_practice_is_published(app: TestApp) {
        let Scene { author, draft, community } = Scene::new(&app).await;
        let content = pdf(&"Ход урока. ".repeat(20_000));
        let form = file("Ход урока (8 класс).pdf", PDF, &content).title("Ход урока");
        let answer = author.attach(&draft, form).await;
        assert_eq!(answer.status, 201, "{answer:#?}");
        let added = &answer.body["material"];
        assert_eq!((&added["kind"], &added["title"], &added["size"]), (&json!("FILE"), &json!("Ход урока"), &json!(content.len())));
        assert_eq!(answer.header("location"), added["download"].as_str());

        let presidium = app.presidium_member_of(&community).await;
        author.submit(&draft).await.done();
        presidium.approve(&draft).await.done();
        app.coordinator_of(&community).await.publish(&draft).await.done();
        let document = "query($id: ID!) { practice(by: { id: $id }) { materials { totalCount nodes {
            id kind title fileName mediaType size sha256 download version addedAt url } } } }";
        let seen = app.visitor().query(document, json!({ "id": id(draft.id) })).await;
        let mut told = added.clone();
        told["url"] = json!(null);
        assert_eq!(seen.payload()["materials"], json!({ "totalCount": 1, "nodes": [told] }));

        let got = app.visitor().fetch(download(added)).await;
        assert_eq!((got.status.as_u16(), got.bytes == content), (200, true));
        for (name, value) in [
            ("content-type", PDF),
            ("content-length", content.len().to_string().as_str()),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "private, no-cache"),
            ("accept-ranges", "bytes"),
            ("etag", format!("\"{}\"", added["sha256"].as_str().unwrap()).as_str()),
            ("content-disposition", "attachment; filename=\"material.pdf\"; \
              filename*=UTF-8''%D0%A5%D0%BE%D0%B4%20%D1%83%D1%80%D0%BE%D0%BA%D0%B0%20%288%20%D0%BA%D0%BB%D0%B0%D1%81%D1%81%29.pdf"),
        ] {
            assert_eq!(got.header(name), Some(value), "{name}");
        }
    }

    async fn a_draft_s_file_is_its_authors_and_a_submitted_one_is_seen_by_those_who_decide(app: TestApp) {
        let Scene { author, draft, community } = Scene::new(&app).await;
        let added = author.attach_pdf(&draft, "план").await;
        let others = [
            app.visitor(), app.member_of(&community).await, app.coordinator_of(&community).await,
            app.presidium_member_of(&community).await, app.registrar().await,
        ];
        let statuses = async || {
            let all = others.iter().map(|other| other.fetch(download(&added)));
            futures::future::join_all(all).await.iter().map(|got| got.status.as_u16()).collect::<Vec<_>>()
        };
        assert_eq!(statuses().await, [404, 404, 404, 404, 404]);
        assert_eq!(author.fetch(download(&added)).await.bytes, pdf("план"));
        assert_eq!(app.auditor().await.fetch(download(&added)).await.status, 200, "reads everything");
        author.submit(&draft).await.done();
        assert_eq!(statuses().await, [404, 404, 200, 200, 200]);
        let nobody = app.visitor().bearing("nonsense").fetch(download(&added)).await;
        assert_eq!(nobody.status, 401);
        let refused: serde_json::Value = serde_json::from_slice(&others[0].fetch(download(&added)).await.bytes).unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn only_an_author_adds_to_a_practice_and_only_while_its_text_may_change(app: TestApp) {
        let Scene { author, draft, community } = Scene::new(&app).await;
        let form = || file("план.pdf", PDF, &pdf("план"));
        let colleague = app.member_of(&community).await;
        refusal(&app.visitor().attach(&draft, form()).await, 401, "UNAUTHENTICATED");
        refusal(&colleague.attach(&draft, form()).await, 404, "NOT_FOUND");
        refusal(&app.auditor().await.attach(&draft, form()).await, 403, "FORBIDDEN");
        let published = app.published(&community).await;
        refusal(&colleague.attach(&published, form()).await, 403, "FORBIDDEN");
        let own = app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
        let message = refusal(&author.attach(&own, form()).await, 409, "WRONG_STATE");
        assert!(message.contains("SUBMITTED"), "{message}");
        let nothing = practice::Model { id: entity::ids::PracticeId::generate(), ..draft.clone() };
        refusal(&author.attach(&nothing, form()).await, 404, "NOT_FOUND");
        app.holds_no_material().await;
    }

    async fn files_of_other_kinds_are_refused(app: TestApp) {
        let scene = Scene::new(&app).await;
        for (name, media_type) in [
            ("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.exe", "application/x-msdownload"),
            ("a.zip", "application/zip"), ("a.docm", "application/vnd.ms-word.document.macroEnabled.12"),
            ("a.exe", "application/octet-stream"), ("a.pdf", "no/type"),
        ] {
            let message = scene.refuses(file(name, media_type, b"%PDF-1.7"), 415, "UNSUPPORTED_MEDIA_TYPE").await;
            assert!(message.contains(".pdf"), "it says what is taken: {message}");
        }
        app.holds_no_material().await;
        // Where the browser knows no type, the name tells.
        let known = Form::default().file("план.pdf", None, &pdf("план"));
        assert_eq!(scene.author.attach(&scene.draft, known).await.body["material"]["mediaType"], PDF);
    }

    async fn the_kinds_that_are_taken_are_a_setting(app: TestApp) {
        let app = app.configured(|config| config.materials_types = vec!["text/plain".into()]).await;
        let scene = Scene::new(&app).await;
        scene.refuses(file("план.pdf", PDF, &pdf("план")), 415, "UNSUPPORTED_MEDIA_TYPE").await;
        let text = scene.author.attach(&scene.draft, file("план.txt", "text/plain", "План".as_bytes())).await;
        let got = scene.author.fetch(download(&text.body["material"])).await;
        assert_eq!(got.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(got.bytes, "План".as_bytes());
    }

    async fn a_file_that_is_not_what_it_is_said_to_be_is_refused(app: TestApp) {
        let scene = Scene::new(&app).await;
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (name, media_type, content) in [
            ("план.pdf", PDF, &b"MZ\x90\0\x03\0\0\0"[..]),
            ("план.pdf", PDF, png),
            ("фото.png", "image/png", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
            ("план.txt", "text/plain", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("план.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
            ("план.pdf.exe", PDF, b"%PDF-1.7"),
            ("план.pdf", PDF, b""),
        ] {
            scene.refuses(file(name, media_type, content), 422, "BAD_INPUT").await;
        }
        app.holds_no_material().await;
    }

    async fn a_name_that_leads_somewhere_or_deceives_is_refused(app: TestApp) {
        let scene = Scene::new(&app).await;
        let long = format!("{}.pdf", "я".repeat(117));
        for name in [
            "../../etc/passwd.pdf", "..\\\\windows\\\\a.pdf", "/a.pdf", "C:a.pdf", ".a.pdf", "CON.pdf", "",
            "a\u{202e}fdp.pdf", "a\tb.pdf", &long,
        ] {
            let message = scene.refuses(file(name, PDF, &pdf("план")), 422, "BAD_INPUT").await;
            assert!(message.contains("name"), "{name}: {message}");
        }
        let disguised = "form-data; name=\"file\"; filename=\"a.pdf\"; filename*=UTF-8''..%2Fa.pdf";
        let message = scene.refuses(Form::default().part(disguised, Some(PDF), &pdf("план")), 422, "BAD_INPUT").await;
        assert!(message.contains("path"), "{message}");
        app.holds_no_material().await;
    }

    async fn a_form_that_is_none_is_refused(app: TestApp) {
        let scene = Scene::new(&app).await;
        let Scene { author, draft, .. } = &scene;
        let good = || file("план.pdf", PDF, &pdf("план"));
        scene.refuses(Form::default().title("Без файла"), 400, "BAD_REQUEST").await;
        scene.refuses(good().file("b.pdf", Some(PDF), &pdf("b")), 400, "BAD_REQUEST").await;
        scene.refuses(good().part("form-data; name=\"practice\"", None, b"x"), 400, "BAD_REQUEST").await;
        scene.refuses(good().title(&"я".repeat(301)), 422, "BAD_INPUT").await;
        scene.refuses(good().title(&"я".repeat(5_000)), 422, "BAD_INPUT").await;
        let mut cut = good().bytes();
        cut.truncate(cut.len() - 20);
        let path = format!("/practices/{}/materials", id(draft.id));
        let raw = |media_type: &str, body: Vec<u8>| {
            author.request(Method::POST, &path).header("content-type", media_type.to_owned()).body(body).send()
        };
        refusal(&Answer::of(raw(&Form::content_type(), cut).await.unwrap()).await, 400, "BAD_REQUEST");
        for media_type in [PDF, "application/json", "multipart/form-data"] {
            let answer = Answer::of(raw(media_type, pdf("план")).await.unwrap()).await;
            refusal(&answer, 415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let asked = author.request(Method::GET, &path).send().await.unwrap();
        assert_eq!((asked.status().as_u16(), asked.headers()["allow"].to_str().unwrap()), (405, "POST"));
        let strange = author.request(Method::POST, "/practices/practice_x/materials").send().await.unwrap();
        refusal(&Answer::of(strange).await, 400, "BAD_ID");
        app.holds_no_material().await;
    }

    async fn a_file_that_is_too_large_leaves_nothing_however_it_is_sent(app: TestApp) {
        let app = app.configured(|config| config.materials_bytes = 2_048).await;
        let scene = Scene::new(&app).await;
        let large = || file("план.pdf", PDF, &pdf(&"x".repeat(3_000)));
        let message = scene.refuses(large(), 413, "LIMIT_EXCEEDED").await;
        assert!(message.contains("2048"), "{message}");
        // Without a word of how long it will be.
        let pieces = large().bytes().chunks(100).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
        let body = Body::wrap_stream(futures::stream::iter(pieces));
        let streamed = scene.author.upload(&scene.draft, Form::default()).body(body).send().await.unwrap();
        refusal(&Answer::of(streamed).await, 413, "LIMIT_EXCEEDED");
        app.holds_no_material().await;
        let fits = file("план.pdf", PDF, &pdf(&"x".repeat(2_000)));
        assert_eq!(scene.author.attach(&scene.draft, fits).await.status, 201);
    }

    async fn a_transfer_that_is_cut_leaves_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let (body, path) = (file("план.pdf", PDF, &pdf(&"x".repeat(9_000))).bytes(), id(scene.draft.id));
        let address = app.url("").trim_start_matches("http://").to_owned();
        let head = format!(
            "POST /practices/{path}/materials HTTP/1.1\r\nhost: registry\r\nauthorization: Bearer {}\r\n\
             content-type: {}\r\ncontent-length: {}\r\n\r\n",
            scene.author.token.as_deref().unwrap(), Form::content_type(), body.len(),
        );
        let cut = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body[..5_000]).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            answer
        });
        let answer = cut.await.unwrap();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
        app.holds_no_material().await;
    }

    async fn the_same_file_again_is_the_same_material(app: TestApp) {
        let Scene { author, draft, community } = Scene::new(&app).await;
        let first = author.attach_pdf(&draft, "план").await;
        let journal = app.journal().await.len();
        let again = author.attach(&draft, file("Другое имя.pdf", PDF, &pdf("план"))).await;
        assert_eq!((again.status.as_u16(), &again.body["material"]["id"]), (200, &first["id"]));
        assert_eq!((app.materials().await.len(), app.files(), app.journal().await.len()), (1, 1, journal));
        let other = app.new_practice(&community).by(&author).create().await;
        assert_ne!(author.attach_pdf(&other, "план").await["id"], first["id"], "of another practice it is another");
    }

    async fn a_file_that_is_sent_many_times_at_once_is_kept_once(app: TestApp) {
        let Scene { author, draft, .. } = Scene::new(&app).await;
        let sent = (0..4).map(|_| author.attach(&draft, file("план.pdf", PDF, &pdf("план"))));
        let answers = futures::future::join_all(sent).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 201]);
        assert_eq!((app.materials().await.len(), app.files()), (1, 1));
        assert_eq!(entity::loose_file::Entity::find().all(app.rows()).await.unwrap(), []);
    }

    async fn a_practice_has_twenty_materials_at_most(app: TestApp) {
        let scene = Scene::new(&app).await;
        for n in 0..19 {
            app.link(&scene.draft, scene.author.person(), &format!("Ссылка {n}")).await;
        }
        scene.author.attach_pdf(&scene.draft, "двадцатый").await;
        let message = scene.refuses(file("план.pdf", PDF, &pdf("план")), 422, "BAD_INPUT").await;
        assert!(message.contains("20"), "{message}");
        assert_eq!((app.materials().await.len(), app.files()), (20, 1));
    }

    async fn what_a_browser_has_already_is_not_sent_again_and_parts_are_sent_alone(app: TestApp) {
        let Scene { author, draft, .. } = Scene::new(&app).await;
        let added = author.attach_pdf(&draft, "план").await;
        let content = pdf("план");
        let path = download(&added);
        let tag = format!("\"{}\"", added["sha256"].as_str().unwrap());
        let ask = |name: &str, value: &str| fetched(author.request(Method::GET, path).header(name, value.to_owned()));
        for known in [tag.as_str(), &format!("\"other\", W/{tag}")] {
            let got = ask("if-none-match", known).await;
            assert_eq!((got.status.as_u16(), got.bytes.len(), got.header("etag")), (304, 0, Some(tag.as_str())));
        }
        assert_eq!(ask("if-none-match", "\"other\"").await.status, 200);
        let part = |got: &Fetched| (got.status.as_u16(), got.header("content-range").map(ToOwned::to_owned), got.bytes.clone());
        let all = content.len();
        for (range, first, last) in [("bytes=0-3", 0, 3), ("bytes=5-", 5, all - 1), ("bytes=-4", all - 4, all - 1), ("bytes=2-9999", 2, all - 1)] {
            let told = format!("bytes {first}-{last}/{all}");
            assert_eq!(part(&ask("range", range).await), (206, Some(told), content[first..=last].to_vec()), "{range}");
        }
        assert_eq!(part(&ask("range", "bytes=9999-").await), (416, Some(format!("bytes */{all}")), Vec::new()));
        for whole in ["bytes=0-1,3-4", "lines=1-2", "bytes=x"] {
            assert_eq!(part(&ask("range", whole).await), (200, None, content.clone()), "{whole}");
        }
        let resumed = |known: String| fetched(author.request(Method::GET, path).header("range", "bytes=0-0").header("if-range", known));
        assert_eq!(resumed(tag).await.status, 206);
        assert_eq!(resumed("\"other\"".into()).await.status, 200, "it is another file now");
    }

    async fn its_head_tells_of_a_file_what_a_download_would(app: TestApp) {
        let Scene { author, draft, .. } = Scene::new(&app).await;
        let added = author.attach_pdf(&draft, "план").await;
        let got = author.fetch(download(&added)).await;
        let head = fetched(author.request(Method::HEAD, download(&added))).await;
        assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
        for name in ["content-length", "content-type", "etag", "content-disposition"] {
            assert!(head.header(name).is_some() && head.header(name) == got.header(name), "{name}: {head:#?}");
        }
        assert_eq!(fetched(app.visitor().request(Method::HEAD, download(&added))).await.status, 404);
        let put = fetched(author.request(Method::PUT, download(&added))).await;
        assert_eq!((put.status.as_u16(), put.header("allow")), (405, Some("GET, HEAD")));
    }

    async fn a_link_has_no_file_and_a_strange_id_is_told(app: TestApp) {
        let Scene { author, draft, .. } = Scene::new(&app).await;
        let link = app.link(&draft, author.person(), "Сайт").await;
        let status = async |path: String| author.fetch(&path).await.status.as_u16();
        assert_eq!(status(format!("/materials/{}", id(link.id))).await, 404);
        assert_eq!(status(format!("/materials/{}", id(entity::ids::MaterialId::generate()))).await, 404);
        assert_eq!(status(format!("/materials/{}", id(draft.id))).await, 400);
        assert_eq!(status("/materials/..%2f..%2fetc%2fpasswd".into()).await, 400);
    }

    async fn another_process_on_the_same_store_gives_out_the_same_file(app: TestApp) {
        let Scene { author, draft, .. } = Scene::new(&app).await;
        let added = author.attach_pdf(&draft, "план").await;
        let later = app.replica().await;
        let author = later.visitor().bearing(author.token.as_deref().unwrap());
        assert_eq!(author.fetch(download(&added)).await.bytes, pdf("план"));
    }

    async fn a_store_that_is_out_of_reach_is_told_and_nothing_is_half_done(app: TestApp) {
        let scene = Scene::new(&app).await;
        let added = scene.author.attach_pdf(&scene.draft, "план").await;
        let row: Vec<material::Model> = app.materials().await;
        let journal = app.journal().await.len();
        let place = app.database().files().to_owned();
        let aside = place.with_extension("aside");
        std::fs::rename(&place, &aside).unwrap();
        std::fs::write(&place, "no folder").unwrap();
        scene.refuses(file("второй.pdf", PDF, &pdf("второй")), 503, "UNAVAILABLE").await;
        let got = scene.author.fetch(download(&added)).await;
        assert!([500, 503].contains(&got.status.as_u16()), "{got:?}");
        std::fs::remove_file(&place).unwrap();
        std::fs::rename(&aside, &place).unwrap();
        assert_eq!((app.materials().await, app.journal().await.len()), (row, journal));
        assert_eq!(scene.author.fetch(download(&added)).await.bytes, pdf("план"));
        scene.author.attach_pdf(&scene.draft, "второй").await;
    }
}
