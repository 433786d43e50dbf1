//! The program itself, started as its users start it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::client::{Answer, http};

/// How long the program may take to begin to serve, or to end: a debug build with two busy neighbours.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command, without any setting of the surroundings in which the tests run.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_registry-under-test"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REGISTRY_") {
            command.env_remove(name);
        }
    }
    command.env_remove("DATABASE_URL").args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Ended {
    end(command(arguments))
}

/// Runs it to its end.
pub fn end(mut command: Command) -> Ended {
    command.output().expect("the program").into()
}

/// What a command leaves.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ended {
    /// What a command printed that had to succeed.
    #[track_caller]
    pub fn printed(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:#?}");
        self.out
    }

    /// The one line with which a command had to give up.
    #[track_caller]
    pub fn complaint(&self) -> &str {
        assert!(self.code.is_some_and(|code| code != 0), "{self:#?}");
        assert_eq!(self.err.lines().count(), 1, "{self:#?}");
        self.err.strip_prefix("registry: ").unwrap_or_else(|| panic!("{self:#?}")).trim_end()
    }
}

/// Waits for the first answer.
fn answers(address: &str) {
    let mut stream = TcpStream::connect(address).expect("a listening server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    stream.write_all(b"GET /livez HTTP/1.0\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains(" 200 OK"), "{answer}");
}

/// The program while it serves.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Its address, as it printed it.
    pub url: String,
    /// What it printed until then.
    pub greeting: String,
}

impl Serving {
    /// Starts a command that serves on any free port, and waits until it says where.
    #[track_caller]
    #[expect(clippy::zombie_processes, reason = "`Serving` waits for it; a test that fails before need not")]
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut greeting = String::new();
        loop {
            let begun = greeting.len();
            if out.read_line(&mut greeting).expect("text") == 0 {
                let ended: Ended = child.wait_with_output().expect("an end").into();
                panic!("it ended after {greeting}: {ended:#?}");
            }
            let line = &greeting[begun..];
            if let Some(at) = line.find("http://") {
                let url = line[at..].split(['/', ' ', ';', '\n']).nth(2).unwrap_or_default();
                // It says where it will listen before it listens to signals.
                answers(url);
                return Self { child, out, url: format!("http://{url}"), greeting };
            }
        }
    }

    /// Serves what is in this folder.
    #[track_caller]
    pub fn folder(folder: &Path) -> Self {
        Self::start(&["serve", "--data-dir", folder.to_str().expect("UTF-8")])
    }

    /// Sends a GraphQL request.
    pub async fn ask(&self, token: Option<&str>, document: &str, variables: Value) -> Answer {
        let mut request = http()
            .post(format!("{}/graphql", self.url))
            .header("accept", "application/graphql-response+json")
            .json(&json!({ "query": document, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let document = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) {
            accessToken viewer { login grants { role } } userErrors { code message path } } }";
        self.ask(None, document, json!({ "input": { "login": login, "password": password } })).await
    }

    /// Tells it to stop as a service manager does, and waits for its end.
    pub fn stop(mut self) -> Ended {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()));
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("an end") {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it did not stop");
            std::thread::yield_now();
        };
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("text");
        let mut err = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        Ended { code: status.code(), out: rest, err }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // When a test fails on the way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
