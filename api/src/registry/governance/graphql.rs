//! Offices and who holds them, in the schema.

use async_graphql::{Context, Enum, ID, Object};
use chrono::NaiveDate;
use entity::{
    appointment,
    ids::{AppointmentId, CommunityId},
    person,
};

use super::{
    loader::{AppointmentCountOf, FirstAppointmentsOf, Held, LeadersOf},
    service,
};
use crate::{
    db::keyset::{List, Page, Rows},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::Date,
    },
    registry::{community::graphql::Community, region::graphql::Municipality},
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

connection!(
    AppointmentConnection,
    AppointmentEdge,
    Appointment,
    "appointments, those of the latest terms first"
);

impl Appointment {
    /// The appointment with this id; none when there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(caller: &Caller, id: AppointmentId) -> Result<Option<Self>, Error> {
        Ok(caller.loader.load_one(id).await?.map(|held| Self::from(&held)))
    }
}

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
    /// Of which community.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("an appointment without its community"))
    }
    /// Which municipality a council's representative stands for; null for the other offices.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Error> {
        let Some(id) = self.0.municipality_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Municipality))
    }
    /// Who holds it. Office holders' names are public.
    async fn holder(&self) -> PublicPerson {
        PublicPerson(self.1.clone())
    }
    /// First day of the term.
    async fn since(&self) -> Date {
        Date(self.0.since)
    }
    /// The first day no longer in office, which may lie ahead; null while no end is set.
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

/// Who holds an office of which there is one, on a day.
///
/// # Errors
/// The database's.
pub async fn office_holder(
    caller: &Caller,
    community: CommunityId,
    office: entity::Office,
    on: NaiveDate,
) -> Result<Option<Appointment>, Error> {
    let leaders = caller.loader.load_one(LeadersOf(community, on)).await?.unwrap_or_default();
    // Were there two, the later appointment is the one in force.
    Ok(leaders.iter().rfind(|held| held.0.office == office).map(Into::into))
}

/// A page of a community's appointments to an office, or to all of them.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn appointments_page(
    ctx: &Context<'_>,
    of: CommunityId,
    office: Option<entity::Office>,
    page: &Page,
) -> Result<AppointmentConnection, Error> {
    let caller = Caller::of(ctx)?;
    let list = List::of("appointments", &(of, office));
    let rest = || service::list(&caller.app.db, of, office, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstAppointmentsOf(of, office, first), rest).await?;
    let holders = caller.loader.load_many(rows.rows.iter().map(|row| row.person_id)).await?;
    let held = |row: appointment::Model| {
        let holder = holders.get(&row.person_id).cloned();
        holder.map(|holder| (row, holder)).ok_or_else(|| Error::broken("an appointment without its holder"))
    };
    let rows = Rows {
        rows: rows.rows.into_iter().map(held).collect::<Result<Vec<_>, _>>()?,
        has_next: rows.has_next,
        has_previous: rows.has_previous,
    };
    let total = total_of_parent(ctx, AppointmentCountOf(of, office)).await?;
    let key = |held: &Held| (held.0.since, held.0.id);
    Ok(AppointmentConnection(Slice::counted(list, rows, key, |held| Appointment::from(&held), total)?))
}
