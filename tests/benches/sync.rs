//! How fast registrations are kept in step, as ratios to what the databases can do at best, in one run:
//!
//! ```sh
//! cargo bench --package registry-tests --bench sync
//! ```
//!
//! The numbers are those of a real region: 53,595 registrations, by `memberRegistrationsSync` over HTTP in batches of
//! 1,000. Beside it, on the same database and over the same rows: on Postgres one `COPY` into a temporary table and
//! one `INSERT … ON CONFLICT`, on SQLite one prepared insert a row in one transaction. Then a file of a million rows
//! is imported, for its memory. `ROWS` and `FILE_ROWS` in the environment change the numbers.

#[path = "../support/mod.rs"]
#[macro_use]
#[expect(dead_code, reason = "made for the tests; only some of it is needed here")]
mod support;
mod rows;
mod yardstick;

use std::{
    fs::File,
    io::{BufWriter, Write},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use entity::{community, region};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use support::{actor::Actor, app::TestApp, backend::Database, cluster, program};

/// Members of Krasnodar's communities in 2024-2025.
const ROWS: usize = 53_595;
/// A federation's worth in one file.
const FILE_ROWS: usize = 1_000_000;
/// Rows of a call.
const BATCH: usize = 1_000;
/// Runs of each measurement; the median is told.
const RUNS: usize = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    cluster::keep_what_is_acknowledged();
    runtime.block_on(async {
        let rows = number("ROWS", ROWS);
        println!("{rows} registrations in batches of {BATCH}; medians of {RUNS} runs\n");
        println!("| | raw load | first run | nothing changed | 100 changed |");
        println!("|---|---|---|---|---|");
        measure("Postgres", rows, async || TestApp::on_postgres().await).await;
        measure("SQLite", rows, async || Some(TestApp::on_sqlite().await)).await;
        let rows = number("FILE_ROWS", FILE_ROWS);
        println!("\nA CSV file of {rows} rows by `registry import registrations`\n");
        println!("| | seconds | rows a second | memory at most |");
        println!("|---|---|---|---|");
        import("SQLite", rows, Database::sqlite().await).await;
        if let Some(database) = Database::postgres().await {
            import("Postgres", rows, database).await;
        }
    });
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// A region as large as Krasnodar: 24 communities, 44 municipalities.
async fn scene(app: &TestApp) -> region::Model {
    let region = app.region("RU-KDA").await;
    for n in 0..rows::MUNICIPALITIES {
        app.municipality(&region, &rows::municipality(n)).await;
    }
    for n in 0..rows::COMMUNITIES {
        app.community(&rows::community(n)).await;
    }
    region
}

async fn measure(name: &str, count: usize, new: impl AsyncFn() -> Option<TestApp>) {
    let all = rows::all(count);
    let (mut raw, mut first, mut same, mut changed) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        let Some(app) = new().await else { return println!("| {name} | not there | | | |") };
        scene(&app).await;
        raw.push(yardstick::load(&app, &all).await);
        let Some(app) = new().await else { return };
        let integrator = app.integrator_of(&scene(&app).await).await;
        first.push(sync(&integrator, "first", &all, [count, 0, 0]).await);
        same.push(sync(&integrator, "again", &all, [0, 0, count]).await);
        let mut some = all.clone();
        let step = (count / 100).max(1);
        let touched = some.iter_mut().step_by(step).map(|row| row.position = "директор".into()).count();
        changed.push(sync(&integrator, "changed", &some, [0, touched, count - touched]).await);
        let members = community::Entity::find().all(app.rows()).await.unwrap();
        let members: i64 = members.into_iter().map(|row| row.member_count).sum();
        assert_eq!(members, i64::try_from(count).unwrap());
        assert_eq!(entity::member::Entity::find().count(app.rows()).await.unwrap(), count as u64);
    }
    let (raw, first, same, changed) = (median(raw), median(first), median(same), median(changed));
    let told = |time: Duration, of: Duration, what: &str| {
        format!("{:.2} s ({:.2} × {what})", time.as_secs_f64(), time.as_secs_f64() / of.as_secs_f64())
    };
    println!(
        "| {name} | {:.2} s | {} | {} | {} |",
        raw.as_secs_f64(),
        told(first, raw, "raw"),
        told(same, first, "first"),
        told(changed, first, "first"),
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Sends all rows, batch after batch, and waits for each answer. The bodies are made before the clock runs.
async fn sync(integrator: &Actor, night: &str, rows: &[rows::Row], counts: [usize; 3]) -> Duration {
    let document = "mutation($input: MemberRegistrationsSyncInput!) { memberRegistrationsSync(input: $input) {
        created updated unchanged rejected cursor userErrors { code } results { externalId outcome memberId userErrors { code path message } } } }";
    let bodies: Vec<Vec<u8>> = rows
        .chunks(BATCH)
        .enumerate()
        .map(|(n, rows)| {
            let rows: Vec<Value> = rows.iter().map(rows::Row::json).collect();
            let input = json!({ "source": "bench", "idempotencyKey": format!("{night} {n}"), "rows": rows });
            serde_json::to_vec(&json!({ "query": document, "variables": { "input": input } })).unwrap()
        })
        .collect();
    let token = integrator.token.clone().unwrap();
    let mut answers = Vec::with_capacity(bodies.len());
    let begun = Instant::now();
    for body in bodies {
        let request = integrator
            .client
            .request(reqwest::Method::POST, "/graphql")
            .header("content-type", "application/json")
            .bearer_auth(&token)
            .body(body);
        answers.push(request.send().await.unwrap().bytes().await.unwrap());
    }
    let took = begun.elapsed();
    let mut sums = [0; 3];
    for answer in answers {
        let body: Value = serde_json::from_slice(&answer).unwrap();
        let payload = &body["data"]["memberRegistrationsSync"];
        for (sum, name) in sums.iter_mut().zip(["created", "updated", "unchanged"]) {
            *sum += payload[name].as_u64().unwrap_or_else(|| panic!("{body}")) as usize;
        }
    }
    assert_eq!(sums, counts);
    took
}

/// Imports a large file with the program itself, and watches its memory.
async fn import(name: &str, count: usize, database: Database) {
    let db = database.connect(8).await;
    let app = TestApp::over(database.clone()).await;
    scene(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("members.csv");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "externalId;communitySlug;fullName;email;organization;position;municipality;joinedOn")
        .unwrap();
    for n in 0..count {
        writeln!(file, "{}", rows::row(n).csv()).unwrap();
    }
    file.flush().unwrap();
    let url = database.url();
    let path = path.to_str().unwrap();
    let arguments =
        ["import", "registrations", path, "--region", "RU-KDA", "--source", "bench", "--database-url", &url];
    let begun = Instant::now();
    let mut child =
        program::command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let peak = watch(&mut child);
    let seconds = begun.elapsed().as_secs_f64();
    let members = db.read().query_one_raw(sea_orm::Statement::from_string(
        db.read().get_database_backend(),
        "SELECT count(*) AS count FROM member",
    ));
    let members: i64 = members.await.unwrap().unwrap().try_get("", "count").unwrap();
    assert_eq!(members, i64::try_from(count).unwrap());
    println!("| {name} | {seconds:.0} | {:.0} | {peak} MB |", count as f64 / seconds);
}

/// Waits for the end, and gives the most memory that was resident, in megabytes, as the kernel counted it.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = kilobytes.unwrap_or(peak).max(peak);
        std::thread::sleep(Duration::from_millis(50));
    }
    peak / 1024
}
