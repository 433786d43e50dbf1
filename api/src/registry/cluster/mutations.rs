//! The mutations on clusters: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{ClusterId, OrganizationId};

use super::{
    graphql::Cluster,
    inputs::{
        ClusterCreateInput, ClusterIndicatorsSetInput, ClusterOrganizationsSetInput, ClusterResultsSetInput,
        ClusterUpdateInput,
    },
    write::{self, Changed, Judged, NewCluster, Reached},
};
use crate::{
    error::Error,
    graphql::{Caller, ids, payload},
};

payload!(ClusterPayload { cluster: Cluster(cluster) }, "a cluster", by ClusterId);

/// The mutations of this concept.
#[derive(Default)]
pub struct ClusterMutation;

#[Object]
impl ClusterMutation {
    /// Makes a cluster of a region. For the region's operator.
    async fn cluster_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cluster.")] input: ClusterCreateInput,
    ) -> Result<ClusterPayload, Error> {
        let caller = Caller::of(ctx)?;
        let ClusterCreateInput { region_code, number, name, stated_organizations, top_from, lagging_below } =
            input;
        let given = NewCluster { region_code, number, name, stated_organizations, top_from, lagging_below };
        Ok(ClusterPayload::of(write::create(&caller.app, &caller.actor, given).await?))
    }

    /// Changes a cluster's topic, stated number of organizations or thresholds. For the region's operator.
    async fn cluster_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cluster, and what changes.")] input: ClusterUpdateInput,
    ) -> Result<ClusterPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ClusterId>(&input.cluster_id)?;
        let given = Changed {
            expected_version: input.expected_version,
            name: input.name,
            stated_organizations: input.stated_organizations.into(),
            top_from: input.top_from,
            lagging_below: input.lagging_below,
        };
        let outcome = write::update(&caller.app, &caller.actor, id, given).await?;
        ClusterPayload::of_change(caller, id, outcome).await
    }

    /// Sets which organizations belong to a cluster. For the region's operator. Who leaves keeps the tiers of the years of
    /// which it has results.
    async fn cluster_organizations_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cluster, and which organizations.")] input: ClusterOrganizationsSetInput,
    ) -> Result<ClusterPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ClusterId>(&input.cluster_id)?;
        let given = input.organization_ids.iter().map(ids::decode::<OrganizationId>);
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let outcome = write::set_organizations(&caller.app, &caller.actor, id, given).await?;
        ClusterPayload::of_change(caller, id, outcome).await
    }

    /// Sets by which indicators a cluster is judged in a year, with which plans. For the region's operator.
    async fn cluster_indicators_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cluster, in which year, by what.")] input: ClusterIndicatorsSetInput,
    ) -> Result<ClusterPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ClusterId>(&input.cluster_id)?;
        let judged = input.indicators.into_iter().map(|one| Judged { code: one.code, planned: one.planned });
        let outcome =
            write::set_indicators(&caller.app, &caller.actor, id, input.year.0, judged.collect()).await?;
        ClusterPayload::of_change(caller, id, outcome).await
    }

    /// Enters what organizations of a cluster have reached in a year. For the region's operator.
    async fn cluster_results_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cluster, in which year, who and what.")] input: ClusterResultsSetInput,
    ) -> Result<ClusterPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ClusterId>(&input.cluster_id)?;
        let mut results = Vec::new();
        for one in input.results {
            let organization = ids::decode::<OrganizationId>(&one.organization_id)?;
            results.push(Reached { organization, code: one.code, value: one.value });
        }
        let outcome = write::set_results(&caller.app, &caller.actor, id, input.year.0, results).await?;
        ClusterPayload::of_change(caller, id, outcome).await
    }
}
