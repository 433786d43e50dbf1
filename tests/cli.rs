//! The program itself, from its command line to its exit code.

use std::{fs, net::TcpListener, path::Path};

use serde_json::json;

use crate::support::{
    backend::Database,
    client::{Answer, http},
    program::{Serving, command, end, run},
};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Refused with one line that holds all these words.
#[track_caller]
fn refuses(arguments: &[&str], words: &[&str]) {
    let ended = run(arguments);
    let complaint = ended.complaint();
    assert!(words.iter().all(|word| complaint.contains(word)), "{complaint}");
    assert_eq!(ended.out, "");
}

#[test]
fn help_tells_all_commands_and_settings() {
    let help = run(&["--help"]).printed();
    for command in [
        "serve",
        "demo",
        "migrate",
        "account-create",
        "import",
        "rankings",
        "generate",
        "report",
        "schema",
        "policy",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}");
    }
    for setting in [
        "config",
        "host",
        "port",
        "data-dir",
        "database-connections",
        "log",
        "access-token-minutes",
        "session-days",
        "introspection",
        "cors-origins",
        "request-seconds",
        "answers-milliseconds",
        "body-bytes",
        "query-depth",
        "query-cost",
        "materials-url",
        "materials-bytes",
        "materials-types",
    ] {
        let variable = format!("[env: REGISTRY_{}", setting.to_uppercase().replace('-', "_"));
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("--{setting} ")));
        assert!(line.is_some_and(|line| line.contains(&variable)), "{setting}");
    }
    assert!(help.contains("--database-url") && help.contains("[env: DATABASE_URL]"));
    assert!(run(&["--version"]).printed().contains("0.1.0"));
}

#[test]
fn a_wrong_command_line_is_told_in_one_line() {
    refuses(&["serve", "--prot", "1"], &["--prot"]);
    refuses(&["sreve"], &["sreve"]);
    refuses(&["serve", "--port", "eighty"], &["--port", "eighty"]);
    refuses(&["serve", "--port", "70000"], &["--port", "70000"]);
    refuses(&["serve", "--session-days", "0"], &["--session-days", "0"]);
    refuses(&["serve", "--query-cost", "9"], &["--query-cost"]);
    refuses(&["serve", "--introspection", "perhaps"], &["--introspection", "perhaps"]);
    refuses(&["account-create", "somebody"], &["--role"]);
    refuses(&["account-create", "somebody", "--role", "god"], &["god"]);
    refuses(&["schema", "more"], &["more"]);
    assert_ne!(run(&[]).code, Some(0));
}

#[test]
fn a_wrong_environment_is_told_in_one_line() {
    let with = |name: &str, value: &str| {
        let mut command = command(&["policy"]);
        command.env(name, value);
        end(command)
    };
    assert!(with("REGISTRY_PROT", "1").complaint().contains("REGISTRY_PROT"));
    assert!(with("REGISTRY_PORT", "eighty").complaint().contains("eighty"));
    assert!(with("REGISTRY_QUERY_DEPTH", "1").complaint().contains("1"));
    assert!(with("DATABASE_URL", "mysql://localhost/x").complaint().contains("postgres://"));
    with("REGISTRY_PORT", "8081").printed();
}

#[test]
fn a_wrong_settings_file_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.toml");
    let with = |content: &str| {
        fs::write(&file, content).unwrap();
        run(&["policy", "--config", text(&file)])
    };
    for (content, words) in [
        ("port = 8080\nprot = 1\n", ["prot", "line 2"]),
        ("port = \"eighty\"\n", ["line 1", "registry.toml"]),
        ("session_days = 0\n", ["session_days", "between"]),
        ("port = \n", ["line 1", "registry.toml"]),
        ("[server]\nport = 1\n", ["server", "unknown"]),
    ] {
        let ended = with(content);
        let complaint = ended.complaint();
        assert!(words.iter().all(|word| complaint.contains(word)), "{complaint}");
    }
    with("port = 8080\n").printed();
    refuses(&["policy", "--config", "/nowhere/registry.toml"], &["/nowhere/registry.toml"]);
}

#[test]
fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.toml");
    let [flag, variable, setting] = ["flag", "variable", "setting"].map(|name| folder.path().join(name));
    fs::write(&file, format!("data_dir = {:?}\n", text(&setting))).unwrap();
    let migrate = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut command = command(&["migrate", "--config", text(&file)]);
        command.args(flags).envs(variables.iter().copied());
        end(command).printed()
    };
    let made = || [&flag, &variable, &setting].map(|folder| folder.join("registry.db").exists());
    migrate(&["--data-dir", text(&flag)], &[("REGISTRY_DATA_DIR", text(&variable))]);
    assert_eq!(made(), [true, false, false]);
    migrate(&[], &[("REGISTRY_DATA_DIR", text(&variable))]);
    assert_eq!(made(), [true, true, false]);
    migrate(&[], &[]);
    assert_eq!(made(), [true, true, true]);
}

#[test]
fn a_database_out_of_reach_is_told_without_its_password() {
    let url = "postgres://app:s3cret@127.0.0.1:1/registry";
    let commands = [
        &["serve", "--port", "0"][..],
        &["migrate"],
        &["demo", "--port", "0"],
        &["account-create", "a", "--role", "auditor"],
    ];
    // At once: each tries for some seconds.
    let tries = commands
        .map(|command| std::thread::spawn(move || run(&[command, &["--database-url", url]].concat())));
    for ended in tries {
        let ended = ended.join().unwrap();
        let complaint = ended.complaint();
        assert!(complaint.contains("127.0.0.1:1/registry") && !complaint.contains("s3cret"), "{complaint}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    refuses(&["migrate", "--data-dir", text(&file)], &["cannot reach the database", text(&file)]);
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(
        folder.path().join("data/registry.db"),
        "not a database, but long enough to be taken for one".repeat(99),
    )
    .unwrap();
    let ended = run(&["migrate", "--data-dir", text(&folder.path().join("data"))]);
    assert!(!ended.complaint().is_empty());
}

#[test]
fn an_occupied_port_is_told_before_anything_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for command in ["serve", "demo"] {
        refuses(&[command, "--port", &port, "--data-dir", text(&data)], &["cannot listen on", &port]);
        assert!(!data.exists());
    }
}

#[test]
fn the_schema_is_printed_as_the_file_holds_it() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    let printed = run(&["schema"]).printed();
    assert!(
        printed == fs::read_to_string(file).unwrap(),
        "schema.graphql is not current: run `registry schema`"
    );
}

#[test]
fn the_policy_is_printed_as_a_table() {
    let printed = run(&["policy"]).printed();
    let mut lines = printed.lines();
    let head: Vec<_> =
        lines.next().unwrap().split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect();
    assert_eq!(head[..4], ["action", "visitor", "oneself", "member"]);
    let publish = lines.find(|line| line.starts_with("practice.publish ")).unwrap();
    let cells: Vec<_> = publish.split_whitespace().collect();
    assert_eq!(cells.iter().filter(|cell| **cell == "community").count(), 1, "{publish}");
    assert_eq!(cells.len(), head.len(), "{publish}");
}

fn migrates_twice(arguments: &[&str]) {
    let steps = |printed: &str| printed.split(['(', ' ']).find_map(|word| word.parse::<usize>().ok());
    let first = run(&[&["migrate"], arguments].concat()).printed();
    assert!(first.contains("is up to date") && steps(&first).is_some(), "{first}");
    let second = run(&[&["migrate"], arguments].concat()).printed();
    assert_eq!(steps(&second), Some(0), "{second}");
}

#[test]
fn migrate_runs_the_steps_and_then_none() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not/yet/there");
    migrates_twice(&["--data-dir", text(&data)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_reaches_postgres_by_its_address() {
    let Some(database) = Database::postgres().await else { return };
    migrates_twice(&["--database-url", &database.url()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_tells_what_there_is_serves_and_stops() {
    let demo = Serving::start(&["demo"]);
    let rows: Vec<_> =
        demo.greeting.lines().filter(|line| line.contains(".  ") && line.ends_with(')')).collect();
    assert_eq!(rows.len(), 10, "{}", demo.greeting);
    assert!(rows[0].contains("45") && rows[0].contains("kda-mentors"), "{rows:?}");
    for login in [
        "registrar",
        "operator.kda",
        "coordinator.chemistry",
        "chair.chemistry",
        "presidium.chemistry",
        "member.chemistry",
        "member.biology",
        "expert.chemistry",
        "integrator.kda",
        "auditor",
    ] {
        assert!(
            demo.greeting.lines().any(|line| line.trim_start().starts_with(&format!("{login} "))),
            "{login}"
        );
    }
    assert!(demo.greeting.contains(&format!("{}/graphql", demo.url)));
    let answer =
        demo.ask(None, "{ communityRanking(first: 1) { nodes { slug practiceCount } } }", json!({})).await;
    assert_eq!(answer.payload()["nodes"], json!([{ "slug": "kda-mentors", "practiceCount": 45 }]));
    let answer = demo.sign_in("chair.chemistry", "demo").await;
    assert_eq!(answer.done()["viewer"]["login"], "chair.chemistry");
    let curl =
        format!("curl -u integrator.kda:demo -d grant_type=client_credentials {}/oauth/token", demo.url);
    let ended = demo.stop();
    assert!(ended.out.contains(&curl), "{}", ended.out);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_tells_of_tokens_and_holds_neither_them_nor_secrets() {
    let demo = Serving::start(&["demo", "--log", "api=info"]);
    let ask = async |client: &str, secret: &str| {
        let request = http().post(format!("{}/oauth/token", demo.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body("grant_type=client_credentials").basic_auth(client, Some(secret));
        Answer::of(request.send().await.unwrap()).await
    };
    let given = ask("integrator.kda", "demo").await;
    let token = given.body["access_token"].as_str().unwrap_or_else(|| panic!("{given:#?}")).to_owned();
    // Whoever mixes both up sends the secret as the client's id.
    assert_eq!(ask("mixed-up-secret", "integrator.kda").await.body["error"], "invalid_client");
    assert_eq!(ask("integrator.kda", "wrong-secret").await.body["error"], "invalid_client");
    let log = demo.stop().err;
    let lines: Vec<_> = log.lines().filter(|line| line.contains("oauth/token")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(
        lines[0].contains("\"account\":\"integrator.kda\"") && lines[2].contains("invalid_client"),
        "{log}"
    );
    for secret in [token.as_str(), "mixed-up-secret", "wrong-secret", "Basic"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn the_demonstration_is_not_put_over_other_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    run(&["account-create", "somebody", "--role", "auditor", "--data-dir", data]).printed();
    refuses(&["demo", "--port", "0", "--data-dir", data], &["not empty"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_registry_has_no_account_and_no_known_password() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::folder(folder.path());
    for (login, password) in [("registrar", "demo"), ("admin", "admin"), ("auditor", "demo"), ("", "")] {
        let answer = serving.sign_in(login, password).await;
        assert_eq!(answer.user_error(), "INVALID_CREDENTIALS", "{login}");
    }
    let answer = serving.ask(None, "{ regions { totalCount } }", json!({})).await;
    assert_eq!(answer.payload()["totalCount"], 0);
    assert_eq!(serving.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_made_at_the_command_line_signs_in_and_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    let printed =
        run(&["account-create", "Registrar.RU", "--role", "federal-registrar", "--data-dir", data]).printed();
    let password = printed.lines().find_map(|line| line.strip_prefix("password: ")).unwrap();
    assert!(password.len() >= 16, "{printed}");
    refuses(
        &["account-create", "registrar.ru", "--role", "auditor", "--data-dir", data],
        &["registrar.ru", "already"],
    );

    let serving = Serving::folder(folder.path());
    let answer = serving.sign_in("registrar.ru", password).await;
    let expected = json!({ "login": "registrar.ru", "grants": [{ "role": "FEDERAL_REGISTRAR" }] });
    assert_eq!(answer.done()["viewer"], expected);
    let token = answer.done()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(serving.sign_in("registrar.ru", "demo").await.user_error(), "INVALID_CREDENTIALS");
    let ended = serving.stop();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(!ended.err.contains(password) && !ended.err.contains(&token), "secrets in the log");

    let serving = Serving::folder(folder.path());
    let answer = serving.ask(Some(&token), "{ viewer { login } }", json!({})).await;
    assert_eq!(answer.payload()["login"], "registrar.ru");
    serving.sign_in("registrar.ru", password).await.done();
    assert_eq!(serving.stop().code, Some(0));
}

#[test]
fn a_store_of_files_that_cannot_be_used_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    let file = folder.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let inside = format!("file://{}/materials", text(&file));
    for command in ["serve", "demo"] {
        let arguments = [command, "--port", "0", "--data-dir", data, "--materials-url"];
        refuses(&[&arguments[..], &[&inside]].concat(), &["cannot keep materials", text(&file)]);
        refuses(&[&arguments[..], &["ftp://host"]].concat(), &["s3://"]);
    }
    refuses(&["policy", "--materials-types", "text/html"], &["text/html", "application/pdf"]);
    refuses(&["policy", "--materials-bytes", "1"], &["--materials-bytes"]);
    // Nobody listens there.
    let mut bucket =
        command(&["serve", "--port", "0", "--data-dir", data, "--materials-url", "s3://bucket/prefix"]);
    bucket.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    bucket.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
    let ended = end(bucket);
    assert!(ended.complaint().starts_with("cannot keep materials in s3://bucket/prefix"), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_lie_beside_the_database_and_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    let demo = Serving::start(&["demo", "--data-dir", data]);
    let document = "{ practices(filter: { search: \"Пять шагов наставника\" }, first: 100) {
        nodes { materials { nodes { title url size download } } } } }";
    let answer = demo.ask(None, document, json!({})).await;
    let mut found =
        answer.payload()["nodes"].as_array().unwrap().iter().map(|node| &node["materials"]["nodes"]);
    let materials = found.find(|materials| **materials != json!([])).cloned().unwrap_or_default();
    assert_eq!(materials[1]["url"], "https://example.org/five-steps/video", "{materials:#}");
    let path = materials[0]["download"].as_str().unwrap();
    let fetch =
        async |url: &str| http().get(format!("{url}{path}")).send().await.unwrap().text().await.unwrap();
    let before = fetch(&demo.url).await;
    assert!(before.contains("Шаг 5") && materials[0]["size"] == json!(before.len()), "{before}");
    assert_eq!(demo.stop().code, Some(0));
    assert!(folder.path().join("materials").is_dir());
    let serving = Serving::folder(folder.path());
    assert_eq!(fetch(&serving.url).await, before);
    assert_eq!(serving.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    assert_eq!(Serving::start(&["demo", "--data-dir", data]).stop().code, Some(0));
    let out = folder.path().join("report.csv");
    let base = ["report", "--data-dir", data, "--year", "2024-2025", "--format", "csv", "--out", text(&out)];
    let ended = end(command(&[&base[..], &["--region", "RU-KDA"]].concat()));
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(
        std::fs::read_to_string(&out).unwrap().contains("Региональные мероприятия;Итого;Участники;70022")
    );
    refuses(&[&base[..], &["--region", "RU-XXX"]].concat(), &["no monitoring of RU-XXX in 2024-2025"]);
    refuses(&["report", "--region", "RU-KDA", "--year", "2024", "--out", "x"], &["--year"]);
}
