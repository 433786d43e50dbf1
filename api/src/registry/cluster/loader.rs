//! Batch loads of clusters: everybody's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_graphql::dataloader::Loader;
use entity::{
    AcademicYear, cluster, cluster_indicator, cluster_organization, cluster_result,
    ids::{ClusterId, OrganizationId, RegionId},
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::rules::{self, Standing};
use crate::{
    db::{Reader, one_of},
    error::Error,
    registry::monitoring::amount::Amount,
};

load_by_id! { ClusterId => cluster }

/// The clusters of a region, by number: a hundred at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClustersOf(pub RegionId);

/// The organizations of a cluster: two hundred at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationsIn(pub ClusterId);

/// By which indicators a cluster is judged in a year: twenty at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndicatorsOf(pub ClusterId, pub AcademicYear);

/// Where the organizations of a cluster stand in a year, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StandingsIn(pub ClusterId, pub AcademicYear);

impl Loader<ClustersOf> for Reader {
    type Value = Vec<cluster::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ClustersOf]) -> Result<HashMap<ClustersOf, Self::Value>, Error> {
        let rows = cluster::Entity::find()
            .filter(one_of(self.db.read(), cluster::Column::RegionId, keys.iter().map(|key| key.0)))
            .order_by_asc(cluster::Column::Number)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(ClustersOf(row.region_id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<OrganizationsIn> for Reader {
    type Value = Vec<OrganizationId>;
    type Error = Error;

    async fn load(&self, keys: &[OrganizationsIn]) -> Result<HashMap<OrganizationsIn, Self::Value>, Error> {
        let rows = cluster_organization::Entity::find()
            .filter(one_of(
                self.db.read(),
                cluster_organization::Column::ClusterId,
                keys.iter().map(|key| key.0),
            ))
            .order_by_asc(cluster_organization::Column::OrganizationId)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(OrganizationsIn(row.cluster_id)).or_default().push(row.organization_id);
        }
        Ok(found)
    }
}

impl Loader<IndicatorsOf> for Reader {
    type Value = Vec<cluster_indicator::Model>;
    type Error = Error;

    async fn load(&self, keys: &[IndicatorsOf]) -> Result<HashMap<IndicatorsOf, Self::Value>, Error> {
        let years: HashSet<_> = keys.iter().map(|key| key.1).collect();
        let rows = cluster_indicator::Entity::find()
            .filter(one_of(
                self.db.read(),
                cluster_indicator::Column::ClusterId,
                keys.iter().map(|key| key.0),
            ))
            .filter(one_of(self.db.read(), cluster_indicator::Column::Year, years))
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<cluster_indicator::Model>> = HashMap::new();
        for row in rows {
            found.entry(IndicatorsOf(row.cluster_id, row.year)).or_default().push(row);
        }
        // By code, alike on every database.
        for rows in found.values_mut() {
            rows.sort_by(|one, other| one.code.cmp(&other.code));
        }
        Ok(found)
    }
}

impl Loader<StandingsIn> for Reader {
    type Value = Vec<Standing>;
    type Error = Error;

    /// Four statements, however many clusters and organizations.
    async fn load(&self, keys: &[StandingsIn]) -> Result<HashMap<StandingsIn, Self::Value>, Error> {
        let ids: HashSet<_> = keys.iter().map(|key| key.0).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let years: HashSet<_> = keys.iter().map(|key| key.1).collect();
        let clusters: HashMap<ClusterId, cluster::Model> = self.load(&ids).await?;
        let members: Vec<_> = ids.iter().copied().map(OrganizationsIn).collect();
        let members: HashMap<OrganizationsIn, Vec<OrganizationId>> = self.load(&members).await?;
        let judged: Vec<_> = keys.iter().map(|key| IndicatorsOf(key.0, key.1)).collect();
        let judged: HashMap<IndicatorsOf, Vec<cluster_indicator::Model>> = self.load(&judged).await?;
        let rows = cluster_result::Entity::find()
            .filter(one_of(self.db.read(), cluster_result::Column::ClusterId, ids))
            .filter(one_of(self.db.read(), cluster_result::Column::Year, years))
            .all(self.db.read())
            .await?;
        let mut results: HashMap<_, BTreeMap<_, BTreeMap<String, Amount>>> = HashMap::new();
        for row in rows {
            let of = results.entry(StandingsIn(row.cluster_id, row.year)).or_default();
            of.entry(row.organization_id).or_default().insert(row.code, Amount(row.value));
        }
        let mut found = HashMap::new();
        for key in keys {
            let Some(cluster) = clusters.get(&key.0) else { continue };
            let results = results.remove(key).unwrap_or_default();
            let indicators = judged.get(&IndicatorsOf(key.0, key.1)).map(Vec::as_slice).unwrap_or_default();
            let members = members.get(&OrganizationsIn(key.0)).into_iter().flatten();
            // Who has left keeps its place in the years of which it has results.
            let organizations: BTreeSet<_> = members.chain(results.keys()).copied().collect();
            let none = BTreeMap::new();
            let stands = |of| rules::standing(cluster, indicators, of, results.get(&of).unwrap_or(&none));
            let mut standings: Vec<_> = organizations.into_iter().map(stands).collect();
            standings.sort_by_key(|one| (std::cmp::Reverse(one.score), one.organization));
            found.insert(*key, standings);
        }
        Ok(found)
    }
}
