//! All settings in one struct. A setting is looked for in the flags, then in the environment, then in the
//! file, then in the defaults; an unknown one is an error.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde::Deserialize;

use crate::files::kinds::KINDS;

/// The settings as somebody gave them: on the command line, in the environment, or in a TOML file whose
/// keys are the flags' names with underscores.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, env = "REGISTRY_HOST", global = true, value_name = "ADDRESS")]
    host: Option<String>,

    /// Port to listen on; 0 takes any free one [default: 8080]
    #[arg(long, env = "REGISTRY_PORT", global = true, value_name = "PORT")]
    port: Option<u16>,

    /// Folder of the embedded database and of files; made when it is not there [default: ./data]
    #[arg(long, env = "REGISTRY_DATA_DIR", global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,

    /// postgres://… or sqlite://…; without it the embedded database `registry.db` in the data folder
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,

    /// Most connections to the database that requests take at once; jobs take a few more [default: 16]
    #[arg(long, env = "REGISTRY_DATABASE_CONNECTIONS", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    database_connections: Option<u32>,

    /// What to log: a level (error, warn, info, debug, trace) or directives such as `info,sqlx=debug`
    /// [default: warn,api=info; the demonstration: warn]
    #[arg(long, env = "REGISTRY_LOG", global = true, value_name = "FILTER")]
    log: Option<String>,

    /// Minutes for which an access token is good [default: 15]
    #[arg(long, env = "REGISTRY_ACCESS_TOKEN_MINUTES", global = true, value_name = "MINUTES",
          value_parser = clap::value_parser!(u32).range(1..=1440))]
    access_token_minutes: Option<u32>,

    /// Days after which one must sign in again [default: 30]
    #[arg(long, env = "REGISTRY_SESSION_DAYS", global = true, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=365))]
    session_days: Option<u32>,

    /// Whether the schema may be asked about itself (introspection, GraphiQL's help) [default: true]
    #[arg(long, env = "REGISTRY_INTROSPECTION", global = true, value_name = "true|false")]
    introspection: Option<bool>,

    /// Origins whose pages may call the API, separated by commas; `*` for all (no cookie is ever used)
    /// [default: *]
    #[arg(long, env = "REGISTRY_CORS_ORIGINS", global = true, value_name = "ORIGINS")]
    cors_origins: Option<String>,

    /// Seconds after which an answer is given up [default: 15]
    #[arg(long, env = "REGISTRY_REQUEST_SECONDS", global = true, value_name = "SECONDS",
          value_parser = clap::value_parser!(u32).range(1..=600))]
    request_seconds: Option<u32>,

    /// Milliseconds for which what one visitor was answered is answered to others who ask the same, unless something
    /// changes before; 0 for never [default: 500]
    #[arg(long, env = "REGISTRY_ANSWERS_MILLISECONDS", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(0..=900))]
    answers_milliseconds: Option<u32>,

    /// Most bytes of a request's body [default: 4194304]
    #[arg(long, env = "REGISTRY_BODY_BYTES", global = true, value_name = "BYTES",
          value_parser = clap::value_parser!(u32).range(1024..=67_108_864))]
    body_bytes: Option<u32>,

    /// Most bytes of a file to be imported [default: 1073741824]
    #[arg(long, env = "REGISTRY_IMPORT_BYTES", global = true, value_name = "BYTES",
          value_parser = clap::value_parser!(u64).range(1024..=1 << 40))]
    import_bytes: Option<u64>,

    /// Where files of materials are kept: file:///folder or s3://bucket/prefix, with the usual AWS_… variables;
    /// without it in `materials` in the data folder
    #[arg(long, env = "REGISTRY_MATERIALS_URL", global = true, value_name = "URL")]
    materials_url: Option<String>,

    /// Most bytes of a file of a material [default: 20971520]
    #[arg(long, env = "REGISTRY_MATERIALS_BYTES", global = true, value_name = "BYTES",
          value_parser = clap::value_parser!(u64).range(1024..=1 << 30))]
    materials_bytes: Option<u64>,

    /// Media types of the files that are taken as materials, separated by commas [default: PDF, the documents of
    /// office programs without macros, JPEG, PNG, WebP, MP4, plain text]
    #[arg(long, env = "REGISTRY_MATERIALS_TYPES", global = true, value_name = "TYPES")]
    materials_types: Option<String>,

    /// Deepest nesting of a query [default: 15]
    #[arg(long, env = "REGISTRY_QUERY_DEPTH", global = true, value_name = "LEVELS",
          value_parser = clap::value_parser!(u32).range(3..=100))]
    query_depth: Option<u32>,

    /// Days for which followers of the feed may stay away before they must begin again [default: 90]
    #[arg(long, env = "REGISTRY_FEED_DAYS", global = true, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=3650))]
    feed_days: Option<u32>,

    /// Days that an expert has for a review [default: 14]
    #[arg(long, env = "REGISTRY_REVIEW_DAYS", global = true, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=365))]
    review_days: Option<u32>,
    /// Days for which one must be a member before one rates [default: 30]
    #[arg(long, env = "REGISTRY_RATING_MEMBER_DAYS", global = true, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(0..=3650))]
    rating_member_days: Option<u32>,

    /// Practices that one may rate on a day [default: 20]
    #[arg(long, env = "REGISTRY_RATINGS_PER_DAY", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    ratings_per_day: Option<u32>,

    /// Hour of the day, UTC, at which ratings and texts are checked every night; 24 for never [default: 1]
    #[arg(long, env = "REGISTRY_INTEGRITY_HOUR", global = true, value_name = "HOUR",
          value_parser = clap::value_parser!(u32).range(0..=24))]
    integrity_hour: Option<u32>,

    /// Finished assessments that a practice needs to be approved [default: 0]
    #[arg(long, env = "REGISTRY_REQUIRED_ASSESSMENTS", global = true, value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(0..=5))]
    required_assessments: Option<u32>,

    /// When authors learn who assessed their practice: never, after-publication or always [default: after-publication]
    #[arg(
        long,
        env = "REGISTRY_AUTHORS_SEE_EXPERTS",
        global = true,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    authors_see_experts: Option<AuthorsSeeExperts>,

    /// Highest cost of a query, where a page multiplies what it holds [default: 50000]
    #[arg(long, env = "REGISTRY_QUERY_COST", global = true, value_name = "COST",
          value_parser = clap::value_parser!(u32).range(10..))]
    query_cost: Option<u32>,
}

/// Whether, and when, authors learn who assessed their practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorsSeeExperts {
    /// Never
    Never,
    /// Once it is published
    AfterPublication,
    /// As soon as the assessment is finished
    Always,
}

impl Settings {
    /// Whether the data folder was named on the command line or in the environment.
    #[must_use]
    pub fn names_a_folder(&self) -> bool {
        self.data_dir.is_some()
    }
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub host: String,
    /// Port to listen on; 0 takes any free one.
    pub port: u16,
    /// Folder of the embedded database and of files.
    pub data_dir: PathBuf,
    /// The database's address, where it is not the embedded one.
    pub database_url: Option<String>,
    /// Most connections to the database that requests take at once, parted among the threads that serve them, eight or more
    /// to a part; jobs take a few more.
    pub database_connections: u32,
    /// What to log; left out, each command has its own default.
    pub log: Option<String>,
    /// Minutes for which an access token is good.
    pub access_token_minutes: u32,
    /// Days after which one must sign in again.
    pub session_days: u32,
    /// Whether the schema may be asked about itself.
    pub introspection: bool,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Seconds after which an answer is given up.
    pub request_seconds: u32,
    /// Milliseconds for which a visitor's answer is kept for others.
    pub answers_milliseconds: u32,
    /// Most bytes of a request's body.
    pub body_bytes: usize,
    /// Most bytes of a file to be imported.
    pub import_bytes: u64,
    /// Where files of materials are kept, where it is not in the data folder: `file:///folder` or `s3://bucket/prefix`.
    pub materials_url: Option<String>,
    /// Most bytes of a file of a material.
    pub materials_bytes: u64,
    /// Media types of the files that are taken as materials.
    pub materials_types: Vec<String>,
    /// Deepest nesting of a query.
    pub query_depth: usize,
    /// Highest cost of a query.
    pub query_cost: u64,
    /// Days for which followers of the feed may stay away.
    pub feed_days: u32,
    /// Days that an expert has for a review.
    pub review_days: u32,
    /// Finished assessments that a practice needs to be approved.
    pub required_assessments: u32,
    /// Whether authors learn who assessed their practice.
    pub authors_see_experts: AuthorsSeeExperts,
    /// Days for which one must be a member before one rates.
    pub rating_member_days: u32,
    /// Practices that one may rate on a day.
    pub ratings_per_day: u32,
    /// Hour of the day, UTC, at which ratings and texts are checked every night; 24 for never.
    pub integrity_hour: u32,
}

/// The environment variables that the program knows beside those of [`Settings`].
const OTHER_VARIABLES: &[&str] = &["REGISTRY_CONFIG"];

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".into(),
            port: 8080,
            data_dir: "./data".into(),
            database_url: None,
            database_connections: 16,
            log: None,
            access_token_minutes: 15,
            session_days: 30,
            introspection: true,
            cors_origins: vec!["*".into()],
            request_seconds: 15,
            answers_milliseconds: 500,
            body_bytes: 4 << 20,
            import_bytes: 1 << 30,
            materials_url: None,
            materials_bytes: 20 << 20,
            materials_types: KINDS.iter().map(|kind| kind.media_type.to_owned()).collect(),
            query_depth: 15,
            query_cost: 50_000,
            feed_days: 90,
            review_days: 14,
            required_assessments: 0,
            authors_see_experts: AuthorsSeeExperts::AfterPublication,
            rating_member_days: 30,
            ratings_per_day: 20,
            integrity_hour: 1,
        }
    }
}

impl Config {
    /// Puts the settings together: `given` (flags and environment) over `file` over the defaults.
    ///
    /// # Errors
    /// One line that says what is wrong: an unreadable file, an unknown setting, an impossible value.
    pub fn load(given: Settings, file: Option<&Path>) -> Result<Self, String> {
        refuse_unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        let file = match file {
            None => Settings::default(),
            Some(path) => {
                let text = fs::read_to_string(path)
                    .map_err(|e| format!("cannot read the settings file {}: {e}", path.display()))?;
                parse_file(&text).map_err(|e| format!("{}: {e}", path.display()))?
            }
        };
        Self::merge(given, file)
    }

    fn merge(given: Settings, file: Settings) -> Result<Self, String> {
        let default = Self::default();
        macro_rules! pick {
            ($name:ident) => {
                given.$name.or(file.$name)
            };
        }
        let config = Self {
            host: pick!(host).unwrap_or(default.host),
            port: pick!(port).unwrap_or(default.port),
            data_dir: pick!(data_dir).unwrap_or(default.data_dir),
            database_url: pick!(database_url).filter(|url| !url.trim().is_empty()),
            database_connections: pick!(database_connections).unwrap_or(default.database_connections),
            log: pick!(log),
            access_token_minutes: pick!(access_token_minutes).unwrap_or(default.access_token_minutes),
            session_days: pick!(session_days).unwrap_or(default.session_days),
            introspection: pick!(introspection).unwrap_or(default.introspection),
            cors_origins: pick!(cors_origins).map_or(default.cors_origins, |text| list(&text)),
            request_seconds: pick!(request_seconds).unwrap_or(default.request_seconds),
            answers_milliseconds: pick!(answers_milliseconds).unwrap_or(default.answers_milliseconds),
            body_bytes: pick!(body_bytes).map_or(default.body_bytes, |bytes| bytes as usize),
            import_bytes: pick!(import_bytes).unwrap_or(default.import_bytes),
            materials_url: pick!(materials_url).filter(|url| !url.trim().is_empty()),
            materials_bytes: pick!(materials_bytes).unwrap_or(default.materials_bytes),
            materials_types: pick!(materials_types).map_or(default.materials_types, |text| list(&text)),
            query_depth: pick!(query_depth).map_or(default.query_depth, |depth| depth as usize),
            query_cost: pick!(query_cost).map_or(default.query_cost, u64::from),
            feed_days: pick!(feed_days).unwrap_or(default.feed_days),
            review_days: pick!(review_days).unwrap_or(default.review_days),
            required_assessments: pick!(required_assessments).unwrap_or(default.required_assessments),
            authors_see_experts: pick!(authors_see_experts).unwrap_or(default.authors_see_experts),
            rating_member_days: pick!(rating_member_days).unwrap_or(default.rating_member_days),
            ratings_per_day: pick!(ratings_per_day).unwrap_or(default.ratings_per_day),
            integrity_hour: pick!(integrity_hour).unwrap_or(default.integrity_hour),
        };
        if let Some(url) = &config.database_url
            && !["postgres://", "postgresql://", "sqlite://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err("the database URL must begin with postgres://, postgresql:// or sqlite://".into());
        }
        for origin in config.cors_origins.iter().filter(|origin| *origin != "*") {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let sound = host.is_some_and(|host| {
                !host.is_empty()
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
            });
            if !sound {
                return Err(format!(
                    "cors_origins: `{origin}` is not an origin; one looks like https://example.org:8443"
                ));
            }
        }
        if config.cors_origins.is_empty() {
            return Err("cors_origins: name at least one origin, or * for all".into());
        }
        let known = |media_type: &str| KINDS.iter().any(|kind| kind.media_type == media_type);
        if let Some(unknown) = config.materials_types.iter().find(|media_type| !known(media_type)) {
            let all: Vec<_> = KINDS.iter().map(|kind| kind.media_type).collect();
            return Err(format!("materials_types: `{unknown}` is not among {}", all.join(", ")));
        }
        // The command line checks these by itself; a file does not.
        let within = |name: &str, value: u64, from: u64, to: u64| match (from..=to).contains(&value) {
            true => Ok(()),
            false => Err(format!("{name} must lie between {from} and {to}, not be {value}")),
        };
        within("database_connections", config.database_connections.into(), 1, 1000)?;
        within("access_token_minutes", config.access_token_minutes.into(), 1, 1440)?;
        within("session_days", config.session_days.into(), 1, 365)?;
        within("request_seconds", config.request_seconds.into(), 1, 600)?;
        within("answers_milliseconds", config.answers_milliseconds.into(), 0, 900)?;
        within("body_bytes", config.body_bytes as u64, 1024, 67_108_864)?;
        within("feed_days", config.feed_days.into(), 1, 3650)?;
        within("required_assessments", config.required_assessments.into(), 0, 5)?;
        within("review_days", config.review_days.into(), 1, 365)?;
        within("rating_member_days", config.rating_member_days.into(), 0, 3650)?;
        within("ratings_per_day", config.ratings_per_day.into(), 1, 10_000)?;
        within("integrity_hour", config.integrity_hour.into(), 0, 24)?;
        within("materials_bytes", config.materials_bytes, 1024, 1 << 30)?;
        within("import_bytes", config.import_bytes, 1024, 1 << 40)?;
        within("query_depth", config.query_depth as u64, 3, 100)?;
        within("query_cost", config.query_cost, 10, u32::MAX.into())?;
        Ok(config)
    }
}

/// The parts of a list that is separated by commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn parse_file(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|e| {
        let message = e.message().replace('\n', " ");
        match e.span().and_then(|span| text.get(..span.start)) {
            Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
            None => message,
        }
    })
}

/// A misspelt variable would otherwise be a setting that silently does nothing.
fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> Result<(), String> {
    let command = Settings::augment_args(clap::Command::new("registry"));
    let known: Vec<_> = command
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str())
        .chain(OTHER_VARIABLES.iter().copied())
        .collect();
    for name in names.filter(|name| name.starts_with("REGISTRY_")) {
        if !known.contains(&name.as_str()) {
            return Err(format!(
                "unknown setting {name} in the environment; `registry --help` lists them all"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let file = parse_file("host = \"0.0.0.0\"\nport = 9000\n").unwrap();
        let given = Settings { port: Some(9001), ..Settings::default() };
        let config = Config::merge(given, file).unwrap();
        assert_eq!((config.host.as_str(), config.port, config.session_days), ("0.0.0.0", 9001, 30));
    }

    #[test]
    fn an_unknown_setting_is_an_error_that_names_it() {
        let error = parse_file("prot = 1\n").unwrap_err();
        assert!(error.contains("prot") && error.contains("line 1"), "{error}");
        let error = refuse_unknown_variables(["REGISTRY_PROT".to_owned()].into_iter()).unwrap_err();
        assert!(error.contains("REGISTRY_PROT"), "{error}");
    }

    #[test]
    fn an_impossible_value_in_the_file_is_an_error() {
        let file = parse_file("session_days = 0\n").unwrap();
        assert!(Config::merge(Settings::default(), file).unwrap_err().contains("session_days"));
        let file = parse_file("database_url = \"mysql://x\"\n").unwrap();
        assert!(Config::merge(Settings::default(), file).unwrap_err().contains("postgres://"));
        let file = parse_file("materials_types = \"application/pdf, text/html\"\n").unwrap();
        assert!(Config::merge(Settings::default(), file).unwrap_err().contains("`text/html`"));
    }
}
