//! What the mutations of clusters take.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::graphql::scalars::AcademicYear;

/// A new cluster.
#[derive(InputObject)]
pub struct ClusterCreateInput {
    /// The region's ISO 3166-2 code, e.g. `RU-SPE`.
    pub region_code: String,
    /// The number, unique in the region: 1 to 100,000.
    pub number: i32,
    /// The topic, in Russian; at most 300 characters.
    pub name: String,
    /// How many organizations the region states, 1 to 100,000; left out where it states none.
    pub stated_organizations: Option<i32>,
    /// From this score on an organization is TOP: above 0 and up to 200 percent.
    pub top_from: f64,
    /// Below this score an organization is LAGGING: above 0 and up to `topFrom` percent.
    pub lagging_below: f64,
}

/// What changes of a cluster. What is left out stays.
#[derive(InputObject)]
pub struct ClusterUpdateInput {
    /// Which cluster.
    pub cluster_id: ID,
    /// The version that the caller has seen.
    pub expected_version: i32,
    /// The topic, in Russian; at most 300 characters.
    pub name: Option<String>,
    /// How many organizations the region states, 1 to 100,000; null takes the number away.
    pub stated_organizations: MaybeUndefined<i32>,
    /// From this score on an organization is TOP: above 0 and up to 200 percent.
    pub top_from: Option<f64>,
    /// Below this score an organization is LAGGING: above 0 and up to `topFrom` percent.
    pub lagging_below: Option<f64>,
}

/// Which organizations belong to a cluster.
#[derive(InputObject)]
pub struct ClusterOrganizationsSetInput {
    /// Which cluster.
    pub cluster_id: ID,
    /// These and no others: organizations of the region, at most 200.
    pub organization_ids: Vec<ID>,
}

/// By what a cluster is judged.
#[derive(InputObject)]
pub struct ClusterIndicatorInput {
    /// The code of an indicator that holds in the region in the year.
    pub code: String,
    /// What is planned for each organization, above 0; the plan of the region, or of the indicator, where it is left out.
    pub planned: Option<f64>,
}

/// By what a cluster is judged in a year.
#[derive(InputObject)]
pub struct ClusterIndicatorsSetInput {
    /// Which cluster.
    pub cluster_id: ID,
    /// In which academic year.
    pub year: AcademicYear,
    /// By these and no others, at most 20.
    pub indicators: Vec<ClusterIndicatorInput>,
}

/// What an organization has reached.
#[derive(InputObject)]
pub struct ClusterResultInput {
    /// Which organization of the cluster.
    pub organization_id: ID,
    /// By which of the cluster's indicators.
    pub code: String,
    /// How much, from 0; null takes the result away.
    pub value: Option<f64>,
}

/// What organizations of a cluster have reached in a year.
#[derive(InputObject)]
pub struct ClusterResultsSetInput {
    /// Which cluster.
    pub cluster_id: ID,
    /// In which academic year.
    pub year: AcademicYear,
    /// The results, at most 1,000; those that are not among them stay as they are.
    pub results: Vec<ClusterResultInput>,
}
