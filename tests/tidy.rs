//! The rules of the house that no compiler keeps: this walks the sources.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Longer files are split. Those that are not yet; the list only shrinks.
const LONG: &[&str] = &[];
const MOST_LINES: usize = 500;

struct Source {
    /// From the workspace's root.
    path: String,
    text: String,
}

impl Source {
    /// What is compiled into the program: neither comments nor the tests at the file's end.
    fn code(&self) -> String {
        let text = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.path.ends_with(&format!("/{name}")))
    }

    fn within(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Whether all of it is tests.
    fn is_test(&self) -> bool {
        self.within(&["tests/"]) || self.path.contains("/tests/") || self.is(&["tests.rs"])
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All sources but this one, which names what it forbids.
fn sources() -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders: Vec<_> = ["api", "entity", "migration", "tests"].map(|member| root.join(member)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                if path != "tests/tidy.rs" {
                    found.push(Source { path, text });
                }
            }
        }
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

/// A word as a whole: not as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside))
}

/// No source that the rule concerns may hold any of these.
#[track_caller]
fn nowhere(concerns: impl Fn(&Source) -> bool, forbidden: &[&str], rule: &str) {
    let concerned: Vec<_> = sources().into_iter().filter(|source| concerns(source)).collect();
    assert!(!concerned.is_empty(), "the rule concerns nothing: {rule}");
    let mut faults = Vec::new();
    for source in concerned {
        let code = source.code();
        for word in forbidden {
            let found = if word.chars().all(|c| c.is_alphanumeric() || c == '_') {
                has_word(&code, word)
            } else {
                code.contains(word)
            };
            if found {
                faults.push(format!("{} holds `{word}`", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert_eq!(silent, [] as [String; 0], "these do not begin with `//!`");
}

#[test]
fn files_stay_short() {
    let long: BTreeSet<_> = sources()
        .into_iter()
        .filter(|source| source.text.lines().count() > MOST_LINES)
        .map(|source| source.path)
        .collect();
    let known = LONG.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(long, known, "longer than {MOST_LINES} lines; take off the list what has become shorter");
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    let words = ["todo!", "unimplemented!", "dbg!", "#[allow(", "#![allow("];
    nowhere(|_| true, &words, "a lint is expected with its reason, and what is begun is ended");
    for source in sources() {
        for word in ["TODO", "FIXME", "XXX:"] {
            assert!(!source.text.contains(word), "{}: {word}", source.path);
        }
    }
}

#[test]
fn only_the_dialect_names_a_database() {
    for source in sources() {
        if source.path.starts_with("api/src/db/dialect") || !source.within(&["api/", "entity/"]) {
            continue;
        }
        for name in ["Sqlite", "Postgres", "DbBackend", "DatabaseBackend"] {
            assert!(!source.text.contains(name), "{} names {name}", source.path);
        }
    }
    nowhere(
        |source| source.within(&["tests/"]) && !source.within(&["tests/support/", "tests/migrations.rs"]),
        &["DbBackend", "DatabaseBackend"],
        "a test is written once for both databases",
    );
}

#[test]
fn rules_are_pure() {
    nowhere(
        |source| source.is(&["rules.rs", "shingles.rs", "snippet.rs", "terms.rs", "lot.rs", "formula.rs"]),
        &["async", "await", "sea_orm", "async_graphql", "actix_web", "Db", "Tx"],
        "rules decide on plain data",
    );
}

#[test]
fn use_cases_know_neither_graphql_nor_http() {
    let files = [
        "service.rs",
        "write.rs",
        "endings.rs",
        "integrators.rs",
        "clients.rs",
        "listed.rs",
        "papers.rs",
        "employees.rs",
        "open.rs",
        "grants.rs",
        "board.rs",
        "build.rs",
        "formula.rs",
        "freeze.rs",
        "frozen.rs",
        "history.rs",
        "job.rs",
        "rules.rs",
        "terms.rs",
        "spec.rs",
        "verify.rs",
        "versions.rs",
        "method.rs",
        "ledger.rs",
        "people.rs",
        "erase.rs",
        "plan.rs",
        "pool.rs",
        "draw.rs",
        "lot.rs",
        "batch.rs",
        "directory.rs",
        "import.rs",
        "export.rs",
        "feed.rs",
        "index.rs",
        "spelling.rs",
        "sweep.rs",
        "check.rs",
        "gather.rs",
    ];
    nowhere(
        |source| source.within(&["api/src/registry/"]) && source.is(&files),
        &["async_graphql", "actix_web", "crate::graphql", "crate::http", "graphql::"],
        "use cases know no door",
    );
}

#[test]
fn translators_change_nothing_and_ask_nothing_of_the_database_themselves() {
    let translates = |source: &Source| {
        source.within(&["api/src/registry/"])
            && source.is(&[
                "graphql.rs",
                "explanation.rs",
                "history_graphql.rs",
                "integrators_graphql.rs",
                "mutations.rs",
                "inputs.rs",
                "bodies.rs",
                "changes.rs",
            ])
            || source.within(&["api/src/graphql/"])
    };
    let words = [
        ".begin(",
        "ActiveModel",
        "ActiveModelTrait",
        "IntoActiveModel",
        "Set",
        ".exec(",
        ".one(",
        ".insert(tx",
        ".filter(Col",
        "insert_many",
        "update_many",
        "delete_many",
        "QueryOrder",
        "QuerySelect",
        "sea_orm",
        "::find()",
        "::matching(",
        "::visible(",
    ];
    nowhere(translates, &words, "graphql.rs translates only");
}

#[test]
fn http_is_known_in_its_folder_only() {
    nowhere(
        |source| source.within(&["api/src/", "entity/", "migration/"]) && !source.within(&["api/src/http/"]),
        &["actix_web", "actix_cors", "actix"],
        "HTTP is one door of several",
    );
    let commands = ["api/src/cli/", "api/src/lib.rs", "api/src/main.rs"];
    nowhere(
        |source| {
            source.within(&["api/src/"]) && !source.within(&["api/src/http/"]) && !source.within(&commands)
        },
        &["crate::http", "http::server"],
        "nothing but the command line starts the server",
    );
}

#[test]
fn a_concept_is_read_from_its_front_page() {
    // Beside the usual five, what a concept's own work is called.
    let usual = ["mod.rs", "rules.rs", "service.rs", "loader.rs", "graphql.rs"];
    let own: Vec<(&str, Vec<&str>)> = include_str!("data/concepts.txt")
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(concept, files)| (concept, files.split_whitespace().collect()))
        .collect();
    for source in sources() {
        let Some(place) = source.path.strip_prefix("api/src/registry/") else { continue };
        let Some((concept, file)) = place.split_once('/') else { continue };
        let stem = file.trim_end_matches(".rs");
        let named = own.iter().any(|(name, files)| *name == concept && files.contains(&stem));
        assert!(named || usual.contains(&file), "{}: not a name that concepts use", source.path);
        if file == "mod.rs" {
            assert!(source.text.contains("Invariants"), "{} tells no invariants", source.path);
        }
    }
}

#[test]
fn imports_go_one_way() {
    nowhere(
        |source| source.within(&["api/src/db/", "api/src/auth/"]),
        &["crate::registry", "crate::graphql", "registry::", "graphql::", "async_graphql"],
        "what carries the concepts knows none of them",
    );
    let strangers = [
        "crate::registry",
        "crate::auth",
        "crate::db",
        "crate::graphql",
        "crate::http",
        "crate::app",
        "entity",
        "sea_orm",
        "async_graphql",
        "actix_web",
        "tokio",
        "async",
        "await",
    ];
    nowhere(
        |source| source.within(&["api/src/tables/"]),
        &strangers,
        "tables are read and written without knowing what they hold",
    );
    nowhere(
        |source| source.within(&["api/src/reports/"]),
        &[
            "crate::auth",
            "crate::db",
            "crate::graphql",
            "crate::http",
            "crate::app",
            "sea_orm",
            "async_graphql",
            "actix_web",
        ],
        "a report is written down without knowing where it comes from",
    );
    nowhere(
        |source| source.within(&["entity/src/"]),
        &["api", "async_graphql", "actix_web", "migration"],
        "entities know no application",
    );
    nowhere(
        |source| source.within(&["migration/src/"]),
        &["entity", "api"],
        "steps of the schema never change",
    );
    for (member, strangers) in
        [("migration", &["entity", "api"][..]), ("entity", &["api", "migration", "async-graphql"])]
    {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        for stranger in strangers {
            let depends = dependencies.lines().any(|line| line.starts_with(stranger));
            assert!(!depends, "{member} depends on {stranger}");
        }
    }
}

#[test]
fn transactions_are_opened_by_use_cases() {
    let openers = [
        "service.rs",
        "write.rs",
        "draw.rs",
        "integrators.rs",
        "clients.rs",
        "erase.rs",
        "import.rs",
        "listed.rs",
        "employees.rs",
        "open.rs",
        "grants.rs",
        "build.rs",
        "freeze.rs",
        "job.rs",
        "sweep.rs",
        "check.rs",
        "versions.rs",
        "index.rs",
        "credentials.rs",
        "dialect.rs",
        "db/mod.rs",
        "load/mod.rs",
        "load/monitoring.rs",
        "generate/mod.rs",
        "accept.rs",
    ];
    nowhere(
        |source| source.within(&["api/src/"]) && !source.is(&openers) && !source.is_test(),
        &[".begin(", "begin_with_options", ".transaction("],
        "a transaction is opened where the permit is",
    );
}

#[test]
fn lists_are_paged_by_keys() {
    nowhere(
        |source| source.within(&["api/", "entity/"]),
        &[".offset(", ".paginate(", "OFFSET"],
        "no paging by offset",
    );
    nowhere(
        |source| source.within(&["api/"]),
        &["data_unchecked"],
        "what is missing is an error, not a panic",
    );
    nowhere(
        |source| source.within(&["entity/src/"]),
        &["SimpleObject", "InputObject"],
        "GraphQL types wrap models",
    );
}

#[test]
fn the_program_does_not_panic() {
    nowhere(
        |source| !source.is_test() && !source.within(&["tests/"]),
        &[".unwrap()", ".expect(", "panic!", "unreachable!"],
        "faults are errors",
    );
}

#[test]
fn files_are_named_by_what_they_hold() {
    let vague: Vec<_> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| {
            path.split(['/', '.']).any(|part| ["utils", "util", "common", "helpers", "misc"].contains(&part))
        })
        .collect();
    assert_eq!(vague, [] as [String; 0]);
}

#[test]
fn tests_are_sentences_and_wait_for_nothing_but_what_was_promised() {
    nowhere(
        |source| {
            source.is_test() && source.path != "tests/support/mod.rs" && !source.within(&["tests/benches/"])
        },
        &["sleep", "sleep_until", "interval"],
        "time comes from the application's clock; `eventually` waits",
    );
    for source in sources().iter().filter(|source| source.text.contains("test")) {
        let named = source.text.lines().find(|line| line.trim_start().contains("fn test_"));
        assert_eq!(named, None, "{}: say what holds", source.path);
    }
}

#[test]
fn the_readme_names_every_code_of_an_error() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for (_, code, _) in api::error::CODES {
        assert!(readme.contains(&format!("`{code}`")), "README.md does not tell of {code}");
    }
}
