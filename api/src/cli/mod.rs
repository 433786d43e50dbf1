//! The command line: what `registry` can be told to do.

mod generate;
mod import;
mod rankings;
mod report;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    task::Poll,
};

use clap::{Parser, Subcommand, ValueEnum, error::ErrorKind};
use entity::Role;
use tracing_subscriber::EnvFilter;

use crate::{
    app::App,
    auth::policy,
    clock::Clock,
    config::{Config, Settings},
    db::{Address, Db},
    demo,
    error::Error,
    graphql::schema,
    http::server::Bound,
    registry::{account, search},
};

/// The registry of professional teacher communities and their practices: a GraphQL API.
#[derive(Parser)]
#[command(
    name = "registry",
    version,
    after_help = "A setting is looked for in the flags, then in the environment, then in the settings file, then in \
                  the defaults. An unknown setting is an error."
)]
struct Cli {
    /// A TOML file with settings: the flags' names with underscores, e.g. `data_dir = "/var/lib/registry"`
    #[arg(long, env = "REGISTRY_CONFIG", global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API
    Serve {
        /// Refuse to start when the database lacks steps of the schema, instead of running them
        #[arg(long)]
        no_migrate: bool,
    },
    /// Serve the demonstration data: from a fresh embedded database in a folder of its own, or from the empty
    /// database that is given
    Demo,
    /// Bring the database's schema up to date
    Migrate,
    /// Make an account with a role in the whole federation, and print its password once
    AccountCreate {
        /// What it signs in with; case does not matter
        login: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: FederalRole,
    },
    /// Import a file, straight into the database; run it again when it was cut off
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    /// Check the rankings
    Rankings {
        #[command(subcommand)]
        what: rankings::What,
    },
    /// Fill an empty database with an invented registry of any size, to measure or to try pages on
    Generate(generate::HowMuch),
    /// Write a region's yearly report to a file
    Report(report::Which),
    /// Print the GraphQL schema
    Schema,
    /// Print who may do what
    Policy,
}

/// The roles that need no region, community or profile.
#[derive(Clone, Copy, ValueEnum)]
enum FederalRole {
    /// Keeps the federal lists; annuls practices
    FederalRegistrar,
    /// Reads everything, changes nothing
    Auditor,
}

impl From<FederalRole> for Role {
    fn from(role: FederalRole) -> Self {
        match role {
            FederalRole::FederalRegistrar => Self::FederalRegistrar,
            FederalRole::Auditor => Self::Auditor,
        }
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            return ExitCode::from(2);
        }
        Err(error) => return fail(&first_sentence(&error.to_string()), 2),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message, 1),
    }
}

/// One clear line on the standard error, and an exit code that is not zero.
#[expect(clippy::print_stderr, reason = "the program's last word when it cannot go on")]
fn fail(message: &str, code: u8) -> ExitCode {
    eprintln!("registry: {message}");
    ExitCode::from(code)
}

/// What clap says before its hints on usage, on one line.
fn first_sentence(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let first = text.split("\n\n").next().unwrap_or(text);
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(cli: Cli) -> Result<(), String> {
    let folder_given = cli.settings.names_a_folder();
    let config = Config::load(cli.settings, cli.config.as_deref())?;
    match cli.command {
        Command::Schema => print(&schema::sdl()),
        Command::Policy => print(&policy::print()),
        Command::Migrate => in_runtime(migrate(config)),
        Command::Import { what } => {
            start_log(config.log.as_deref().unwrap_or("warn"))?;
            in_runtime(import::run(config, what))
        }
        Command::Rankings { what } => {
            start_log(config.log.as_deref().unwrap_or("warn"))?;
            in_runtime(rankings::run(config, what))
        }
        Command::Generate(much) => {
            start_log(config.log.as_deref().unwrap_or("warn"))?;
            in_runtime(generate::run(config, much))
        }
        Command::Report(which) => {
            start_log(config.log.as_deref().unwrap_or("warn"))?;
            in_runtime(report::run(config, which))
        }
        Command::AccountCreate { login, role } => in_runtime(create_account(config, &login, role.into())),
        Command::Serve { no_migrate } => {
            start_log(config.log.as_deref().unwrap_or(QUIET_LIBRARIES))?;
            in_runtime(serve(config, no_migrate))
        }
        Command::Demo => {
            start_log(config.log.as_deref().unwrap_or("warn"))?;
            in_runtime(demonstrate(config, folder_given))
        }
    }
}

fn in_runtime(command: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("cannot start: {e}"))?;
    runtime.block_on(command)
}

/// What is logged when nobody says: our own lines, and of the libraries only what is wrong.
const QUIET_LIBRARIES: &str = "warn,api=info";

/// JSON lines on the standard error.
fn start_log(filter: &str) -> Result<(), String> {
    let filter =
        EnvFilter::try_new(filter).map_err(|e| format!("cannot read the log filter `{filter}`: {e}"))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // A log that nobody reads any more is no reason to fall over.
        .log_internal_errors(false)
        .init();
    Ok(())
}

fn address(config: &Config) -> Address {
    match &config.database_url {
        Some(url) => Address::parse(url),
        None => Db::embedded(&config.data_dir),
    }
}

async fn connect(config: &Config) -> Result<Db, String> {
    Db::connect(&address(config), config.database_connections).await
}

async fn migrate(config: Config) -> Result<(), String> {
    let db = connect(&config).await?;
    let pending = pending(&db).await?;
    bring_up_to_date(&db).await?;
    db.close().await;
    print(&format!("{} is up to date ({pending} steps run)\n", address(&config).shown()))
}

/// The steps of the schema, and what the program makes of the data: the search's index, where it is of another version.
async fn bring_up_to_date(db: &Db) -> Result<(), String> {
    db.migrate().await.map_err(|e| format!("cannot bring the schema up to date: {e}"))?;
    let indexed = search::index::bring_up_to_date(db, Clock::default().now()).await;
    indexed.map_err(|e| format!("cannot make the search's index: {}", told(&e)))
}

async fn create_account(config: Config, login: &str, role: Role) -> Result<(), String> {
    let db = connect(&config).await?;
    db.migrate().await.map_err(|e| format!("cannot bring the schema up to date: {e}"))?;
    let made = account::service::create(&db, Clock::default().now(), login, role).await;
    db.close().await;
    match made.map_err(|e| told(&e))? {
        Ok(password) => print(&format!("login: {login}\npassword: {password}\n")),
        Err(rejected) => Err(rejected.errors.into_iter().map(|e| e.message).collect::<Vec<_>>().join(" ")),
    }
}

/// A fault with its cause: whoever sits at the command line may know it.
fn told(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause.to_string(),
        Error::Refused(_, message) => message.clone(),
    }
}

async fn pending(db: &Db) -> Result<usize, String> {
    db.pending_migrations().await.map_err(|e| format!("cannot read the state of the schema: {e}"))
}

async fn serve(config: Config, no_migrate: bool) -> Result<(), String> {
    let bound = Bound::new(&config.host, config.port)?;
    let db = connect(&config).await?;
    if no_migrate {
        let pending = pending(&db).await?;
        if pending > 0 {
            return Err(format!("the database lacks {pending} steps of the schema; run `registry migrate`"));
        }
        if !search::index::is_current(&db).await.map_err(|e| told(&e))? {
            return Err("the search's index is of another version; run `registry migrate`".into());
        }
    } else {
        bring_up_to_date(&db).await?;
    }
    let app = application(config, db).await?;
    let greeting = format!("The registry listens on {0}; GraphiQL is at {0}/\n", bound.url());
    serve_until_stopped(app, bound, &greeting).await
}

async fn application(config: Config, db: Db) -> Result<App, String> {
    let app = App::new(config, db, Clock::default()).await;
    let app = app.map_err(|e| format!("cannot start: {}", told(&e)))?;
    app.store.check().await?;
    Ok(app)
}

/// Serves; greets once it does, so that whoever waits for the greeting can call, and stop it, at once.
async fn serve_until_stopped(app: App, bound: Bound, greeting: &str) -> Result<(), String> {
    let db = app.db.clone();
    let (mut server, jobs) = bound.serve(app, true)?;
    // Its first step starts the workers and listens to signals.
    let ended = match futures::poll!(&mut server) {
        Poll::Ready(ended) => ended,
        Poll::Pending => {
            print(greeting)?;
            server.await
        }
    };
    ended.map_err(|e| format!("the server stopped: {e}"))?;
    jobs.end().await;
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn demonstrate(mut config: Config, folder_given: bool) -> Result<(), String> {
    let bound = Bound::new(&config.host, config.port)?;
    let mut own_folder = None;
    if config.database_url.is_none() && !folder_given {
        let folder = std::env::temp_dir().join(format!("registry-demo-{}", uuid::Uuid::now_v7().simple()));
        config.data_dir.clone_from(&folder);
        own_folder = Some(folder);
    }
    let outcome = demonstrate_in(config, bound).await;
    if let Some(folder) = own_folder {
        let _ = std::fs::remove_dir_all(folder);
    }
    outcome
}

async fn demonstrate_in(config: Config, bound: Bound) -> Result<(), String> {
    let shown = address(&config).shown();
    let db = connect(&config).await?;
    bring_up_to_date(&db).await?;
    let app = application(config, db).await?;
    let told = demo::welcome::prepare(&app, &bound.url()).await.map_err(|e| format!("{shown}: {e}"))?;
    serve_until_stopped(app, bound, &told).await
}

/// A reader that has gone (`registry schema | head`) is no fault; a full disk is.
fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bad_argument_is_told_in_one_line() {
        let error = Cli::try_parse_from(["registry", "serve", "--port", "x"]).err().map(|e| e.to_string());
        let line = first_sentence(&error.unwrap_or_default());
        assert!(line.contains("--port") && !line.contains('\n'), "{line}");
    }
}
