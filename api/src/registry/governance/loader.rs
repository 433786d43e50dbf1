//! Batch loads of office holders and of the municipalities that a council represents.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{
    Office, appointment,
    ids::{AppointmentId, CommunityId, RegionId},
    municipality, person,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{db::Reader, error::Error};

/// An appointment and who holds it.
pub type Held = (appointment::Model, person::Model);

/// The coordinator, chair and presidium of a community today: together, since who asks for one of them on a
/// page mostly asks for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeadersOf(pub CommunityId);

/// The council of a community today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CouncilOf(pub CommunityId);

async fn holders(
    reader: &Reader,
    communities: impl Iterator<Item = CommunityId>,
    offices: &[Office],
) -> Result<Vec<Held>, Error> {
    let rows = appointment::Entity::find()
        .find_also_related(person::Entity)
        .filter(appointment::Column::CommunityId.is_in(communities))
        .filter(appointment::Column::Office.is_in(offices.iter().copied()))
        .filter(appointment::in_force(reader.today))
        .order_by_asc(appointment::Column::Since)
        .order_by_asc(appointment::Column::Id)
        .all(reader.db.read())
        .await?;
    Ok(rows.into_iter().filter_map(|(row, holder)| Some((row, holder?))).collect())
}

impl Loader<LeadersOf> for Reader {
    type Value = Arc<Vec<Held>>;
    type Error = Error;

    async fn load(&self, keys: &[LeadersOf]) -> Result<HashMap<LeadersOf, Self::Value>, Error> {
        let offices = [Office::Coordinator, Office::Chair, Office::PresidiumMember];
        let rows = holders(self, keys.iter().map(|key| key.0), &offices).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(LeadersOf(row.0.community_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

impl Loader<CouncilOf> for Reader {
    type Value = Arc<Vec<Held>>;
    type Error = Error;

    async fn load(&self, keys: &[CouncilOf]) -> Result<HashMap<CouncilOf, Self::Value>, Error> {
        let rows = holders(self, keys.iter().map(|key| key.0), &[Office::CouncilRepresentative]).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(CouncilOf(row.0.community_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

/// All municipalities of a region, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MunicipalitiesOf(pub RegionId);

impl Loader<MunicipalitiesOf> for Reader {
    type Value = Arc<Vec<municipality::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[MunicipalitiesOf]) -> Result<HashMap<MunicipalitiesOf, Self::Value>, Error> {
        let rows = municipality::Entity::find()
            .filter(municipality::Column::RegionId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(municipality::Column::SortKey)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(MunicipalitiesOf(row.region_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

impl Loader<AppointmentId> for Reader {
    type Value = Held;
    type Error = Error;

    async fn load(&self, ids: &[AppointmentId]) -> Result<HashMap<AppointmentId, Held>, Error> {
        let rows = appointment::Entity::find()
            .find_also_related(person::Entity)
            .filter(appointment::Column::Id.is_in(ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().filter_map(|(row, holder)| Some((row.id, (row, holder?)))).collect())
    }
}
