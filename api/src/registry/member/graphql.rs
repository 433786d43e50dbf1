//! Registrations in the schema. A `Member` exists only where the caller may see it.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::{ids::CommunityId, member};

use super::{
    loader::{FirstMembersOf, MemberCountOf, MembershipOn},
    service,
};
use crate::{
    auth::visibility,
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::Date,
    },
    registry::{community::graphql::Community, region::graphql::Municipality},
    text,
};

/// The state of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::MemberState")]
pub enum MemberState {
    /// Registered, not yet confirmed.
    Pending,
    /// In force.
    Active,
    /// Ended.
    Left,
    /// Not confirmed, with a reason.
    Declined,
}

/// A person's registration in a community.
#[derive(Clone)]
pub struct Member(pub member::Model);

connection!(MemberConnection, MemberEdge, Member, "members, in the order of registration");

/// A person's registration in a community, with personal data: seen by the person, the offices of the
/// community, the region's operator and the auditor.
#[Object]
impl Member {
    /// The registration's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Surname, name, patronymic.
    async fn full_name(&self) -> &str {
        &self.0.full_name
    }
    /// E-mail address, where known.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }
    /// Telephone number, where known.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }
    /// Where the person works.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.organization_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.name))
    }
    /// What the person does there.
    async fn position(&self) -> Option<&str> {
        self.0.position.as_deref()
    }
    /// From which municipality of the region.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Municipality, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.municipality_id).await?;
        found.map(Municipality).ok_or_else(|| Error::broken("a registration without its municipality"))
    }
    /// In which community.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("a registration without its community"))
    }
    /// Pending, in force, or ended.
    async fn state(&self) -> MemberState {
        self.0.state.into()
    }
    /// First day.
    async fn joined_on(&self) -> Date {
        Date(self.0.joined_on)
    }
    /// The day of leaving; null while the registration is in force.
    async fn left_on(&self) -> Option<Date> {
        self.0.left_on.map(Date)
    }
    /// Why it was declined; null where it was not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The system that keeps this registration in step, where one does.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }
    /// The registration's key in that system.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }
}

/// What narrows a list of registrations; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct MemberFilter {
    /// In one of these states.
    state: Option<Vec<MemberState>>,
    /// From this municipality.
    municipality_id: Option<ID>,
    /// With all these word beginnings in the name, whatever their case. At most 200 characters.
    search: Option<String>,
}

impl MemberFilter {
    fn read(self) -> Result<member::Filter, Error> {
        let search = self.search.unwrap_or_default();
        let length = search.chars().count();
        if length > 200 {
            let message = format!("`search` is {length} characters long; at most 200 are allowed.");
            return Err(Error::bad_input(message));
        }
        let words = text::fold(&search);
        let words = words.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
        Ok(member::Filter {
            states: self.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            municipality: self.municipality_id.as_ref().map(ids::decode).transpose()?,
            words: words.map(ToOwned::to_owned).collect(),
        })
    }
}

/// A page of a community's registrations that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, `BAD_INPUT`, or the database's.
pub async fn members_page(
    ctx: &Context<'_>,
    of: CommunityId,
    filter: Option<MemberFilter>,
    page: &Page,
) -> Result<MemberConnection, Error> {
    let caller = Caller::of(ctx)?;
    let to = visibility::visible_members(&caller.actor);
    let filter = filter.unwrap_or_default().read()?;
    if filter != member::Filter::default() {
        let db = caller.app.db.clone();
        let list = List::of("members", &(of, &filter));
        let rows = service::list(&db, &to, of, &filter, list, page).await?;
        let count = move || {
            let (db, to, filter) = (db.clone(), to.clone(), filter.clone());
            async move { service::count(&db, &to, of, &filter).await }
        };
        return Ok(MemberConnection(Slice::new(list, rows, |row| row.id, Member, count)?));
    }
    let list = List::of("members", &of);
    let rest = || service::list(&caller.app.db, &to, of, &filter, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstMembersOf(of, first), rest).await?;
    let total = total_of_parent(ctx, MemberCountOf(of)).await?;
    Ok(MemberConnection(Slice::counted(list, rows, |row| row.id, Member, total)?))
}

/// How many registrations of a community are in force on a day.
#[derive(SimpleObject)]
pub struct Membership {
    /// The day for which it is told: the last of the year, or today while the year runs.
    on: Date,
    /// How many there are.
    members: i64,
    /// How many there are in each municipality that has any (as many as the region has municipalities at most).
    by_municipality: Vec<MunicipalityMembership>,
}

/// How many registrations of a community lie in a municipality.
#[derive(SimpleObject)]
pub struct MunicipalityMembership {
    /// Which municipality.
    municipality: Municipality,
    /// How many registrations are in force there.
    members: i64,
}

/// How many registrations of a community were in force at the end of a year; none before the year has begun.
///
/// # Errors
/// The database's.
pub async fn membership(
    caller: &Caller,
    of: CommunityId,
    year: entity::AcademicYear,
) -> Result<Option<Membership>, Error> {
    let today = caller.actor.now.date_naive();
    if year.start().date_naive() > today {
        return Ok(None);
    }
    let on = year.last_day().min(today);
    let counts = caller.loader.load_one(MembershipOn(of, on)).await?.unwrap_or_default();
    let places = caller.loader.load_many(counts.iter().map(|(place, _)| *place)).await?;
    let members = counts.iter().map(|(_, count)| count).sum();
    let mut by_municipality: Vec<_> =
        counts.iter().filter_map(|(place, count)| Some((places.get(place)?.clone(), *count))).collect();
    by_municipality.sort_by(|(a, _), (b, _)| a.sort_key.cmp(&b.sort_key));
    let by_municipality = by_municipality
        .into_iter()
        .map(|(place, members)| MunicipalityMembership { municipality: Municipality(place), members })
        .collect();
    Ok(Some(Membership { on: Date(on), members, by_municipality }))
}
