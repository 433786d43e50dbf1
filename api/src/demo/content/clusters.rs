//! The nine clusters of Saint Petersburg. Which organizations belong to a cluster, and what those of two clusters have
//! reached, is invented.

use serde::Deserialize;

use crate::demo::{
    Cluster, DemoDataError, DemoSet,
    source::{at, position, table},
};

/// The region whose clusters are real.
const SAINT_PETERSBURG: &str = "RU-SPE";

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
    let clusters: Vec<ClusterRow> = table!("saint_petersburg_clusters.csv")?;
    let results: Vec<ResultRow> = table!("invented/cluster_results.csv")?;
    let region =
        position(&set.regions, "region", SAINT_PETERSBURG, |region| region.code == SAINT_PETERSBURG)?;
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
