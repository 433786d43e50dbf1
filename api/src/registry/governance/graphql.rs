//! Offices in the schema.

use async_graphql::{Context, Enum, ID, Object};
use entity::{
    appointment,
    ids::{CommunityId, RegionId},
    municipality, person,
};

use super::{
    loader::{CouncilOf, Held, LeadersOf, MunicipalitiesOf},
    rules,
};
use crate::{
    error::Error,
    graphql::{Caller, ids, scalars::Date},
    registry::region::graphql::Municipality,
};

/// An office of a community.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Office")]
pub enum Office {
    /// The institute's person responsible for the community.
    Coordinator,
    /// Leads the community; one of its members.
    Chair,
    /// One of the 8 to 10 who take the operational decisions.
    PresidiumMember,
    /// Represents one municipality of the region.
    CouncilRepresentative,
}

/// An office held by a person for a term.
#[derive(Clone)]
pub struct Appointment(pub appointment::Model, pub person::Model);

impl From<&Held> for Appointment {
    fn from(held: &Held) -> Self {
        Self(held.0.clone(), held.1.clone())
    }
}

/// An office held by a person for a term, by an order.
#[Object]
impl Appointment {
    /// The appointment's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Which office.
    async fn office(&self) -> Office {
        self.0.office.into()
    }
    /// Who holds it. Office holders' names are public.
    async fn holder(&self) -> PublicPerson {
        PublicPerson(self.1.clone())
    }
    /// First day of the term.
    async fn since(&self) -> Date {
        Date(self.0.since)
    }
    /// The day on which the term ended; null while it runs.
    async fn until(&self) -> Option<Date> {
        self.0.until.map(Date)
    }
    /// The number of the order, where known.
    async fn order_number(&self) -> Option<&str> {
        self.0.order_number.as_deref()
    }
    /// The date of the order, where known.
    async fn order_date(&self) -> Option<Date> {
        self.0.order_date.map(Date)
    }
}

/// What everybody may know of an office holder or an author.
#[derive(Clone)]
pub struct PublicPerson(pub person::Model);

/// What everybody may know of an office holder or an author.
#[Object]
impl PublicPerson {
    /// Surname, name, patronymic.
    async fn name(&self) -> &str {
        &self.0.full_name
    }
    /// What the person does where it works.
    async fn position(&self) -> Option<&str> {
        self.0.position.as_deref()
    }
    /// Where the person works.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.organization_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.name))
    }
}

/// The presidium of a community.
pub struct Presidium {
    members: Vec<Appointment>,
}

impl Presidium {
    /// The presidium of this community today.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(caller: &Caller, community: CommunityId) -> Result<Self, Error> {
        let leaders = caller.loader.load_one(LeadersOf(community)).await?.unwrap_or_default();
        let members = leaders
            .iter()
            .filter(|held| held.0.office == entity::Office::PresidiumMember)
            .map(Into::into)
            .collect();
        Ok(Self { members })
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
}

/// The council of a community.
pub struct Council {
    /// Of which community.
    pub community: CommunityId,
    /// Whose municipalities it represents.
    pub region: RegionId,
}

impl Council {
    /// Every municipality of the region, by name, with its representative where it has one.
    async fn all(&self, ctx: &Context<'_>) -> Result<Vec<(municipality::Model, Option<Appointment>)>, Error> {
        let caller = Caller::of(ctx)?;
        let (places, holders) = futures::try_join!(
            caller.loader.load_one(MunicipalitiesOf(self.region)),
            caller.loader.load_one(CouncilOf(self.community)),
        )?;
        let holders = holders.unwrap_or_default();
        Ok(places
            .unwrap_or_default()
            .iter()
            .map(|place| {
                let held = holders.iter().find(|held| held.0.municipality_id == Some(place.id));
                (place.clone(), held.map(Into::into))
            })
            .collect())
    }
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
    /// The municipalities that have none, by name.
    async fn missing_municipalities(&self, ctx: &Context<'_>) -> Result<Vec<Municipality>, Error> {
        let all = self.all(ctx).await?;
        Ok(all.into_iter().filter(|(_, held)| held.is_none()).map(|(place, _)| Municipality(place)).collect())
    }
    /// Whether every municipality has a representative.
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

/// Who holds an office of which there is one, today.
///
/// # Errors
/// The database's.
pub async fn office_holder(
    caller: &Caller,
    community: CommunityId,
    office: entity::Office,
) -> Result<Option<Appointment>, Error> {
    let leaders = caller.loader.load_one(LeadersOf(community)).await?.unwrap_or_default();
    // Were there two, the later appointment is the one in force.
    Ok(leaders.iter().rfind(|held| held.0.office == office).map(Into::into))
}
