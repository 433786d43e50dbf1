//! The published figures of Krasnodar, year by year, as the region and its communities return them. Nothing is counted
//! back: a share that was published without its numerator is returned as a share.

use entity::{AcademicYear, EventKind, EventLevel};
use serde::{Deserialize, de::DeserializeOwned};

use super::KRASNODAR;
use crate::{
    demo::{
        DemoDataError, DemoSet, Figure, Monitoring, Planned,
        source::{position, table},
    },
    registry::indicator::figures::{
        COMMUNITIES, ENGAGEMENT_PERCENT, EVENT_PARTICIPANTS, EVENTS, MEMBERS, PRACTICES,
        REGISTERED_COMMUNITIES, events_at, events_of, participants_at,
    },
};

#[derive(Deserialize)]
struct GrowthRow {
    academic_year: String,
    communities: f64,
    members: f64,
    share_of_region_teachers_pct: f64,
}

#[derive(Deserialize)]
struct LevelRow {
    academic_year: String,
    level: String,
    events: f64,
    participants: Option<f64>,
}

#[derive(Deserialize)]
struct KindRow {
    academic_year: String,
    kind: String,
    events: f64,
}

#[derive(Deserialize)]
struct RegistryRow {
    academic_year: String,
    registered_communities: f64,
    published_practices: f64,
}

#[derive(Deserialize)]
struct CommunityRow {
    slug: String,
    engagement_pct_2023_2024: f64,
    engagement_pct_2024_2025: f64,
    regional_events_2024_2025: f64,
    regional_participants_2024_2025: f64,
    all_russian_events_2024_2025: Option<f64>,
    all_russian_participants_2024_2025: Option<f64>,
    registry_practices_2024_2025: Option<f64>,
}

pub(super) fn fill(set: &mut DemoSet) -> Result<(), DemoDataError> {
    of_saint_petersburg(set)?;
    let region = position(&set.regions, "region", KRASNODAR, |region| region.code == KRASNODAR)?;
    let communities: Vec<CommunityRow> = table!("communities.csv")?;
    let (levels, kinds): (Vec<LevelRow>, Vec<KindRow>) =
        (table!("events_by_level.csv")?, table!("events_by_kind.csv")?);
    let registry: Vec<RegistryRow> = table!("federal_registry.csv")?;
    let growth: Vec<GrowthRow> = table!("growth.csv")?;
    for growth in growth {
        let year = year(&growth.academic_year)?;
        let mut of_region = vec![
            figure(COMMUNITIES, growth.communities),
            figure(MEMBERS, growth.members),
            figure(ENGAGEMENT_PERCENT, growth.share_of_region_teachers_pct),
        ];
        for row in registry.iter().filter(|row| row.academic_year == growth.academic_year) {
            of_region.push(figure(REGISTERED_COMMUNITIES, row.registered_communities));
            of_region.push(figure(PRACTICES, row.published_practices));
        }
        for row in levels.iter().filter(|row| row.academic_year == growth.academic_year) {
            let (events, participants) = match row.level.as_str() {
                "total" => (EVENTS, EVENT_PARTICIPANTS),
                level => {
                    let level: EventLevel = word(level)?;
                    (events_at(level), participants_at(level))
                }
            };
            of_region.push(figure(events, row.events));
            of_region.extend(row.participants.map(|count| figure(participants, count)));
        }
        for row in kinds.iter().filter(|row| row.academic_year == growth.academic_year) {
            of_region.push(figure(events_of(word::<EventKind>(&row.kind)?), row.events));
        }
        let mut of_communities = Vec::new();
        for row in &communities {
            let slug = format!("kda-{}", row.slug);
            let community = position(&set.communities, "community", &slug, |one| one.slug == slug)?;
            let figures = returned(row, year);
            if !figures.is_empty() {
                of_communities.push((community, figures));
            }
        }
        set.monitorings.push(Monitoring { region, year, of_region, of_communities });
    }
    Ok(())
}

/// The codes that the set gives to Saint Petersburg's three indicators, in the order of the file.
const OF_SAINT_PETERSBURG: [&str; 3] =
    ["spe_networks_teachers_share", "spe_networks_organizations_share", "spe_innovation_teachers_share"];

#[derive(Deserialize)]
struct PlanRow {
    indicator: String,
    year: i32,
    plan_pct: f64,
    fact_pct: f64,
}

/// Saint Petersburg's indicators are told by calendar years: each is taken as the academic year that ends in it.
fn of_saint_petersburg(set: &mut DemoSet) -> Result<(), DemoDataError> {
    let region = position(&set.regions, "region", "RU-SPE", |region| region.code == "RU-SPE")?;
    let rows: Vec<PlanRow> = table!("saint_petersburg_indicators.csv")?;
    for row in &rows {
        let year = AcademicYear(row.year - 1);
        let told = (year, row.plan_pct, row.fact_pct);
        if let Some(known) = set.indicators.iter_mut().find(|one| one.name == row.indicator) {
            known.years.push(told);
            continue;
        }
        let code = OF_SAINT_PETERSBURG.get(set.indicators.len());
        let code = code.ok_or(DemoDataError::Empty("codes of indicators"))?;
        set.indicators.push(Planned {
            code: (*code).to_owned(),
            name: row.indicator.clone(),
            region,
            years: vec![told],
        });
    }
    let mut years: Vec<_> = rows.iter().map(|row| AcademicYear(row.year - 1)).collect();
    years.sort_unstable();
    years.dedup();
    for year in years {
        let fact = |one: &Planned| {
            let told = one.years.iter().find(|(of, ..)| *of == year);
            told.map(|(.., fact)| Figure { code: one.code.clone(), value: *fact })
        };
        let of_region = set.indicators.iter().filter_map(fact).collect();
        set.monitorings.push(Monitoring { region, year, of_region, of_communities: Vec::new() });
    }
    Ok(())
}

/// What is published of a community in a year; nothing before 2023-2024.
fn returned(row: &CommunityRow, year: AcademicYear) -> Vec<Figure> {
    use EventLevel::{AllRussian, Regional};
    match year {
        AcademicYear(2023) => vec![figure(ENGAGEMENT_PERCENT, row.engagement_pct_2023_2024)],
        AcademicYear(2024) => {
            let known = [
                (ENGAGEMENT_PERCENT, Some(row.engagement_pct_2024_2025)),
                (events_at(Regional), Some(row.regional_events_2024_2025)),
                (participants_at(Regional), Some(row.regional_participants_2024_2025)),
                (events_at(AllRussian), row.all_russian_events_2024_2025),
                (participants_at(AllRussian), row.all_russian_participants_2024_2025),
                (PRACTICES, row.registry_practices_2024_2025),
            ];
            known.into_iter().filter_map(|(code, value)| Some(figure(code, value?))).collect()
        }
        _ => Vec::new(),
    }
}

fn figure(code: &'static str, value: f64) -> Figure {
    Figure { code: code.to_owned(), value }
}

fn year(text: &str) -> Result<AcademicYear, DemoDataError> {
    text.parse().map_err(|_| DemoDataError::Unknown { what: "academic year", key: text.to_owned() })
}

/// A level or kind by its word, `all_russian`.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, DemoDataError> {
    serde_json::from_value(serde_json::Value::String(text.to_ascii_uppercase()))
        .map_err(|_| DemoDataError::Unknown { what: "level or kind", key: text.to_owned() })
}
