//! The pool of experts in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{expert, ids::CommunityId};

use super::{loader::OpenReviewsOf, service};
use crate::{
    auth::{Action, policy, visibility},
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
    },
    registry::{
        community::graphql::Community,
        governance::graphql::PublicPerson,
        region::graphql::{Profile, Region, region_of},
    },
};

/// Where a place in the pool stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::expert::Standing")]
pub enum ExpertStanding {
    /// Awaits the person's consent; nothing is drawn for it.
    Nominated,
    /// Takes part in draws.
    Consented,
    /// Is over: the person resigned or was released.
    Ended,
}

/// A person's place in the pool of a profile's experts.
#[derive(Clone)]
pub struct Expert(pub expert::Model);

connection!(ExpertConnection, ExpertEdge, Expert, "experts, in the order of their nomination");

/// A person's place in the pool of a profile's experts. Seen by coordinators, operators, registrar and auditor, and by
/// the person itself.
#[Object]
impl Expert {
    /// The expert's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Who it is.
    async fn person(&self, ctx: &Context<'_>) -> Result<PublicPerson, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.person_id).await?;
        found.map(PublicPerson).ok_or_else(|| Error::broken("an expert without a person"))
    }
    /// In which profile.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Profile, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.profile_id).await?;
        found.map(Profile).ok_or_else(|| Error::broken("an expert without a profile"))
    }
    /// The community that put the person forward.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("an expert without a community"))
    }
    /// That community's region.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Where the place stands.
    async fn standing(&self) -> ExpertStanding {
        self.0.standing().into()
    }
    /// How many reviews the expert takes at a time: as the person agreed; before that, as is proposed.
    async fn load_limit(&self) -> i32 {
        self.0.load_limit
    }
    /// How many reviews the expert holds.
    async fn open_reviews(&self, ctx: &Context<'_>) -> Result<i64, Error> {
        let count = Caller::of(ctx)?.loader.load_one(OpenReviewsOf(self.0.id)).await?.unwrap_or(0);
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }
    /// When the person was put forward.
    async fn nominated_at(&self) -> DateTime<Utc> {
        self.0.nominated_at
    }
    /// When the person agreed; null until then.
    async fn consented_at(&self) -> Option<DateTime<Utc>> {
        self.0.consented_at
    }
    /// When the place ended; null while it has not.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
}

/// What narrows a list of experts; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct ExpertFilter {
    /// In the pool of the profile with this code.
    profile_code: Option<String>,
    /// Put forward in the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Put forward by this community.
    community_id: Option<ID>,
    /// In one of these standings; left out, in any.
    standing: Option<Vec<ExpertStanding>>,
}

impl ExpertFilter {
    fn read(self) -> Result<expert::Filter, Error> {
        Ok(expert::Filter {
            profile: self.profile_code,
            region: self.region_code,
            community: self.community_id.as_ref().map(ids::decode::<CommunityId>).transpose()?,
            standings: self.standing.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct ExpertQuery;

#[Object]
impl ExpertQuery {
    /// The pools of experts, in the order of nomination: all of them for coordinators, operators, registrar and auditor;
    /// one's own places for everybody else who is signed in.
    async fn experts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<ExpertFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ExpertConnection, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::ExpertsRead)?;
        let page = Page::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default().read()?;
        let (db, to) = (caller.app.db.clone(), visibility::visible_experts(&caller.actor));
        let list = List::of("experts", &filter);
        let rows = service::list(&db, &to, &filter, list, &page).await?;
        let count = move || {
            let (db, to, filter) = (db.clone(), to.clone(), filter.clone());
            async move { service::count(&db, &to, &filter).await }
        };
        Ok(ExpertConnection(Slice::new(list, rows, |row| row.id, Expert, count)?))
    }
}
