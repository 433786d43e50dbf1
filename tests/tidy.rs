//! Walks the sources and keeps the house rules: which file may know of what, and what is refused on sight.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file by its path from the root of the workspace.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are code: without comments, and without the unit tests at the end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("#[cfg(test)]").unwrap_or(self.text.len());
        self.text[..end]
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim_start()))
            .filter(|(_, line)| !line.starts_with("//"))
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The concept, for a file in a concept's folder.
    fn concept(&self) -> Option<&str> {
        self.path.strip_prefix("api/src/registry/")?.split_once('/').map(|(concept, _)| concept)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// All Rust sources of these packages.
fn sources(packages: &[&str]) -> Vec<Source> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    for package in packages {
        walk(&root.join(package), &root, &mut found);
    }
    assert!(found.len() > 5, "no sources in {packages:?}");
    found
}

const ALL: &[&str] = &["api/src", "entity/src", "migration/src", "tests"];

/// Fails with every line of code in these files that holds one of the words.
#[track_caller]
fn nowhere(what: &str, files: impl Iterator<Item = Source>, words: &[&str]) {
    let mut found = Vec::new();
    let mut looked = 0;
    for file in files {
        looked += 1;
        for (number, line) in file.code() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: `{word}`", file.path));
            }
        }
    }
    assert!(looked > 0, "{what}: there was nothing to look at");
    assert!(found.is_empty(), "{what}\n{}", found.join("\n"));
}

fn in_concepts(name: &str) -> impl Iterator<Item = Source> {
    sources(&["api/src"]).into_iter().filter(move |file| file.concept().is_some() && file.name() == name)
}

#[test]
fn rules_are_pure() {
    let words = [
        "async ",
        ".await",
        "sea_orm",
        "async_graphql",
        "actix",
        "crate::db",
        "crate::graphql",
        "crate::http",
    ];
    nowhere("rules.rs decides on plain data", in_concepts("rules.rs"), &words);
}

#[test]
fn services_know_nothing_of_graphql_and_http() {
    let words = ["async_graphql", "actix", "crate::graphql", "crate::http"];
    nowhere("service.rs knows neither GraphQL nor HTTP", in_concepts("service.rs"), &words);
    nowhere("write.rs knows neither GraphQL nor HTTP", in_concepts("write.rs"), &words);
}

#[test]
fn resolvers_translate_only() {
    let files = || {
        sources(&["api/src"]).into_iter().filter(|file| {
            file.concept().is_some() && ["graphql.rs", "mutations.rs", "inputs.rs"].contains(&file.name())
        })
    };
    nowhere(
        "a resolver opens no transaction",
        files(),
        &[".begin(", "TransactionTrait", "DatabaseTransaction"],
    );
    nowhere(
        "a resolver writes no SQL",
        files(),
        &["::find()", "::find_by_id(", "::matching(", "::visible(", "ActiveModel"],
    );
}

#[test]
fn graphql_types_wrap_models_and_are_never_derived_on_them() {
    let words = ["async_graphql", "SimpleObject", "InputObject", "crate::graphql"];
    nowhere("entities know nothing of the schema", sources(&["entity/src"]).into_iter(), &words);
}

#[test]
fn migrations_do_not_import_the_live_entities() {
    nowhere(
        "steps of the schema stand for themselves",
        sources(&["migration/src"]).into_iter(),
        &["entity::"],
    );
}

#[test]
fn only_the_dialect_names_a_backend() {
    let files = sources(&["api/src", "entity/src", "migration/src"])
        .into_iter()
        .filter(|file| file.path != "api/src/db/dialect.rs");
    let words = ["Sqlite", "Postgres", "DbBackend", "DatabaseBackend", "ILIKE", "ON CONFLICT", "PRAGMA"];
    nowhere("backends are named in dialect.rs", files, &words);
}

#[test]
fn what_is_refused_on_sight_is_nowhere() {
    let words = ["data_unchecked", ".offset(", "#[allow(", "#![allow(", "unsafe "];
    let files = sources(ALL).into_iter().filter(|file| file.path != "tests/tidy.rs");
    nowhere("refused on sight", files, &words);
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X ")];
    for file in sources(ALL) {
        for (index, line) in file.text.lines().enumerate() {
            assert!(marks.iter().all(|mark| !line.contains(mark)), "{}:{}: {line}", file.path, index + 1);
        }
    }
}

#[test]
fn a_concept_is_read_from_its_front_page() {
    // Beside the usual five, what a concept's own work is called.
    let usual = ["mod.rs", "rules.rs", "service.rs", "loader.rs", "graphql.rs"];
    let own = [
        ("practice", &["inputs.rs", "mutations.rs", "write.rs"][..]),
        ("ranking", &["board.rs", "build.rs", "communities.rs", "job.rs", "method.rs", "practices.rs"]),
    ];
    for file in sources(&["api/src"]) {
        let Some(concept) = file.concept() else { continue };
        let named =
            own.iter().find(|(name, _)| *name == concept).is_some_and(|(_, own)| own.contains(&file.name()));
        assert!(named || usual.contains(&file.name()), "{}: not a name that concepts use", file.path);
        let page = root().join(format!("api/src/registry/{concept}/mod.rs"));
        let page = fs::read_to_string(&page).unwrap_or_else(|_| panic!("{concept} has no front page"));
        assert!(
            page.starts_with("//!") && page.contains("Invariants"),
            "{concept}/mod.rs tells no invariants"
        );
    }
}

#[test]
fn files_tell_what_they_are_and_stay_short() {
    for file in sources(ALL) {
        assert!(file.text.starts_with("//!"), "{} does not say what it is", file.path);
        let lines = file.text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines; divide it", file.path);
        let vague = ["utils", "util", "common", "helpers", "helper", "misc"];
        let parts = file.path.trim_end_matches(".rs").split('/');
        assert!(
            parts.into_iter().all(|part| !vague.contains(&part)),
            "{} says nothing by its name",
            file.path
        );
    }
}

#[test]
fn tests_are_sentences() {
    for file in sources(ALL) {
        assert!(!file.text.contains(concat!("fn ", "test_")), "{}: tests are named as sentences", file.path);
    }
}
