//! Presidium and council in the schema, on the day that is asked for.

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    ids::{CommunityId, RegionId},
    municipality,
    presidium_confirmation::{self, Appointments},
};

use super::{
    graphql::Appointment,
    loader::{ConfirmationsOf, CouncilOf, LeadersOf, MunicipalitiesOf},
    rules, service,
};
use crate::{
    error::Error,
    graphql::{Caller, scalars::Date},
    registry::region::graphql::Municipality,
};

/// The presidium of a community.
pub struct Presidium {
    community: CommunityId,
    on: NaiveDate,
    members: Vec<Appointment>,
}

impl Presidium {
    /// The presidium of this community on a day.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(caller: &Caller, community: CommunityId, on: NaiveDate) -> Result<Self, Error> {
        let leaders = caller.loader.load_one(LeadersOf(community, on)).await?.unwrap_or_default();
        let members = leaders
            .iter()
            .filter(|held| held.0.office == entity::Office::PresidiumMember)
            .map(Into::into)
            .collect();
        Ok(Self { community, on, members })
    }
}

/// The presidium of a community: who takes the operational decisions.
#[Object]
impl Presidium {
    /// Its members (10 at most), longest in office first.
    async fn members(&self) -> &[Appointment] {
        &self.members
    }
    /// How many they are.
    async fn size(&self) -> usize {
        self.members.len()
    }
    /// Whether they are enough to decide: 8 to 10.
    async fn complete(&self) -> bool {
        rules::presidium_is_complete(self.members.len())
    }
    /// The latest confirmation of exactly these members, up to the day asked for; null when they were never
    /// confirmed as a whole, or somebody joined or left since.
    async fn confirmation(&self, ctx: &Context<'_>) -> Result<Option<PresidiumConfirmation>, Error> {
        let loader = &Caller::of(ctx)?.loader;
        let rows = loader.load_one(ConfirmationsOf(self.community, self.on)).await?.unwrap_or_default();
        let mut members: Vec<_> = self.members.iter().map(|member| member.0.id).collect();
        members.sort_unstable();
        let standing = service::standing(rows.iter(), &Appointments(members));
        Ok(standing.cloned().map(Into::into))
    }
}

/// The confirmation of a presidium as a whole.
#[derive(SimpleObject)]
pub struct PresidiumConfirmation {
    /// On which day.
    confirmed_on: Date,
    /// The number of the order, where known.
    order_number: Option<String>,
    /// The date of the order, where known.
    order_date: Option<Date>,
}

impl From<presidium_confirmation::Model> for PresidiumConfirmation {
    fn from(row: presidium_confirmation::Model) -> Self {
        Self {
            confirmed_on: Date(row.confirmed_on),
            order_number: row.order_number,
            order_date: row.order_date.map(Date),
        }
    }
}

/// The council of a community.
pub struct Council {
    /// Of which community.
    pub community: CommunityId,
    /// Whose municipalities it represents.
    pub region: RegionId,
    /// On which day.
    pub on: NaiveDate,
}

impl Council {
    /// Every municipality of the region, by name, with its representative where it has one. Of those in the archive
    /// only who is still represented.
    async fn all(&self, ctx: &Context<'_>) -> Result<Vec<(municipality::Model, Option<Appointment>)>, Error> {
        let caller = Caller::of(ctx)?;
        let (places, holders) = futures::try_join!(
            caller.loader.load_one(MunicipalitiesOf(self.region)),
            caller.loader.load_one(CouncilOf(self.community, self.on)),
        )?;
        let holders = holders.unwrap_or_default();
        Ok(places
            .unwrap_or_default()
            .iter()
            .map(|place| {
                let held = holders.iter().find(|held| held.0.municipality_id == Some(place.id));
                (place, held)
            })
            .filter(|(place, held)| held.is_some() || !is_archived(place, self.on))
            .map(|(place, held)| (place.clone(), held.map(Into::into)))
            .collect())
    }
}

/// Whether the municipality was in the archive on the day: its seat is then no gap.
fn is_archived(place: &municipality::Model, on: NaiveDate) -> bool {
    place.archived_at.is_some_and(|at| at.date_naive() <= on)
}

/// The council of a community: one representative of every municipality of the region.
#[Object]
impl Council {
    /// The municipalities that have a representative, by name.
    async fn seats(&self, ctx: &Context<'_>) -> Result<Vec<CouncilSeat>, Error> {
        let all = self.all(ctx).await?;
        Ok(all
            .into_iter()
            .filter_map(|(place, held)| Some(CouncilSeat { place, representative: held? }))
            .collect())
    }
    /// The municipalities that have none, by name; without those that were in the archive by then.
    async fn missing_municipalities(&self, ctx: &Context<'_>) -> Result<Vec<Municipality>, Error> {
        let all = self.all(ctx).await?;
        Ok(all.into_iter().filter(|(_, held)| held.is_none()).map(|(place, _)| Municipality(place)).collect())
    }
    /// Whether every municipality that was not in the archive has a representative.
    async fn complete(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        let all = self.all(ctx).await?;
        Ok(!all.is_empty() && all.iter().all(|(_, held)| held.is_some()))
    }
}

/// A municipality's seat in a council.
pub struct CouncilSeat {
    place: municipality::Model,
    representative: Appointment,
}

/// A municipality's seat in a council.
#[Object]
impl CouncilSeat {
    /// Which municipality.
    async fn municipality(&self) -> Municipality {
        Municipality(self.place.clone())
    }
    /// Who represents it.
    async fn representative(&self) -> &Appointment {
        &self.representative
    }
}
