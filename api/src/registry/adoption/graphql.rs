//! Adoptions in the schema.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::{
    adoption,
    ids::{CommunityId, PracticeId},
};

use super::{
    loader::{AdoptersOf, AdoptionCountIn, AdoptionCountOf, FirstAdoptionsIn, FirstAdoptionsOf},
    service::{self, Sight},
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::Date,
    },
    registry::{
        community::graphql::Community,
        practice::graphql::Practice,
        region::graphql::{Organization, Region, region_of},
    },
};

/// The state of an adoption.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::AdoptionState")]
pub enum AdoptionState {
    /// Awaits the coordinator; seen by who declared it and the offices of the community.
    Declared,
    /// Confirmed by the coordinator: everybody sees it, and it counts.
    Confirmed,
    /// Not confirmed, with a reason.
    Declined,
    /// Taken back, with a reason.
    Withdrawn,
}

/// An organization's use of a practice that was written elsewhere.
#[derive(Clone)]
pub struct Adoption(pub adoption::Model);

connection!(AdoptionConnection, AdoptionEdge, Adoption, "adoptions, the newest first");

/// An organization's use of a practice that was written elsewhere. Who declared it is not shown.
#[Object]
impl Adoption {
    /// The adoption's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Which practice is used.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Practice, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?;
        found.map(Practice).ok_or_else(|| Error::broken("an adoption without its practice"))
    }
    /// Which organization uses it.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.organization_id).await?;
        found.map(Organization).ok_or_else(|| Error::broken("an adoption without its organization"))
    }
    /// The community whose member declared it, and whose coordinator decides.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("an adoption without its community"))
    }
    /// That community's region.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Where it stands.
    async fn state(&self) -> AdoptionState {
        self.0.state.into()
    }
    /// Since when the organization uses the practice.
    async fn adopted_on(&self) -> Date {
        Date(self.0.adopted_on)
    }
    /// What came of it, in the organization's own words.
    async fn result(&self) -> &str {
        &self.0.result
    }
    /// When it was declared, the last time.
    async fn declared_at(&self) -> DateTime<Utc> {
        self.0.declared_at
    }
    /// When it was confirmed, declined or withdrawn; null while it awaits the coordinator.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
    /// Why it was declined or withdrawn.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// How many organizations have adopted a practice, confirmed by their coordinators.
///
/// # Errors
/// The database's.
pub async fn adopters(caller: &Caller, of: PracticeId) -> Result<i64, Error> {
    let count = caller.loader.load_one(AdoptersOf(of)).await?.unwrap_or(0);
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A page of a practice's adoptions that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn adoptions_of_practice(
    ctx: &Context<'_>,
    of: PracticeId,
    page: &Page,
) -> Result<AdoptionConnection, Error> {
    let caller = Caller::of(ctx)?;
    let list = List::of("adoptions", &of);
    let sight = Sight::of(&caller.actor);
    let rest = || service::of_practice(&caller.app.db, &sight, of, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstAdoptionsOf(of, first), rest).await?;
    let total = total_of_parent(ctx, AdoptionCountOf(of)).await?;
    Ok(AdoptionConnection(Slice::counted(list, rows, |row| (row.declared_at, row.id), Adoption, total)?))
}

/// A page of the adoptions that a community's members declared, as far as the caller may see them.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn adoptions_of_community(
    ctx: &Context<'_>,
    of: CommunityId,
    states: Vec<AdoptionState>,
    page: &Page,
) -> Result<AdoptionConnection, Error> {
    let caller = Caller::of(ctx)?;
    let states: Vec<entity::AdoptionState> = states.into_iter().map(Into::into).collect();
    let (db, sight) = (caller.app.db.clone(), Sight::of(&caller.actor));
    if !states.is_empty() {
        let list = List::of("communityAdoptions", &(of, &states));
        let rows = service::of_community(&db, &sight, of, &states, list, page).await?;
        let count = move || {
            let (db, sight, states) = (db.clone(), sight.clone(), states.clone());
            async move { service::count_of_community(&db, &sight, of, &states).await }
        };
        return Ok(AdoptionConnection(Slice::new(
            list,
            rows,
            |row| (row.declared_at, row.id),
            Adoption,
            count,
        )?));
    }
    let list = List::of("communityAdoptions", &of);
    let rest = || service::of_community(&db, &sight, of, &states, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstAdoptionsIn(of, first), rest).await?;
    let total = total_of_parent(ctx, AdoptionCountIn(of)).await?;
    Ok(AdoptionConnection(Slice::counted(list, rows, |row| (row.declared_at, row.id), Adoption, total)?))
}
