//! Files that are unreadable as a whole: refused with the place of what is wrong, and without any row being acted on.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

use super::imports::{Scene, members};
use crate::support::{
    app::TestApp,
    files::{CSV, HEADER, XLSX, csv, line, windows_1251, workbook},
};

/// A workbook that unpacks to much more than itself.
fn bomb() -> Vec<u8> {
    let text = "a".repeat(30_000);
    let row = vec![text.as_str(); 9];
    let mut rows = vec![HEADER.split(';').collect::<Vec<_>>()];
    rows.extend(std::iter::repeat_n(row, 40));
    workbook(&rows)
}

/// Sends a request as it stands here, and nothing after it; gives what comes back.
async fn sent(app: &TestApp, scene: &Scene, length: &str, body: Vec<u8>) -> String {
    let url = app.url("");
    let address = url.trim_start_matches("http://").to_owned();
    let head = format!(
        "POST /import/registrations?source=edu HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: text/csv\r\n{length}\r\n\r\n",
        scene.integrator.token.as_deref().unwrap(),
    );
    let sending = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(&body).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        // The server may break off, too.
        let _ = socket.read_to_string(&mut answer);
        answer
    });
    sending.await.unwrap()
}

on_both! {
    async fn a_file_that_cannot_be_read_is_refused_with_the_place_and_nothing_is_written(app: TestApp) {
        let scene = Scene::new(&app).await;
        let sound = csv([line("a"), line("b")]);
        let rows: Vec<Vec<&str>> = sound.lines().map(|line| line.split(';').collect()).collect();
        let mut torn = workbook(&rows);
        torn.truncate(torn.len() / 2);
        let cases: [(&str, &str, Vec<u8>, &[&str]); 12] = [
            ("never closed quote", CSV, csv([line("a"), line("b").replace("Школа", "\"Школа")]).into(), &["Row 3", "organization"]),
            ("text behind a quote", CSV, csv([line("a").replace("учитель", "\"учи\"тель")]).into(), &["Row 2", "position"]),
            ("unknown column", CSV, sound.replace("position", "salary").into(), &["Row 1", "salary", "Known are"]),
            ("missing column", CSV, sound.replace("externalId", "").into(), &["Row 1", "externalId"]),
            ("doubled column", CSV, sound.replace("position", "ФИО").into(), &["Row 1", "twice"]),
            ("empty", CSV, Vec::new(), &["empty"]),
            ("damaged UTF-8", CSV, [sound.as_bytes(), &[0xD0], "; и дальше".as_bytes()].concat(), &["UTF-8", "line 4"]),
            ("not in its label", "text/csv; charset=utf-8", windows_1251(&sound), &["UTF-8"]),
            ("unknown label", "text/csv; charset=koi8-r", sound.clone().into(), &["Windows-1251"]),
            ("no workbook", XLSX, sound.clone().into(), &["XLSX"]),
            ("torn workbook", XLSX, torn, &["XLSX"]),
            ("bomb", XLSX, bomb(), &["unpack"]),
        ];
        for (name, media, file, words) in cases {
            let (status, code, message) = scene.integrator.import_refused("source=edu", media, file).await;
            assert_eq!((status, code.as_str()), (422, "BAD_INPUT"), "{name}: {message}");
            assert!(words.iter().all(|word| message.contains(word)), "{name}: {message}");
            assert!(message.ends_with("Nothing was done.") && !message.contains("Петрова"), "{name}: {message}");
        }
        assert_eq!(members(&app).await.len(), 0);
    }

    async fn a_file_without_rows_does_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv([line("a")])).await;
        for (media, file) in [(CSV, csv([])), ("application/x-ndjson", String::new())] {
            let imported = scene.integrator.import_with("source=edu", media, file).await;
            assert_eq!((imported.counts(), imported.lines.len()), ([0; 5], 1));
            assert!(imported.summary()["cursor"].is_string());
        }
    }

    async fn a_file_that_breaks_off_on_the_way_does_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let file = csv([line("a"), line("b")]);
        let length = format!("Content-Length: {}", file.len() + 100);
        let answer = sent(&app, &scene, &length, file.into()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert_eq!(members(&app).await.len(), 0);
        assert_eq!(app.journal().await.len(), 0);
        // The same, whole.
        assert_eq!(scene.integrator.import(csv([line("a")])).await.counts(), [1, 0, 0, 0, 0]);
    }

    async fn a_file_larger_than_allowed_is_refused(app: TestApp) {
        let app = app.configured(|config| config.import_bytes = 2_000).await;
        let scene = Scene::new(&app).await;
        let file = csv((0..100).map(|n| line(&format!("k{n}"))));
        let refused = scene.integrator.import_refused("source=edu", CSV, file.clone()).await;
        assert_eq!((refused.0, refused.1.as_str()), (413, "LIMIT_EXCEEDED"));
        assert!(refused.2.contains("2000 bytes"), "{}", refused.2);
        // Without its length being told.
        let mut body = Vec::new();
        for piece in file.as_bytes().chunks(500) {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        let answer = sent(&app, &scene, "Transfer-Encoding: chunked", body).await;
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("LIMIT_EXCEEDED"), "{answer}");
        assert_eq!(members(&app).await.len(), 0);
        assert_eq!(scene.integrator.import(csv([line("a")])).await.counts(), [1, 0, 0, 0, 0]);
    }
}
