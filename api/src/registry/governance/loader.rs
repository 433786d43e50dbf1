//! Batch loads of office holders, of their history, and of the municipalities that a council represents.
//!
//! Who holds an office is asked for a day, mostly the same one for a whole page: a statement a day.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{
    Office, appointment,
    ids::{AppointmentId, CommunityId, RegionId},
    municipality, person, presidium_confirmation,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::service;
use crate::{
    db::{
        Reader,
        keyset::{self, FirstPage, Rows},
        one_of,
    },
    error::Error,
};

/// An appointment and who holds it.
pub type Held = (appointment::Model, person::Model);

/// The coordinator, chair and presidium of a community on a day: together, since who asks for one of them on a
/// page mostly asks for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeadersOf(pub CommunityId, pub NaiveDate);

/// The council of a community on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CouncilOf(pub CommunityId, pub NaiveDate);

/// Keys by what they share, for a statement each: mostly there is one.
fn by<S: Eq + Hash, P>(keys: impl Iterator<Item = (S, P)>) -> HashMap<S, Vec<P>> {
    let mut groups: HashMap<S, Vec<P>> = HashMap::new();
    for (shared, parent) in keys {
        groups.entry(shared).or_default().push(parent);
    }
    groups
}

/// Who holds these offices, by community and day, longest in office first.
async fn holders<K: Eq + Hash>(
    reader: &Reader,
    keys: impl Iterator<Item = (NaiveDate, CommunityId)>,
    offices: &[Office],
    key: impl Fn(CommunityId, NaiveDate) -> K,
) -> Result<HashMap<K, Arc<Vec<Held>>>, Error> {
    let mut found: HashMap<K, Vec<Held>> = HashMap::new();
    for (day, communities) in by(keys) {
        let rows = appointment::Entity::find()
            .find_also_related(person::Entity)
            .filter(one_of(reader.db.read(), appointment::Column::CommunityId, communities))
            .filter(appointment::Column::Office.is_in(offices.iter().copied()))
            .filter(appointment::in_force(day))
            .order_by_asc(appointment::Column::Since)
            .order_by_asc(appointment::Column::Id)
            .all(reader.db.read())
            .await?;
        for (row, holder) in rows {
            let Some(holder) = holder else { continue };
            found.entry(key(row.community_id, day)).or_default().push((row, holder));
        }
    }
    Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
}

impl Loader<LeadersOf> for Reader {
    type Value = Arc<Vec<Held>>;
    type Error = Error;

    async fn load(&self, keys: &[LeadersOf]) -> Result<HashMap<LeadersOf, Self::Value>, Error> {
        let offices = [Office::Coordinator, Office::Chair, Office::PresidiumMember];
        holders(self, keys.iter().map(|key| (key.1, key.0)), &offices, LeadersOf).await
    }
}

impl Loader<CouncilOf> for Reader {
    type Value = Arc<Vec<Held>>;
    type Error = Error;

    async fn load(&self, keys: &[CouncilOf]) -> Result<HashMap<CouncilOf, Self::Value>, Error> {
        let offices = [Office::CouncilRepresentative];
        holders(self, keys.iter().map(|key| (key.1, key.0)), &offices, CouncilOf).await
    }
}

/// The confirmations of a community's presidium up to a day, the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConfirmationsOf(pub CommunityId, pub NaiveDate);

impl Loader<ConfirmationsOf> for Reader {
    type Value = Arc<Vec<presidium_confirmation::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[ConfirmationsOf]) -> Result<HashMap<ConfirmationsOf, Self::Value>, Error> {
        use presidium_confirmation::Column;
        let mut found = HashMap::new();
        for (day, communities) in by(keys.iter().map(|key| (key.1, key.0))) {
            let is_alone = communities.len() == 1;
            let lists =
                keyset::read_each(
                    self.db.read(),
                    presidium_confirmation::Entity::find()
                        .filter(Column::ConfirmedOn.lte(day))
                        .filter(one_of(self.db.read(), Column::CommunityId, communities)),
                    (Column::CommunityId, |row: &presidium_confirmation::Model| Some(row.community_id)),
                    &[Column::ConfirmedOn, Column::Id],
                    true,
                    FirstPage { limit: service::CONFIRMATIONS, backwards: false },
                    is_alone,
                )
                .await?;
            for (community, list) in lists {
                found.insert(ConfirmationsOf(community, day), Arc::new(list.rows));
            }
        }
        Ok(found)
    }
}

/// The first appointments of a community, to one office or to all, those of the latest terms first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FirstAppointmentsOf(pub CommunityId, pub Option<Office>, pub FirstPage);

impl Loader<FirstAppointmentsOf> for Reader {
    type Value = Arc<Rows<appointment::Model>>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[FirstAppointmentsOf],
    ) -> Result<HashMap<FirstAppointmentsOf, Self::Value>, Error> {
        use appointment::Column;
        let mut found = HashMap::new();
        for ((office, page), communities) in by(keys.iter().map(|key| ((key.1, key.2), key.0))) {
            let is_alone = communities.len() == 1;
            let lists = keyset::read_each(
                self.db.read(),
                service::appointments(office).filter(one_of(
                    self.db.read(),
                    Column::CommunityId,
                    communities,
                )),
                (Column::CommunityId, |row: &appointment::Model| Some(row.community_id)),
                &[Column::Since, Column::Id],
                true,
                page,
                is_alone,
            )
            .await?;
            for (community, list) in lists {
                found.insert(FirstAppointmentsOf(community, office, page), Arc::new(list));
            }
        }
        Ok(found)
    }
}

/// How many appointments a community has seen, to one office or to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AppointmentCountOf(pub CommunityId, pub Option<Office>);

impl Loader<AppointmentCountOf> for Reader {
    type Value = u64;
    type Error = Error;

    async fn load(&self, keys: &[AppointmentCountOf]) -> Result<HashMap<AppointmentCountOf, u64>, Error> {
        use appointment::Column;
        let mut found = HashMap::new();
        for (office, communities) in by(keys.iter().map(|key| (key.1, key.0))) {
            let counts = service::appointments(office)
                .select_only()
                .column(Column::CommunityId)
                .column_as(Column::Id.count(), "count")
                .filter(one_of(self.db.read(), Column::CommunityId, communities))
                .group_by(Column::CommunityId)
                .into_tuple::<(CommunityId, i64)>()
                .all(self.db.read())
                .await?;
            for (community, count) in counts {
                found.insert(AppointmentCountOf(community, office), u64::try_from(count).unwrap_or(0));
            }
        }
        Ok(found)
    }
}

/// All municipalities of a region, by name, those in the archive, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MunicipalitiesOf(pub RegionId);

impl Loader<MunicipalitiesOf> for Reader {
    type Value = Arc<Vec<municipality::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[MunicipalitiesOf]) -> Result<HashMap<MunicipalitiesOf, Self::Value>, Error> {
        let rows = municipality::Entity::find()
            .filter(one_of(self.db.read(), municipality::Column::RegionId, keys.iter().map(|key| key.0)))
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
            .filter(one_of(self.db.read(), appointment::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().filter_map(|(row, holder)| Some((row.id, (row, holder?)))).collect())
    }
}
