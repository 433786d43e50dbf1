//! The data of the rankings of regions: those of their communities, and of their institutes' units, together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use entity::{
    PracticeState,
    ids::{ProfileId, RegionId},
    practice, region,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    board::Period,
    build::{Scope, Source},
    communities::{self, Share, days, published_in},
    formula::Entrant,
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
    scope: Scope,
    period: Period,
    source: Source,
) -> Result<Shares, Error> {
    let counts_members = method == Method::RegionPracticesPer100Members;
    let communities = communities::shares(db, counts_members, scope, period, source).await?;
    let units = match (method, scope.profile) {
        (Method::RegionPublishedPractices, None) => units(db, period).await?,
        _ => HashMap::new(),
    };
    let rows = region::Entity::find().all(db).await?;
    Ok(Shares { method, communities, units, regions: rows.into_iter().map(|row| (row.id, row)).collect() })
}

impl Shares {
    /// The profiles that its communities have.
    pub(super) fn profiles(&self) -> BTreeSet<ProfileId> {
        self.communities.iter().map(|one| one.profile).collect()
    }

    /// The regions that take part in the ranking of all profiles, or of one.
    pub(super) fn entrants(&self, profile: Option<ProfileId>) -> Vec<Arc<Entrant>> {
        let mut regions: BTreeMap<RegionId, Entrant> = BTreeMap::new();
        let of_profile = |one: &&Share| profile.is_none_or(|profile| one.profile == profile);
        for one in self.communities.iter().filter(of_profile) {
            let Some(row) = self.regions.get(&one.region) else { continue };
            let registered = (days(one.registered), 0, row.sort_key.clone());
            let ties = vec![one.registered.to_string(), row.name.clone()];
            let entrant = regions.entry(row.id).or_insert_with(|| Entrant {
                subject: row.id.0,
                region: None,
                profile,
                judged: Vec::new(),
                figures: [0, 0],
                order: registered.clone(),
                ties: ties.clone(),
            });
            if registered < entrant.order {
                (entrant.order, entrant.ties) = (registered, ties);
            }
            entrant.figures[0] += one.practices;
            entrant.figures[1] += one.members;
        }
        if self.method == Method::RegionPublishedPractices {
            for (id, entrant) in &mut regions {
                let units = self.units.get(id).copied().filter(|_| profile.is_none());
                entrant.figures[1] = units.unwrap_or(0);
            }
        }
        regions.into_values().map(Arc::new).collect()
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
