//! Krasnodar's figures against the files that they come from.

use serde::Deserialize;

use super::*;
use crate::demo::source::table;

#[derive(Deserialize)]
struct RegistryRow {
    academic_year: String,
    registered_communities: usize,
    published_practices: usize,
}

#[derive(Deserialize)]
struct GrowthRow {
    academic_year: String,
    communities: usize,
}

#[derive(Deserialize)]
struct DepartmentRow {
    name: String,
    supervised_communities: usize,
}

#[derive(Deserialize)]
struct CommunityRow {
    slug: String,
    name: String,
    registry_practices_2024_2025: Option<usize>,
}

/// The 31st of August that ends `2023-2024`.
fn end_of(academic_year: &str) -> NaiveDate {
    day(&format!("{}-08-31", &academic_year[5..]))
}

#[test]
fn the_registry_holds_the_communities_and_practices_of_each_year() {
    let rows: Vec<RegistryRow> = table!("federal_registry.csv").unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let end = end_of(&row.academic_year);
        let entered =
            set().communities.iter().filter(|one| one.region == krasnodar() && one.registered_on <= end);
        assert_eq!(entered.count(), row.registered_communities, "{}", row.academic_year);
        let known = published().filter(|one| region_of(one.owner) == krasnodar() && published_on(one) <= end);
        assert_eq!(known.count(), row.published_practices, "{}", row.academic_year);
    }
    let all = published().filter(|one| region_of(one.owner) == krasnodar());
    assert_eq!(all.count(), 203, "nothing later");
}

#[test]
fn the_five_late_communities_entered_and_published_in_2024_2025_only() {
    let year = day("2024-09-01")..=day("2025-08-31");
    let home = set().communities.iter().enumerate().filter(|(_, one)| one.region == krasnodar());
    let late: Vec<_> = home.filter(|(_, one)| one.registered_on >= *year.start()).collect();
    assert_eq!(late.len(), 5);
    for (nth, community) in late {
        assert!(year.contains(&community.registered_on), "{}", community.slug);
        for practice in published().filter(|one| one.owner == PracticeOwner::Community(nth)) {
            assert!(year.contains(&published_on(practice)), "{}", practice.title);
        }
    }
}

#[test]
fn no_community_publishes_before_its_entry() {
    for (nth, community) in set().communities.iter().enumerate() {
        for practice in published().filter(|one| one.owner == PracticeOwner::Community(nth)) {
            assert!(community.registered_on < published_on(practice), "{}", community.slug);
        }
    }
}

#[test]
fn communities_and_profiles_are_those_of_the_file() {
    let rows: Vec<CommunityRow> = table!("communities.csv").unwrap();
    assert_eq!(rows.len(), 24);
    assert_eq!(set().profiles.len(), 24);
    let mut ranked = 0;
    for row in &rows {
        let nth = community(&format!("kda-{}", row.slug));
        assert_eq!(set().communities[nth].name, row.name);
        assert_eq!(set().profiles[set().communities[nth].profile].code, row.slug);
        let count = published().filter(|one| one.owner == PracticeOwner::Community(nth)).count();
        match row.registry_practices_2024_2025 {
            Some(known) => assert_eq!(count, known, "{}", row.slug),
            None => assert!(count <= 4, "{} would enter the first ten", row.slug),
        }
        ranked += row.registry_practices_2024_2025.unwrap_or_default();
    }
    assert_eq!(ranked, 166);
}

#[test]
fn departments_supervise_as_many_as_the_file_says_and_the_centre_the_rest() {
    let rows: Vec<DepartmentRow> = table!("departments.csv").unwrap();
    let supervised = |name: &str| {
        let department = set().departments.iter().position(|one| one.name == name).unwrap();
        let communities = set().communities.iter().filter(move |one| one.department == department);
        communities.filter(|one| one.region == krasnodar()).count()
    };
    for row in &rows {
        assert_eq!(supervised(&row.name), row.supervised_communities, "{}", row.name);
    }
    let centre = "Центр непрерывного повышения профессионального мастерства педагогических работников";
    assert_eq!(supervised(centre), 6);
    assert!(set().communities.iter().all(|one| set().departments[one.department].institute == one.region));
}

#[test]
fn the_centre_owns_practices_itself() {
    let departments: Vec<_> = published()
        .filter_map(|one| match one.owner {
            PracticeOwner::Department(department) => Some(department),
            PracticeOwner::Community(_) => None,
        })
        .collect();
    assert!((1..=4).contains(&departments.len()));
    assert!(departments.iter().all(|&one| set().departments[one].short_name.as_deref() == Some("ЦНППМ")));
}

#[test]
fn founding_years_agree_with_the_growth_of_the_region() {
    let rows: Vec<GrowthRow> = table!("growth.csv").unwrap();
    for row in rows {
        let first_year: i32 = row.academic_year[..4].parse().unwrap();
        let founded = set().communities.iter().filter(|one| one.region == krasnodar());
        let founded = founded.filter(|one| one.founded_year <= first_year).count();
        assert_eq!(founded, row.communities, "{}", row.academic_year);
    }
}

#[test]
fn the_map_is_whole() {
    assert_eq!(set().regions.len(), 12);
    assert_eq!(set().institutes.len(), 12);
    assert_eq!(set().communities.len(), 70);
    for (nth, region) in set().regions.iter().enumerate() {
        assert_eq!(set().institutes[nth].region, nth, "an institute stands at its region's place");
        let towns: Vec<_> = set().municipalities.iter().filter(|one| one.region == nth).collect();
        let names: std::collections::HashSet<_> = towns.iter().map(|one| &one.name).collect();
        assert_eq!(names.len(), towns.len());
        let organizations =
            set().organizations.iter().filter(|one| set().municipalities[one.municipality].region == nth);
        let mut organizations: Vec<_> = organizations.map(|one| &one.name).collect();
        let communities = set().communities.iter().filter(|one| one.region == nth).count();
        if nth == krasnodar() {
            assert_eq!((towns.len(), organizations.len(), communities), (44, 70, 24));
        } else {
            assert!((4..=6).contains(&towns.len()), "{}", region.code);
            assert!((8..=12).contains(&organizations.len()), "{}", region.code);
            assert!((3..=6).contains(&communities), "{}", region.code);
        }
        let count = organizations.len();
        organizations.sort();
        organizations.dedup();
        assert_eq!(organizations.len(), count, "names are unique within a region");
    }
}
