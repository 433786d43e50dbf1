//! The data of the rankings of regions: those of their communities, and of their institutes' units, together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entity::{
    PracticeState,
    ids::{ProfileId, RegionId},
    practice, region,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    board::Period,
    communities::{self, Share, published_in},
    entrant::{Entrant, Subject},
    field::{Source, Wanted},
    method::Method,
};
use crate::error::Error;

/// What regions are ranked by, not yet put together: a profile's ranking takes the part of it.
#[derive(Debug)]
pub(super) struct Shares {
    method: Method,
    communities: Vec<Share>,
    /// Practices of institutes' units by region; they have no profile.
    units: HashMap<RegionId, i64>,
    regions: HashMap<RegionId, region::Model>,
}

/// What the regions of a scope are ranked by.
///
/// # Errors
/// The database's.
pub(super) async fn shares(
    db: &impl ConnectionTrait,
    method: Method,
    wanted: Wanted<'_>,
    period: Period,
    source: Source,
) -> Result<Shares, Error> {
    let counts_members = method == Method::RegionPracticesPer100Members;
    let communities = communities::shares(db, counts_members, wanted, period, source).await?;
    let units = match (method, wanted.scope.profile) {
        (Method::RegionPublishedPractices, None) => units(db, period).await?,
        _ => HashMap::new(),
    };
    let rows = region::Entity::find().all(db).await?;
    Ok(Shares { method, communities, units, regions: rows.into_iter().map(|row| (row.id, row)).collect() })
}

impl Shares {
    /// Takes what was read anew of some of its communities; gives whether anything is other than it was.
    pub(super) fn renew(&mut self, communities: &HashSet<Uuid>, read: Self) -> bool {
        let (old, mut kept) = std::mem::take(&mut self.communities)
            .into_iter()
            .partition::<Vec<_>, _>(|one| communities.contains(&one.id.0));
        let same = |one: &Share| read.communities.contains(one);
        let renewed = old.len() != read.communities.len()
            || !old.iter().all(same)
            || (&self.units, &self.regions) != (&read.units, &read.regions);
        kept.extend(read.communities);
        *self = Self { communities: kept, ..read };
        renewed
    }

    /// The profiles that its communities have.
    pub(super) fn profiles(&self) -> BTreeSet<ProfileId> {
        self.communities.iter().map(|one| one.profile).collect()
    }

    /// The regions that take part in the ranking of all profiles, or of one.
    pub(super) fn entrants(&self, profile: Option<ProfileId>) -> Vec<Entrant> {
        // Since when, and with which figures.
        let mut regions: BTreeMap<RegionId, (DateTime<Utc>, [i64; 2])> = BTreeMap::new();
        let of_profile = |one: &&Share| profile.is_none_or(|profile| one.profile == profile);
        for one in self.communities.iter().filter(of_profile) {
            let (since, [practices, members]) = regions.entry(one.region).or_insert((one.registered, [0, 0]));
            *since = Ord::min(*since, one.registered);
            *practices += one.practices;
            *members += one.members;
        }
        if self.method == Method::RegionPublishedPractices {
            for (id, (_, figures)) in &mut regions {
                let units = self.units.get(id).copied().filter(|_| profile.is_none());
                figures[1] = units.unwrap_or(0);
            }
        }
        let entrant = |(id, (since, figures))| {
            let row = self.regions.get(&id)?;
            let subject = Subject {
                id: row.id.0,
                region: None,
                profile,
                since,
                name: row.name.as_str().into(),
                sort_key: Some(row.sort_key.as_slice().into()),
            };
            Some(Entrant { subject: Arc::new(subject), figures, count: None, judged: Box::default() })
        };
        regions.into_iter().filter_map(entrant).collect()
    }
}

/// Practices of institutes' units by region, published in the period.
async fn units(db: &impl ConnectionTrait, period: Period) -> Result<HashMap<RegionId, i64>, Error> {
    use practice::Column;
    let rows: Vec<(RegionId, i64)> = practice::Entity::find()
        .select_only()
        .column(Column::RegionId)
        .column_as(Column::Id.count(), "count")
        .filter(Column::State.eq(PracticeState::Published))
        .filter(Column::CommunityId.is_null())
        .filter(Condition::all().add(published_in(period)))
        .group_by(Column::RegionId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
