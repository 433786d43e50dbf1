//! A Postgres server for the tests: the one that `TEST_DATABASE_URL` names, or a temporary cluster made of the
//! server's installed programs, which ends with the test process.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use uuid::Uuid;

/// A server on which databases can be made.
#[derive(Debug)]
pub struct Server {
    /// Its address, with `{}` for the database's name.
    pattern: String,
    /// A database from which others can be made.
    maintenance: String,
    /// Whether it ends with the tests, with all that is on it.
    pub temporary: bool,
}

impl Server {
    /// The address of a database on this server.
    pub fn url(&self, database: &str) -> String {
        self.pattern.replace("{}", database)
    }

    /// The address from which databases are made and dropped.
    pub fn admin_url(&self) -> String {
        self.url(&self.maintenance)
    }
}

/// Whether a temporary cluster keeps what it has acknowledged, as one in production does.
static DURABLE: AtomicBool = AtomicBool::new(false);

/// From now on a temporary cluster is made as one in production: for measurements.
pub fn keep_what_is_acknowledged() {
    DURABLE.store(true, Ordering::Relaxed);
}

/// The server of this test run; none where there is nothing to run one with.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let found = match env::var("TEST_DATABASE_URL") {
                Ok(url) => Some(given(&url)),
                Err(_) => programs().map(|programs| temporary(&programs)),
            };
            if found.is_none() {
                let line =
                    "Postgres was not tested: no server binaries found and TEST_DATABASE_URL is not set";
                assert!(env::var("TEST_POSTGRES").as_deref() != Ok("required"), "{line}");
                // Not by a macro: what those print is kept back by the test harness.
                let _ = writeln!(std::io::stderr(), "{line}");
            }
            found
        })
        .as_ref()
}

/// A server that somebody runs for us.
fn given(url: &str) -> Server {
    let (address, query) = url.split_once('?').map_or((url, String::new()), |(a, q)| (a, format!("?{q}")));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let (server, database) = match address[after_scheme..].find('/') {
        Some(at) => address.split_at(after_scheme + at),
        None => (address, ""),
    };
    let database = database.trim_start_matches('/');
    Server {
        pattern: format!("{server}/{{}}{query}"),
        maintenance: if database.is_empty() { "postgres".into() } else { database.into() },
        temporary: false,
    }
}

/// The folder of the server's programs.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file())
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    // The newest first.
    packaged.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok());
        std::cmp::Reverse(version.unwrap_or(0_u32))
    });
    // Programs in the path may be links: the server looks for its own files beside itself.
    env::split_paths(&path)
        .filter(complete)
        .filter_map(|folder| fs::canonicalize(folder.join("postgres")).ok()?.parent().map(Path::to_owned))
        .chain(packaged)
        .find(complete)
}

/// Makes a cluster in a temporary folder and starts it. A watchdog, held by a pipe that closes when this
/// process ends in whatever way, stops the server and removes the folder.
fn temporary(programs: &Path) -> Server {
    let folder = env::temp_dir().join(format!("registry-pg-{}", Uuid::now_v7().simple()));
    fs::create_dir(&folder).expect("the folder of the cluster");
    let data = folder.join("data");
    let as_owner = Owner::of(&folder);

    // Collations of the database differ from the byte order, so that relying on them shows.
    let russian = ["--locale-provider=icu", "--icu-locale=ru", "--locale=C"];
    let made = [&russian[..], &["--no-locale"]].into_iter().any(|locale| {
        let _ = fs::remove_dir_all(&data);
        as_owner
            .command(&programs.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--pgdata"])
            .arg(&data)
            .args(locale)
            .stdout(log(&folder))
            .stderr(log(&folder))
            .status()
            .is_ok_and(|status| status.success())
    });
    assert!(made, "initdb failed: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());

    // Tests lose nothing when the machine fails; measurements must not be flattered by that.
    let durability = match DURABLE.load(Ordering::Relaxed) {
        true => "-c shared_buffers=256MB",
        false => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB",
    };
    let settings =
        format!("-k {} -c listen_addresses= -c max_connections=300 {durability}", folder.display());
    let started = as_owner
        .command(&programs.join("pg_ctl"))
        .arg("--pgdata")
        .arg(&data)
        .arg("--log")
        .arg(data.join("server.log"))
        .arg("--options")
        .arg(settings)
        .args(["--wait", "start"])
        .stdout(log(&folder))
        .stderr(log(&folder))
        .status();
    watch(&as_owner, &programs.join("pg_ctl"), &data, &folder);
    assert!(
        started.is_ok_and(|status| status.success()),
        "the server did not start: {}",
        fs::read_to_string(data.join("server.log")).unwrap_or_default()
    );
    Server {
        pattern: format!("postgres://postgres@localhost/{{}}?host={}", folder.display()),
        maintenance: "postgres".into(),
        temporary: true,
    }
}

fn log(folder: &Path) -> Stdio {
    File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .map_or_else(|_| Stdio::null(), Stdio::from)
}

fn watch(as_owner: &Owner, pg_ctl: &Path, data: &Path, folder: &Path) {
    use std::os::unix::process::CommandExt;
    let stop = as_owner.command(pg_ctl);
    let mut watchdog = Command::new("sh");
    watchdog
        .args(["-c", "folder=$1; shift; read _; \"$@\"; rm -rf \"$folder\"", "watchdog"])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args())
        .arg("--pgdata")
        .arg(data)
        .args(["--mode=immediate", "stop"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        // An interrupt from the keyboard is for the tests; the watchdog acts when they have ended.
        .process_group(0);
    // Held, with its pipe, until the process ends.
    static WATCHDOG: OnceLock<std::process::Child> = OnceLock::new();
    let child = watchdog.spawn().expect("a shell to stop the server with");
    let _ = WATCHDOG.set(child);
}

/// As whom the server runs: it refuses to run as root, and runs as the packaged user `postgres` then.
struct Owner {
    user: Option<&'static str>,
}

impl Owner {
    /// Hands the folder to the one as whom the server will run.
    fn of(folder: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        let root = fs::metadata(folder).is_ok_and(|folder| folder.uid() == 0);
        if root {
            let given = Command::new("chown").arg("postgres").arg(folder).status();
            assert!(
                given.is_ok_and(|status| status.success()),
                "the tests run as root, and there is no user `postgres` to run the server as"
            );
        }
        Self { user: root.then_some("postgres") }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args([format!("--reuid={user}"), format!("--regid={user}")])
                    .args(["--clear-groups", "--"])
                    .arg(program);
                command
            }
        };
        // The working folder may be closed to that user.
        command.current_dir("/").env("LC_ALL", "C");
        command
    }
}
