//! Saint Petersburg's own indicators with their published plans, and its nine clusters. Which organizations belong to a
//! cluster, and what those of two clusters have reached, is invented.

use serde::Deserialize;

use crate::demo::{
    Cluster, DemoDataError, DemoSet, RegionalIndicator,
    source::{at, position, table},
};

/// The region whose clusters are real.
const SAINT_PETERSBURG: &str = "RU-SPE";

/// The codes of its indicators, in the order of the published table.
pub(in crate::demo) const CODES: [&str; 3] =
    ["spe_networks_teachers_share", "spe_networks_organizations_share", "spe_innovation_teachers_share"];

#[derive(Deserialize)]
struct PlanRow {
    indicator: String,
    year: i32,
    plan_pct: f64,
    fact_pct: f64,
}

#[derive(Deserialize)]
struct ClusterRow {
    number: i32,
    name: String,
    organizations: usize,
}

#[derive(Deserialize)]
struct ResultRow {
    cluster: i32,
    organization: usize,
    teachers: f64,
    organizations: f64,
    innovation: f64,
}

pub(super) fn fill(set: &mut DemoSet) -> Result<(), DemoDataError> {
    let plans: Vec<PlanRow> = table!("saint_petersburg_indicators.csv")?;
    let clusters: Vec<ClusterRow> = table!("saint_petersburg_clusters.csv")?;
    let results: Vec<ResultRow> = table!("invented/cluster_results.csv")?;
    let region =
        position(&set.regions, "region", SAINT_PETERSBURG, |region| region.code == SAINT_PETERSBURG)?;
    let mut names: Vec<String> = Vec::new();
    for row in plans {
        let nth = names.iter().position(|name| *name == row.indicator).unwrap_or_else(|| {
            names.push(row.indicator.clone());
            names.len() - 1
        });
        set.regional_indicators.push(RegionalIndicator {
            region,
            code: (*at(&CODES, nth, "indicator")?).to_owned(),
            name: row.indicator,
            // A calendar year is told of as the academic year that ends in it.
            year: row.year - 1,
            plan: row.plan_pct,
            fact: row.fact_pct,
        });
    }
    let mut organizations = Vec::new();
    for (nth, organization) in set.organizations.iter().enumerate() {
        if at(&set.municipalities, organization.municipality, "municipality")?.region == region {
            organizations.push(nth);
        }
    }
    let mut following = organizations.iter().copied().cycle();
    for row in clusters {
        let members = following.by_ref().take(row.organizations.min(organizations.len())).collect();
        let of_it = results.iter().filter(|one| one.cluster == row.number);
        set.clusters.push(Cluster {
            region,
            number: row.number,
            name: row.name,
            stated: i32::try_from(row.organizations).unwrap_or(i32::MAX),
            organizations: members,
            results: of_it
                .map(|one| {
                    (one.organization.saturating_sub(1), [one.teachers, one.organizations, one.innovation])
                })
                .collect(),
        });
    }
    Ok(())
}
