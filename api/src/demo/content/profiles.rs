//! The profiles, and how each of them speaks: who its members are, whom it teaches, which style its practices have.

use serde::Deserialize;

use crate::demo::{
    DemoDataError, DemoSet, OrganizationKind, Profile,
    source::{at, position, table},
};

/// The traits under which a unit of an institute writes, which has no profile.
pub(super) const INSTITUTE: &str = "institute";

/// How a profile speaks; in the order of the profiles, the institute's own last.
pub(super) struct Traits {
    pub code: String,
    pub style: String,
    pub tag: String,
    pub learners: String,
    pub workplace: Option<OrganizationKind>,
    pub positions: Vec<String>,
}

/// The columns of the real file that the set needs; of the others the registry's pages make their own use.
#[derive(Deserialize)]
pub(super) struct CommunityFigures {
    pub slug: String,
    pub name: String,
    #[serde(rename = "registry_practices_2024_2025")]
    pub published: Option<usize>,
}

#[derive(Deserialize)]
struct TraitsRow {
    profile: String,
    style: String,
    tag: String,
    learners: String,
    workplace: String,
    positions: String,
}

pub(super) fn fill(set: &mut DemoSet) -> Result<Vec<Traits>, DemoDataError> {
    let rows: Vec<TraitsRow> = table!("invented/profiles.csv")?;
    let figures: Vec<CommunityFigures> = table!("communities.csv")?;
    set.profiles = figures.into_iter().map(|row| Profile { code: row.slug, name: row.name }).collect();
    let codes = set.profiles.iter().map(|profile| profile.code.as_str()).chain([INSTITUTE]);
    codes
        .map(|code| {
            let row =
                at(&rows, position(&rows, "traits of profile", code, |row| row.profile == code)?, "traits")?;
            Ok(Traits {
                code: code.to_owned(),
                style: row.style.clone(),
                tag: row.tag.clone(),
                learners: row.learners.clone(),
                workplace: workplace_of(&row.workplace)?,
                positions: row.positions.split('|').map(str::to_owned).collect(),
            })
        })
        .collect()
}

fn workplace_of(word: &str) -> Result<Option<OrganizationKind>, DemoDataError> {
    match word {
        "school" => Ok(Some(OrganizationKind::School)),
        "kindergarten" => Ok(Some(OrganizationKind::Kindergarten)),
        "centre" => Ok(Some(OrganizationKind::Centre)),
        "any" => Ok(None),
        other => Err(DemoDataError::Unknown { what: "workplace", key: other.to_owned() }),
    }
}
