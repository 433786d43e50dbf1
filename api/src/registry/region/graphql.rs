//! Regions, municipalities, organizations and profiles in the schema.

use async_graphql::{Context, ID, Object, OneofObject};
use chrono::{DateTime, Utc};
use entity::{ids::RegionId, municipality, organization, profile, region};

use super::{
    loader::{FirstMunicipalitiesOf, FirstOrganizationsOf, MunicipalityCountOf, OrganizationCountOf},
    service,
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::AcademicYear,
    },
    registry::{
        cluster::{graphql::Cluster, loader::ClustersOf},
        community::graphql::{CommunityConnection, communities_of_region},
        headcount::{graphql::Headcount, loader::HeadcountsOf},
        institute::{self, graphql::Institute},
        ranking::{
            frozen::Within,
            graphql::RegionRankingMethod,
            history_graphql::{Ranked, RankingHistoryEntry, history_of},
        },
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
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: it stands in no list, and nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// The regional operator, even when it is in the archive; null while the region has none.
    async fn institute(&self, ctx: &Context<'_>) -> Result<Option<Institute>, Error> {
        let caller = Caller::of(ctx)?;
        Ok(caller.loader.load_one(institute::loader::InstituteOf(self.0.id)).await?.map(Institute))
    }
    /// Where it stood in the rankings of regions of the closed academic years, and stands in those of the running one and
    /// of the last while that is not closed; the earliest first. Years in which it took no part are left out.
    async fn ranking_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which method.", default_with = "RegionRankingMethod::PublishedPractices")]
        method: RegionRankingMethod,
    ) -> Result<Vec<RankingHistoryEntry>, Error> {
        let ranked = Ranked { subject: self.0.id.0, region: None, profile: None };
        history_of(Caller::of(ctx)?, method.into(), Within::Federation, ranked).await
    }
    /// The region's districts and towns, by name; without those in the archive.
    async fn municipalities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MunicipalityConnection, Error> {
        let (caller, region) = (Caller::of(ctx)?, self.0.id);
        let page = Page::new(first, after, last, before)?;
        let list = List::of("municipalities", &region);
        let rest = || service::municipalities(&caller.app.db, region, list, &page);
        let rows = rows_of_parent(caller, &page, |first| FirstMunicipalitiesOf(region, first), rest).await?;
        let total = total_of_parent(ctx, MunicipalityCountOf(region)).await?;
        let slice = Slice::counted(list, rows, |row| (row.sort_key.clone(), row.id), Municipality, total)?;
        Ok(MunicipalityConnection(slice))
    }
    /// How many teachers of which profile the region has in a year, by profile: as many as were entered.
    async fn headcounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Vec<Headcount>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(HeadcountsOf(self.0.id, year.0)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Headcount).collect())
    }
    /// The clusters in which the region's organizations work together, by number; at most 100.
    async fn clusters(&self, ctx: &Context<'_>) -> Result<Vec<Cluster>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(ClustersOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Cluster).collect())
    }
    /// The region's communities, by name; without those in the archive.
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
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: it stands in no list, and nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// The schools, kindergartens and centres that stand in it, in the order of their entry; without those in the
    /// archive.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<OrganizationConnection, Error> {
        let (caller, of) = (Caller::of(ctx)?, self.0.id);
        let page = Page::new(first, after, last, before)?;
        let list = List::of("organizations", &of);
        let rest = || service::organizations(&caller.app.db, of, list, &page);
        let rows = rows_of_parent(caller, &page, |first| FirstOrganizationsOf(of, first), rest).await?;
        let total = total_of_parent(ctx, OrganizationCountOf(of)).await?;
        Ok(OrganizationConnection(Slice::counted(list, rows, |row| row.id, Organization, total)?))
    }
}

/// Where members work.
#[derive(Clone)]
pub struct Organization(pub organization::Model);

connection!(
    OrganizationConnection,
    OrganizationEdge,
    Organization,
    "organizations, in the order of their entry"
);

/// Where members work: a school, kindergarten, centre.
#[Object]
impl Organization {
    /// The organization's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where it stands.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Municipality, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.municipality_id).await?;
        found.map(Municipality).ok_or_else(|| Error::broken("an organization without its municipality"))
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: it stands in no list, and nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
}

/// The subject area or job that a community gathers.
#[derive(Clone)]
pub struct Profile(pub profile::Model);

/// The subject area or job that a community gathers: the same list in all regions, so that they compare.
#[Object]
impl Profile {
    /// The profile's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// e.g. `chemistry-teachers`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: it stands in no list, and nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
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

    /// All regions, by name; without those in the archive.
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

    /// All profiles of communities, in the order of their entry; without those in the archive.
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
        Ok(ProfileConnection(Slice::new(list, rows, |row| row.id, Profile, count)?))
    }
}
