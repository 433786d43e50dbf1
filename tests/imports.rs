//! Imports at the command line: the same rules as by HTTP, and nothing lost or doubled when one is killed.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use entity::{MemberState, community, member};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    app::TestApp,
    client::{Answer, http},
    files::{CSV, csv, line, windows_1251},
    program::{Ended, Serving, command, end},
};

/// A region with two communities, and a folder for files.
struct Scene {
    app: TestApp,
    communities: [community::Model; 2],
    folder: TempDir,
}

impl Scene {
    async fn new(app: TestApp) -> Self {
        let region = app.region("RU-KDA").await;
        app.municipality(&region, "Анапа").await;
        let communities = [app.community("kda-chemistry").await, app.community("kda-history").await];
        Self { app, communities, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn results(&self) -> PathBuf {
        self.folder.path().join("results.ndjson")
    }

    /// The command that imports this file.
    fn command(&self, file: &Path, more: &[&str]) -> std::process::Command {
        let mut command = command(&["import", "registrations"]);
        command.arg(file).args(["--region", "RU-KDA", "--source", "edu"]).args(more);
        command.args(["--database-url", &self.app.database().url()]);
        command
    }

    async fn import(&self, file: &Path, more: &[&str]) -> Ended {
        let command = self.command(file, more);
        tokio::task::spawn_blocking(|| end(command)).await.unwrap()
    }

    async fn registered(&self) -> u64 {
        member::Entity::find().count(self.app.rows()).await.unwrap()
    }

    /// Every community's count is what stands in it.
    async fn assert_counts(&self) {
        for community in &self.communities {
            let in_force = member::Entity::find()
                .filter(member::Column::CommunityId.eq(community.id))
                .filter(member::Column::State.eq(MemberState::Active))
                .count(self.app.rows())
                .await
                .unwrap();
            let counted = self.app.community_now(community.id).await.member_count;
            assert_eq!(u64::try_from(counted).unwrap(), in_force, "{}", community.slug);
        }
    }
}

/// Rows of two communities, some of them ended.
fn rows(count: usize) -> String {
    let row = |n: usize| {
        let mut row = line(&format!("k{n}"));
        if n.is_multiple_of(3) {
            row = row.replace("kda-chemistry", "kda-history");
        }
        if n.is_multiple_of(10) { row + "2024-05-31" } else { row }
    };
    csv((0..count).map(row))
}

/// The lines of a file of results.
fn told(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

on_both! {
    async fn an_import_that_was_killed_is_repeated_and_nothing_is_lost_or_doubled(app: TestApp) {
        const ROWS: usize = 6_000;
        let scene = Scene::new(app).await;
        let file = scene.file("all.csv", rows(ROWS));
        // It tells through a pipe, which holds less than a batch: it cannot run ahead of who listens.
        let mut running = scene.command(&file, &["--results", "/dev/stdout"]);
        let mut child = running.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let heard = tokio::task::spawn_blocking(move || {
            let heard = out.lines().take(2_000).count();
            child.kill().unwrap();
            child.wait().unwrap();
            heard
        });
        assert_eq!(heard.await.unwrap(), 2_000);
        let done = scene.registered().await;
        assert!((2_000..6_000).contains(&done) && done.is_multiple_of(1_000), "killed in the middle, between batches: {done}");
        scene.assert_counts().await;

        let ended = scene.import(&file, &["--results", scene.results().to_str().unwrap()]).await;
        ended.printed();
        let lines = told(&scene.results());
        assert_eq!(lines.len(), ROWS + 1);
        let summary = &lines[ROWS]["summary"];
        let of = |name: &str| summary[name].as_u64().unwrap();
        // What was being committed when the program was killed may have been committed or not.
        assert!((done..6_000).contains(&of("unchanged")) && of("unchanged").is_multiple_of(1_000), "{done}: {summary}");
        assert_eq!((of("created") + of("unchanged"), of("rejected")), (6_000, 0));
        assert_eq!(scene.registered().await, 6_000);
        scene.assert_counts().await;
        let journal: Vec<_> = scene.app.journal().await.into_iter().map(|entry| entry.seq).collect();
        let first = journal[0];
        assert!(journal.iter().zip(first..).all(|(seq, expected)| *seq == expected), "a gap in the journal");
        let again = scene.import(&file, &[]).await;
        assert_eq!(again.printed(), "created 0, updated 0, unchanged 6000, rejected 0, ended 0\n");
    }

    async fn the_command_line_imports_by_the_same_rules(app: TestApp) {
        let scene = Scene::new(app).await;
        let file = scene.file("old.CSV", windows_1251(&rows(40)));
        let dry = scene.import(&file, &["--dry-run"]).await.printed();
        assert_eq!(dry, "created 40, updated 0, unchanged 0, rejected 0, ended 0 (dry run: nothing was written)\n");
        assert_eq!((scene.registered().await, scene.app.journal().await.len()), (0, 0));
        scene.import(&file, &["--encoding", "windows-1251"]).await.printed();
        assert_eq!(scene.registered().await, 40);
        // Whose work it was stands in the journal: nobody's account.
        assert!(scene.app.journal().await.iter().all(|entry| entry.account_id.is_none()));

        // Without the first two rows (the first has ended long ago), and with a bad one.
        let all = rows(40);
        let some = all.lines().enumerate().filter(|(n, _)| !(1..3).contains(n)).map(|(_, line)| line.to_owned() + "\n");
        let file = scene.file("new.csv", some.collect::<String>() + &line("bad").replace("Анапа", "?") + "\n");
        let results = scene.results();
        let done = scene.import(&file, &["--reconcile", "--results", results.to_str().unwrap()]).await.printed();
        assert_eq!(done, "created 0, updated 0, unchanged 38, rejected 1, ended 1\n");
        let lines = told(&results);
        assert_eq!((lines[38]["outcome"].as_str(), lines[39]["outcome"].as_str()), (Some("REJECTED"), Some("ENDED")));
        assert_eq!((lines[39]["externalId"].as_str(), lines[40]["summary"]["ended"].as_u64()), (Some("k1"), Some(1)));
        scene.assert_counts().await;
        // Without a file of results the rows in which something is wrong are told.
        let done = scene.import(&file, &[]).await.printed();
        assert_eq!(done.lines().count(), 2, "{done}");
        assert!(done.contains("\"row\":40") && done.contains("municipality"), "{done}");
    }

    async fn what_cannot_be_imported_is_told_in_one_line(app: TestApp) {
        let scene = Scene::new(app).await;
        let file = scene.file("all.csv", rows(20));
        scene.import(&file, &[]).await.printed();
        let few = scene.file("few.csv", rows(10));
        for (file, more, words) in [
            (&few, &["--reconcile"][..], &["9 of 18", "10 %"][..]),
            (&few, &["--reconcile", "--max-ended", "20"], &["9 of 18", "20 %"]),
            (&few, &["--reconcile", "--max-ended", "101"], &["--max-ended", "101"]),
            (&few, &["--max-ended", "5"], &["--reconcile"]),
            (&few, &["--encoding", "koi8-r"], &["few.csv", "Windows-1251"]),
            (&few, &["--results", "/nowhere/at/all"], &["/nowhere/at/all"]),
            (&scene.file("few.xls", "x"), &[], &["few.xls", ".xlsx"]),
            (&scene.file("broken.csv", rows(3).replace("учитель", "\"учитель")), &[], &["broken.csv", "row 2", "position"]),
            (&PathBuf::from("/nowhere.csv"), &[], &["/nowhere.csv"]),
        ] {
            let ended = scene.import(file, more).await;
            let complaint = ended.complaint();
            assert!(words.iter().all(|word| complaint.contains(word)), "{complaint}");
            assert_eq!(ended.out, "");
        }
        let mut elsewhere = command(&["import", "registrations", "--region", "RU-XXX", "--source", "edu"]);
        elsewhere.arg(&few).args(["--database-url", &scene.app.database().url()]);
        assert!(end(elsewhere).complaint().contains("RU-XXX"));
        assert_eq!(scene.registered().await, 20);
        scene.assert_counts().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_tells_of_files_in_and_out_and_of_nobody_in_them() {
    let demo = Serving::start(&["demo", "--log", "api=info"]);
    let client = http();
    let token = client.post(format!("{}/oauth/token", demo.url)).basic_auth("integrator.kda", Some("demo"));
    let token = token.header("content-type", "application/x-www-form-urlencoded");
    let token = Answer::of(token.body("grant_type=client_credentials").send().await.unwrap()).await;
    let token = token.body["access_token"].as_str().unwrap().to_owned();
    let file = csv([
        line("a").replace("Анапа", "Абинский район").replace("kda-chemistry", "kda-mentors"),
        line("b"),
    ]);
    let import = |parameters: &str| {
        let request =
            client.post(format!("{}/import/registrations?{parameters}", demo.url)).bearer_auth(&token);
        request.header("content-type", CSV).header("x-request-id", "file-in").body(file.clone())
    };
    let answer = import("source=edu").send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("\"created\":1") && answer.contains("\"rejected\":1"), "{answer}");
    import("").send().await.unwrap();
    let export = client.get(format!("{}/export/members.csv?communitySlug=kda-mentors", demo.url));
    let export = export.bearer_auth(&token).header("x-request-id", "file-out").send().await.unwrap();
    let count = export.text().await.unwrap().lines().count() - 1;
    let log = demo.stop().err;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["request_id"] != Value::Null)
        .collect();
    let of = |id: &str| -> Vec<&Value> { lines.iter().filter(|line| line["request_id"] == id).collect() };
    let (files_in, files_out) = (of("file-in"), of("file-out"));
    assert_eq!((files_in.len(), files_out.len()), (2, 1), "{log}");
    for (line, operation, status, rows, outcome) in [
        (files_in[0], "import/registrations", 200, 2, "done"),
        (files_in[1], "import/registrations", 400, 0, "BAD_REQUEST"),
        (files_out[0], "export/members", 200, count, "done"),
    ] {
        assert_eq!(
            (line["operation"].as_str(), line["account"].as_str()),
            (Some(operation), Some("integrator.kda"))
        );
        assert_eq!(
            (line["status"].as_u64(), line["rows"].as_u64()),
            (Some(status), u64::try_from(rows).ok())
        );
        assert_eq!(line["outcome"], outcome);
        assert!(line["milliseconds"].as_f64().unwrap() > 0.0, "{line}");
    }
    for personal in ["Петрова", "school.example", "Школа"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}
