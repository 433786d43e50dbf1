//! Clusters in the schema.

use async_graphql::{Context, Enum, ID, Object};
use entity::{cluster, cluster_indicator, ids::OrganizationId};

use super::{
    loader::{ClustersOf, IndicatorsOf, OrganizationsIn, StandingsIn},
    rules::{self, Fulfilment, Standing, TIERS},
};
use crate::{
    error::Error,
    graphql::{Caller, ids, scalars::AcademicYear},
    registry::{
        monitoring::{amount::Amount, rows_graphql::IndicatorDirection},
        region::{
            graphql::{Organization, Region, region_of},
            service::require_region,
        },
    },
};

/// Where an organization stands in its cluster.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::TierCode")]
pub enum TierCode {
    /// It leads: its score is `topFrom` or more.
    Top,
    /// It keeps pace.
    Synchronous,
    /// It has difficulties: its score is less than `laggingBelow`.
    Lagging,
}

/// A tier.
#[derive(Clone, Copy)]
pub struct Tier(rules::Tier);

/// A tier of organizations, and what those in it are to do.
#[Object]
impl Tier {
    /// Which.
    async fn code(&self) -> TierCode {
        self.0.code.into()
    }
    /// What those in it are called, in Russian.
    async fn name(&self) -> &str {
        self.0.name
    }
    /// What they have in common, in Russian.
    async fn meaning(&self) -> &str {
        self.0.meaning
    }
    /// What they are to do, in Russian.
    async fn role(&self) -> &str {
        self.0.role
    }
}

/// Organizations of a region that work at one topic together.
#[derive(Clone)]
pub struct Cluster(pub cluster::Model);

/// Organizations of a region that work at one topic together, and the tiers in which their results put them. The score of
/// an organization is the mean of how far it fulfils the plan of each of the cluster's indicators, in percent.
#[Object]
impl Cluster {
    /// The cluster's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Where.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// The number in the region.
    async fn number(&self) -> i32 {
        self.0.number
    }
    /// The topic, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// How many organizations the region states, which may be more than the registry holds; null where it states none.
    async fn stated_organizations(&self) -> Option<i32> {
        self.0.stated_organizations
    }
    /// From this score on an organization is TOP, in percent.
    async fn top_from(&self) -> f64 {
        Amount(self.0.top_from).to_f64()
    }
    /// Below this score an organization is LAGGING, in percent.
    async fn lagging_below(&self) -> f64 {
        Amount(self.0.lagging_below).to_f64()
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The organizations that belong to it, in the order of their entry; at most 200.
    async fn organizations(&self, ctx: &Context<'_>) -> Result<Vec<Organization>, Error> {
        let caller = Caller::of(ctx)?;
        let found = caller.loader.load_one(OrganizationsIn(self.0.id)).await?.unwrap_or_default();
        let rows = caller.loader.load_many(found.iter().copied()).await?;
        Ok(found.iter().filter_map(|id| rows.get(id).cloned()).map(Organization).collect())
    }
    /// By which indicators it is judged in a year, by code; at most 20.
    async fn indicators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Vec<ClusterIndicator>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(IndicatorsOf(self.0.id, year.0)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(ClusterIndicator).collect())
    }
    /// The tiers in a year, the best first, each with its organizations, the best first; at the end, where there are any,
    /// the organizations of which something is missing.
    async fn tiers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Vec<ClusterTier>, Error> {
        let found = Caller::of(ctx)?.loader.load_one(StandingsIn(self.0.id, year.0)).await?;
        let standings = found.unwrap_or_default();
        let tiers = TIERS.into_iter().map(Some).chain([None]);
        let grouped = tiers.map(|tier| {
            let within = standings.iter().filter(|one| one.tier == tier.map(|tier| tier.code));
            ClusterTier { tier, standings: within.cloned().collect() }
        });
        Ok(grouped.filter(|one| one.tier.is_some() || !one.standings.is_empty()).collect())
    }
}

/// What a cluster is judged by.
#[derive(Clone)]
pub struct ClusterIndicator(cluster_indicator::Model);

/// What a cluster is judged by in a year: an indicator, as it was called and read when the cluster took it up.
#[Object]
impl ClusterIndicator {
    /// The indicator's code.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// What is planned for each organization; null where nothing is, and then there are no tiers.
    async fn plan(&self) -> Option<f64> {
        self.0.planned.map(|plan| Amount(plan).to_f64())
    }
    /// On which side of the plan a result is to lie.
    async fn direction(&self) -> IndicatorDirection {
        self.0.direction.into()
    }
}

/// A tier of a cluster in a year.
#[derive(Clone)]
pub struct ClusterTier {
    tier: Option<rules::Tier>,
    standings: Vec<Standing>,
}

/// A tier of a cluster in a year, and who is in it.
#[Object]
impl ClusterTier {
    /// Which tier, and what those in it are to do; null for the organizations of which something is missing.
    async fn tier(&self) -> Option<Tier> {
        self.tier.map(Tier)
    }
    /// Who is in it, the best first.
    async fn organizations(&self) -> Vec<ClusterStanding> {
        self.standings.iter().cloned().map(ClusterStanding).collect()
    }
}

/// Where an organization stands.
#[derive(Clone)]
pub struct ClusterStanding(Standing);

/// Where an organization stands in its cluster in a year.
#[Object]
impl ClusterStanding {
    /// Which organization.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, Error> {
        let found = Caller::of(ctx)?.loader.load_one::<OrganizationId>(self.0.organization).await?;
        found.map(Organization).ok_or_else(|| Error::broken("a result without its organization"))
    }
    /// The mean of the fulfilments, in percent; null where something is missing.
    async fn score(&self) -> Option<f64> {
        self.0.score.map(Amount::to_f64)
    }
    /// How far the plan of each indicator is fulfilled, by code.
    async fn fulfilments(&self) -> Vec<ClusterFulfilment> {
        self.0.fulfilments.iter().cloned().map(ClusterFulfilment).collect()
    }
    /// Why there is no score and no tier, in Russian; null where there are.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// How far a plan is fulfilled.
#[derive(Clone)]
pub struct ClusterFulfilment(Fulfilment);

/// How far an organization fulfils the plan of an indicator.
#[Object]
impl ClusterFulfilment {
    /// By which indicator, with its plan.
    async fn indicator(&self) -> ClusterIndicator {
        ClusterIndicator(self.0.indicator.clone())
    }
    /// The organization's result; null where it was not entered.
    async fn value(&self) -> Option<f64> {
        self.0.value.map(Amount::to_f64)
    }
    /// The result by the plan, in percent – or the plan by the result, where the plan is the most –, 200 at most; null
    /// without a result or a plan.
    async fn percent(&self) -> Option<f64> {
        self.0.percent.map(Amount::to_f64)
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct ClusterQuery;

#[Object]
impl ClusterQuery {
    /// The clusters of a region, by number; at most 100.
    async fn clusters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code, e.g. `RU-SPE`.")] region_code: String,
    ) -> Result<Vec<Cluster>, Error> {
        let caller = Caller::of(ctx)?;
        let region = require_region(&caller.app.db, &region_code).await?;
        let rows = caller.loader.load_one(ClustersOf(region.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Cluster).collect())
    }
}
