//! Regions, municipalities and profiles in the schema.

use async_graphql::{Context, ID, Object, OneofObject, SimpleObject};
use entity::{ids::RegionId, municipality, profile, region};

use super::{
    loader::{FirstMunicipalitiesOf, MunicipalityCountOf},
    service,
};
use crate::{
    db::keyset::{FirstPage, List, Page, Rows},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, is_counted},
        ids,
    },
    registry::{
        community::graphql::{CommunityConnection, communities_of_region},
        institute::{self, graphql::Institute},
    },
};

/// A federal subject.
#[derive(Clone)]
pub struct Region(pub region::Model);

connection!(RegionConnection, RegionEdge, Region, "regions, by name");

/// A federal subject of Russia.
#[Object]
impl Region {
    /// The region's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The ISO 3166-2 code, e.g. `RU-KDA`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The regional operator; null while the region has none.
    async fn institute(&self, ctx: &Context<'_>) -> Result<Option<Institute>, Error> {
        let caller = Caller::of(ctx)?;
        Ok(caller.loader.load_one(institute::loader::InstituteOf(self.0.id)).await?.map(Institute))
    }
    /// The region's districts and towns, by name.
    async fn municipalities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MunicipalityConnection, Error> {
        let (db, region) = (Caller::of(ctx)?.app.db.clone(), self.0.id);
        let page = Page::new(first, after, last, before)?;
        let list = List::of("municipalities", &region);
        let rows = match FirstPage::of(&page) {
            Some(first) => {
                let found = Caller::of(ctx)?.loader.load_one(FirstMunicipalitiesOf(region, first)).await?;
                Rows::clone(&found.unwrap_or_default())
            }
            None => service::municipalities(&db, region, list, &page).await?,
        };
        let total = match is_counted(ctx) {
            true => Caller::of(ctx)?.loader.load_one(MunicipalityCountOf(region)).await?.unwrap_or(0),
            false => 0,
        };
        let count = move || async move { Ok(total) };
        let slice = Slice::new(list, rows, |row| (row.sort_key.clone(), row.id), Municipality, count)?;
        Ok(MunicipalityConnection(slice))
    }
    /// The region's communities, by name.
    async fn communities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<CommunityConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        communities_of_region(ctx, &self.0, &page).await
    }
}

/// A district or town of a region.
#[derive(Clone)]
pub struct Municipality(pub municipality::Model);

connection!(MunicipalityConnection, MunicipalityEdge, Municipality, "municipalities, by name");

/// A district or town of a region.
#[Object]
impl Municipality {
    /// The municipality's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The region in which it lies.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
}

/// The subject area or job that a community gathers: the same list in all regions, so that they compare.
#[derive(Clone, SimpleObject)]
pub struct Profile {
    /// e.g. `chemistry-teachers`.
    pub code: String,
    /// The name, in Russian.
    pub name: String,
}

impl From<profile::Model> for Profile {
    fn from(row: profile::Model) -> Self {
        Self { code: row.code, name: row.name }
    }
}

connection!(ProfileConnection, ProfileEdge, Profile, "profiles");

/// How to name one region: by exactly one of these.
#[derive(OneofObject)]
pub enum RegionBy {
    /// The region's id.
    Id(ID),
    /// The ISO 3166-2 code, e.g. `RU-KDA`.
    Code(String),
}

/// A region that a row refers to.
///
/// # Errors
/// The database's.
pub async fn region_of(caller: &Caller, id: RegionId) -> Result<Region, Error> {
    let found = caller.loader.load_one(id).await?;
    found.map(Region).ok_or_else(|| Error::broken("a row without its region"))
}

/// The queries of this concept.
#[derive(Default)]
pub struct RegionQuery;

#[Object]
impl RegionQuery {
    /// One region; null when there is none.
    async fn region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which region.")] by: RegionBy,
    ) -> Result<Option<Region>, Error> {
        let caller = Caller::of(ctx)?;
        Ok(match by {
            RegionBy::Id(id) => caller.loader.load_one(ids::decode::<RegionId>(&id)?).await?,
            RegionBy::Code(code) => service::by_code(&caller.app.db, &code).await?,
        }
        .map(Region))
    }

    /// All regions, by name.
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<RegionConnection, Error> {
        let db = Caller::of(ctx)?.app.db.clone();
        let page = Page::new(first, after, last, before)?;
        let list = List::of("regions", &());
        let rows = service::list(&db, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { service::count(&db).await }
        };
        Ok(RegionConnection(Slice::new(list, rows, |row| (row.sort_key.clone(), row.id), Region, count)?))
    }

    /// All profiles of communities.
    async fn profiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ProfileConnection, Error> {
        let db = Caller::of(ctx)?.app.db.clone();
        let page = Page::new(first, after, last, before)?;
        let list = List::of("profiles", &());
        let rows = service::profiles(&db, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { service::count_profiles(&db).await }
        };
        Ok(ProfileConnection(Slice::new(list, rows, |row| row.id, Profile::from, count)?))
    }
}
