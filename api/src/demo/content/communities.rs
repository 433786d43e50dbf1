//! The communities with their papers, and the plan of each: how many members, seats and practices it gets.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{KRASNODAR, places::region_of, profiles::CommunityFigures};
use crate::demo::{
    Agreement, Community, CommunityIx, DemoDataError, DemoSet, DepartmentIx, GoverningDocument, Link,
    ProfileIx, RegionIx,
    calendar::{Calendar, day},
    dice::Dice,
    source::{at, position, table},
};

/// What the later stages do with a community.
pub(super) struct Plan {
    pub community: CommunityIx,
    pub region: RegionIx,
    pub profile: ProfileIx,
    pub department: DepartmentIx,
    pub registered_on: NaiveDate,
    /// Nobody joined before.
    pub opened_on: NaiveDate,
    pub members: usize,
    pub presidium: usize,
    pub council_gaps: usize,
    /// A chair of 2023-2024 was followed by another.
    pub chair_succeeded: bool,
    pub published: usize,
    /// How many of them by the end of 2023-2024; none where the publications are spread over all years.
    pub published_by_2023_2024: Option<usize>,
}

#[derive(Deserialize)]
struct KrasnodarRow {
    profile: String,
    department: String,
    founded_year: i32,
    registered_on: NaiveDate,
    published_by_2023_2024: usize,
    published_unranked: Option<usize>,
    members: usize,
    presidium: usize,
    council_gaps: usize,
    chair_succeeded: bool,
}

#[derive(Deserialize)]
struct OtherRow {
    region: String,
    profile: String,
    department: String,
    founded_year: i32,
    registered_on: NaiveDate,
    published: usize,
    members: usize,
    presidium: usize,
    council_gaps: usize,
}

#[derive(Deserialize)]
struct PartnerRow {
    partner: String,
}

pub(super) fn fill(set: &mut DemoSet, calendar: Calendar) -> Result<Vec<Plan>, DemoDataError> {
    let partners: Vec<PartnerRow> = table!("invented/partners.csv")?;
    let mut dice = Dice::of("communities");
    let mut plans = Vec::new();
    for (row, split) in rows()? {
        let region = region_of(set, &row.region)?;
        let profile = position(&set.profiles, "profile", &row.profile, |known| known.code == row.profile)?;
        let department = position(&set.departments, "department", &row.department, |known| {
            let is_named = known.name == row.department || known.short_name.as_ref() == Some(&row.department);
            known.institute == region && is_named
        })?;
        let slug = format!("{}-{}", row.region.trim_start_matches("RU-").to_lowercase(), row.profile);
        let partner = dice.pick(&partners, "partners")?.partner.clone();
        plans.push(Plan {
            community: set.communities.len(),
            region,
            profile,
            department,
            registered_on: row.registered_on,
            opened_on: calendar.first_registration.max(day(row.founded_year, 9, 1)?),
            members: row.members,
            presidium: row.presidium,
            council_gaps: row.council_gaps,
            chair_succeeded: split.is_some_and(|split| split.chair_succeeded),
            published: row.published,
            published_by_2023_2024: split.map(|split| split.published_by_2023_2024),
        });
        set.communities.push(Community {
            name: at(&set.profiles, profile, "profile")?.name.clone(),
            region,
            profile,
            department,
            founded_year: row.founded_year,
            registered_on: row.registered_on,
            links: links(&slug),
            documents: documents(row.founded_year, &mut dice)?,
            agreements: agreements(partner, row.registered_on, &mut dice),
            slug,
        });
    }
    Ok(plans)
}

/// What only Krasnodar's rows say.
#[derive(Clone, Copy)]
struct Split {
    published_by_2023_2024: usize,
    chair_succeeded: bool,
}

/// Krasnodar's rows first. Where the real file gives the number of practices, it alone counts.
fn rows() -> Result<Vec<(OtherRow, Option<Split>)>, DemoDataError> {
    let figures: Vec<CommunityFigures> = table!("communities.csv")?;
    let mut all = Vec::new();
    for row in table!("invented/krasnodar_communities.csv")? {
        let KrasnodarRow { profile, published_by_2023_2024, chair_succeeded, .. } = row;
        let real = at(
            &figures,
            position(&figures, "figures of", &profile, |known| known.slug == profile)?,
            "figures",
        )?;
        let published = real.published.or(row.published_unranked);
        let common = OtherRow {
            region: KRASNODAR.to_owned(),
            published: published.ok_or_else(|| DemoDataError::Unknown {
                what: "number of practices of",
                key: profile.clone(),
            })?,
            profile,
            department: row.department,
            founded_year: row.founded_year,
            registered_on: row.registered_on,
            members: row.members,
            presidium: row.presidium,
            council_gaps: row.council_gaps,
        };
        all.push((common, Some(Split { published_by_2023_2024, chair_succeeded })));
    }
    let others: Vec<OtherRow> = table!("invented/other_communities.csv")?;
    all.extend(others.into_iter().map(|row| (row, None)));
    Ok(all)
}

fn links(slug: &str) -> Vec<Link> {
    [("Страница сообщества", "example.org/communities"), ("Методическая копилка", "example.com/materials")]
        .into_iter()
        .map(|(title, place)| Link { title: title.to_owned(), url: format!("https://{place}/{slug}") })
        .collect()
}

fn documents(founded_year: i32, dice: &mut Dice) -> Result<Vec<GoverningDocument>, DemoDataError> {
    Ok(vec![
        GoverningDocument {
            number: format!("{}-П", dice.between(20, 480)),
            date: dice.day(day(founded_year, 9, 1)?, day(founded_year, 11, 30)?),
            title: "Положение о профессиональном сообществе".to_owned(),
        },
        GoverningDocument {
            number: format!("{}-О", dice.between(20, 480)),
            date: dice.day(day(2025, 8, 25)?, day(2025, 9, 12)?),
            title: "План работы сообщества на 2025-2026 учебный год".to_owned(),
        },
    ])
}

/// Every third community has none yet.
fn agreements(partner: String, registered_on: NaiveDate, dice: &mut Dice) -> Vec<Agreement> {
    if dice.below(3) == 0 {
        return Vec::new();
    }
    let date = registered_on + Days::new(dice.between(10, 200) as u64);
    vec![Agreement { partner, number: format!("С-{}", dice.between(1, 90)), date }]
}
