//! Materials: a few links and files of the best known practices.

use serde::Deserialize;

use crate::demo::{
    DemoDataError, DemoSet, Material, MaterialContent,
    source::{at, position, table},
};

#[derive(Deserialize)]
struct Row {
    practice: String,
    title: String,
    url: Option<String>,
    file: Option<String>,
}

/// What stands in the files, by their names.
const FILES: [(&str, &str); 2] = [
    ("Карта шагов наставника.txt", include_str!("../data/invented/materials/five_steps.txt")),
    ("Лист наблюдения.txt", include_str!("../data/invented/materials/observation.txt")),
];

pub(super) fn fill(set: &mut DemoSet) -> Result<(), DemoDataError> {
    let rows: Vec<Row> = table!("invented/materials.csv")?;
    for row in rows {
        let practice = position(&set.practices, "practice", &row.practice, |one| one.title == row.practice)?;
        let content = match (row.url, row.file) {
            (Some(url), None) => MaterialContent::Link(url),
            (_, file) => {
                let name = file.unwrap_or_default();
                let (name, text) =
                    at(&FILES, position(&FILES, "file", &name, |(known, _)| *known == name)?, "file")?;
                MaterialContent::File { name, text }
            }
        };
        let added_at = at(&set.practices, practice, "practice")?.created_at;
        set.materials.push(Material { practice, title: row.title, content, added_at });
    }
    Ok(())
}
