//! Communities in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    community, community_document, community_link, cooperation_agreement, ids::CommunityId, region,
};

use super::{
    loader::{AgreementsOf, CommunityCountOf, DocumentsOf, EngagementIn, FirstCommunitiesOf, LinksOf},
    rules, service,
};
use crate::{
    auth::{Action, policy, visibility},
    db::keyset::{FirstPage, List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::{AcademicYear, Date},
    },
    registry::{
        adoption::graphql::{AdoptionConnection, AdoptionState, adoptions_of_community},
        event::graphql::{
            EventConnection, EventCount, EventDimension, event_counts_of_community, events_of_community,
        },
        governance::{
            bodies::{Council, Presidium},
            graphql::{Appointment, AppointmentConnection, Office, appointments_page, office_holder},
        },
        institute::graphql::Department,
        member::graphql::{MemberConnection, MemberFilter, Membership, members_page, membership},
        practice::{self, graphql::PracticeConnection, loader::FirstPracticesOf},
        ranking::{
            graphql::CommunityRankingMethod,
            history_graphql::{Ranked, RankingHistoryEntry, RankingScope, history_of},
        },
        region::graphql::{Profile, Region, region_of},
        search,
    },
};

/// A professional community.
#[derive(Clone)]
pub struct Community(pub community::Model);

connection!(CommunityConnection, CommunityEdge, Community, "communities, by name");

/// A professional community of teachers: one profile in one region.
#[Object]
impl Community {
    /// The community's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The readable name in addresses, e.g. `kda-chemistry-teachers`; unique.
    async fn slug(&self) -> &str {
        &self.0.slug
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where it works.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Whom it gathers.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Profile, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.profile_id).await?;
        found.map(Profile).ok_or_else(|| Error::broken("a community without its profile"))
    }
    /// The calendar year of its founding, where known.
    async fn founded_year(&self) -> Option<i32> {
        self.0.founded_year
    }
    /// Grows with every change of the community's own fields, links and papers. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: it stands in no list and no ranking, and nothing new begins in it; null
    /// while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// When it entered the federal registry; null while it has not. Only those that have stand in rankings.
    async fn registered_on(&self) -> Option<Date> {
        self.0.registered_on.map(Date)
    }
    /// The unit of the institute that supervises it.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>, Error> {
        let Some(id) = self.0.department_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Department))
    }
    /// Its site, groups and channels (a few).
    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<CommunityLink>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(LinksOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
    /// Its governing documents (a few), oldest first.
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<CommunityDocument>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(DocumentsOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
    /// Its cooperation agreements (a few), oldest first.
    async fn agreements(&self, ctx: &Context<'_>) -> Result<Vec<CooperationAgreement>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(AgreementsOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
    /// The institute's person responsible for it; null when the office is vacant.
    async fn coordinator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today by default.")] as_of: Option<Date>,
    ) -> Result<Option<Appointment>, Error> {
        let caller = Caller::of(ctx)?;
        office_holder(caller, self.0.id, entity::Office::Coordinator, on(caller, as_of)).await
    }
    /// Who leads it; null when the office is vacant.
    async fn chair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today by default.")] as_of: Option<Date>,
    ) -> Result<Option<Appointment>, Error> {
        let caller = Caller::of(ctx)?;
        office_holder(caller, self.0.id, entity::Office::Chair, on(caller, as_of)).await
    }
    /// Who takes the operational decisions.
    async fn presidium(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today by default.")] as_of: Option<Date>,
    ) -> Result<Presidium, Error> {
        let caller = Caller::of(ctx)?;
        Presidium::of(caller, self.0.id, on(caller, as_of)).await
    }
    /// Who represents which municipality, and which have nobody.
    async fn council(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today by default.")] as_of: Option<Date>,
    ) -> Result<Council, Error> {
        let on = on(Caller::of(ctx)?, as_of);
        Ok(Council { community: self.0.id, region: self.0.region_id, on })
    }
    /// All its appointments, past, present and to come: those of the latest terms first.
    async fn appointments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To this office only.")] office: Option<Office>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<AppointmentConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        appointments_page(ctx, self.0.id, office.map(Into::into), &page).await
    }
    /// How many registrations are in force.
    async fn member_count(&self) -> i64 {
        self.0.member_count
    }
    /// How many published practices it owns.
    async fn practice_count(&self) -> i64 {
        self.0.practice_count
    }
    /// Its published practices, the newest first.
    async fn practices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PracticeConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let filter = entity::practice::Filter {
            community: Some(self.0.id),
            states: vec![entity::PracticeState::Published],
            ..Default::default()
        };
        let caller = Caller::of(ctx)?;
        let list = List::of("practices", &filter);
        let rows = match FirstPage::of(&page) {
            Some(first) => {
                caller.loader.load_one(FirstPracticesOf(self.0.id, first)).await?.unwrap_or_default()
            }
            None => {
                let to = visibility::visible_practices(&caller.actor);
                Arc::new(practice::service::list(&caller.app.db, &to, &filter, list, &page).await?)
            }
        };
        let total = u64::try_from(self.0.practice_count).unwrap_or(0);
        PracticeConnection::of(list, &rows, move || async move { Ok(total) })
    }
    /// Its members with their personal data, in the order of registration. Only for the offices of the
    /// community (a council representative sees the own municipality), the region's operator and the
    /// auditor; `FORBIDDEN` for all others, who see `memberCount`.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<MemberFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MemberConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let scope = visibility::scope(&caller.actor, Action::MembersRead);
        let within = scope.all
            || scope.regions.contains(&self.0.region_id)
            || scope.communities.contains(&self.0.id)
            || scope.municipalities.iter().any(|(community, _)| *community == self.0.id);
        if !within {
            return Err(policy::denied(&caller.actor, Action::MembersRead));
        }
        members_page(ctx, self.0.id, filter, &page).await
    }
    /// What its members have declared of practices that their organizations use, the newest first: the confirmed
    /// adoptions, and those that the caller declared or manages.
    async fn adoptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only in one of these states.")] state: Option<Vec<AdoptionState>>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<AdoptionConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        adoptions_of_community(ctx, self.0.id, state.unwrap_or_default(), &page).await
    }
    /// The events that it leads, the newest first.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<EventConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        events_of_community(ctx, self.0.id, &page).await
    }
    /// How many of the events that it leads have begun and how many took part, by level, kind or year.
    async fn event_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what.")] by: EventDimension,
        #[graphql(desc = "Which academic year; left out, all of them.")] year: Option<AcademicYear>,
    ) -> Result<Vec<EventCount>, Error> {
        event_counts_of_community(ctx, self.0.id, by, year).await
    }
    /// Where it stood in the rankings of the closed academic years, and stands in those of the running one and of the last
    /// while that is not closed; the earliest first. Years in which it took no part are left out.
    async fn ranking_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which method.", default_with = "CommunityRankingMethod::PublishedPractices")]
        method: CommunityRankingMethod,
        #[graphql(desc = "Among whom.", default_with = "RankingScope::Federation")] within: RankingScope,
    ) -> Result<Vec<RankingHistoryEntry>, Error> {
        let community::Model { id, region_id, profile_id, .. } = &self.0;
        let ranked = Ranked { subject: id.0, region: Some(*region_id), profile: Some(*profile_id) };
        history_of(Caller::of(ctx)?, method.into(), within.into(), ranked).await
    }
    /// How many registrations were in force at the end of the year (today, while the year runs), and in which
    /// municipalities; null before the year has begun.
    async fn membership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Option<Membership>, Error> {
        membership(Caller::of(ctx)?, self.0.id, year.0).await
    }
    /// Which share of the region's teachers of the profile it has gathered by the end of the year (by today,
    /// while the year runs); null where the headcount is not known.
    async fn engagement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Option<Engagement>, Error> {
        let caller = Caller::of(ctx)?;
        let found = caller.loader.load_one(EngagementIn::of(&self.0, year.0)).await?;
        Ok(found.map(Into::into))
    }
}

/// The day that is asked for.
fn on(caller: &Caller, as_of: Option<Date>) -> NaiveDate {
    as_of.map_or_else(|| caller.actor.now.date_naive(), |day| day.0)
}

/// A link of a community.
#[derive(SimpleObject)]
pub struct CommunityLink {
    /// What it leads to, in Russian.
    title: String,
    /// The address.
    url: String,
}

impl From<community_link::Model> for CommunityLink {
    fn from(row: community_link::Model) -> Self {
        Self { title: row.title, url: row.url }
    }
}

/// A governing document of a community: its statute, an order.
#[derive(SimpleObject)]
pub struct CommunityDocument {
    /// The document's own number.
    number: String,
    /// Of what day.
    issued_on: Date,
    /// What it is called.
    title: String,
}

impl From<community_document::Model> for CommunityDocument {
    fn from(row: community_document::Model) -> Self {
        Self { number: row.number, issued_on: Date(row.issued_on), title: row.title }
    }
}

/// A cooperation agreement of a community.
#[derive(SimpleObject)]
pub struct CooperationAgreement {
    /// With whom.
    partner: String,
    /// The agreement's own number.
    number: Option<String>,
    /// Signed on this day.
    signed_on: Date,
}

impl From<cooperation_agreement::Model> for CooperationAgreement {
    fn from(row: cooperation_agreement::Model) -> Self {
        Self { partner: row.partner, number: row.number, signed_on: Date(row.signed_on) }
    }
}

/// The share of teachers that a community has gathered, with both its numbers.
#[derive(SimpleObject)]
pub struct Engagement {
    /// Distinct persons with a registration in force.
    members: i64,
    /// Teachers of the profile in the region in that year, as the operator entered it.
    headcount: i64,
    /// `members / headcount · 100`, to one decimal. Above 100 the headcount is probably out of date.
    percent: f64,
    /// What is odd about it, in Russian: more members than teachers; null otherwise.
    warning: Option<String>,
}

impl From<rules::Engagement> for Engagement {
    fn from(from: rules::Engagement) -> Self {
        Self {
            warning: from.warning(),
            members: from.members,
            headcount: from.headcount,
            percent: from.percent,
        }
    }
}

/// How to name one community: by exactly one of these.
#[derive(OneofObject)]
pub enum CommunityBy {
    /// The community's id.
    Id(ID),
    /// The readable name, e.g. `kda-chemistry-teachers`.
    Slug(String),
}

/// What narrows a list of communities; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct CommunityFilter {
    /// Of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Of the profile with this code.
    profile_code: Option<String>,
    /// With all these words in its name or in those of its profile and region, in any grammatical form; the last may be
    /// the beginning of one. At most 200 characters.
    search: Option<String>,
}

/// A page of a region's communities.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn communities_of_region(
    ctx: &Context<'_>,
    region: &region::Model,
    page: &Page,
) -> Result<CommunityConnection, Error> {
    let caller = Caller::of(ctx)?;
    let filter = community::Filter { region: Some(region.code.clone()), ..Default::default() };
    let list = List::of("communities", &filter);
    let rest = || service::list(&caller.app.db, &filter, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstCommunitiesOf(region.id, first), rest).await?;
    let total = total_of_parent(ctx, CommunityCountOf(region.id)).await?;
    Ok(CommunityConnection(Slice::counted(
        list,
        rows,
        |row| (row.sort_key.clone(), row.id),
        Community,
        total,
    )?))
}

/// A page of communities.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn communities_page(
    caller: &Caller,
    filter: community::Filter,
    page: &Page,
) -> Result<CommunityConnection, Error> {
    let db = caller.app.db.clone();
    let list = List::of("communities", &filter);
    let rows = service::list(&db, &filter, list, page).await?;
    let count = move || {
        let (db, filter) = (db.clone(), filter.clone());
        async move { service::count(&db, &filter).await }
    };
    Ok(CommunityConnection(Slice::new(list, rows, |row| (row.sort_key.clone(), row.id), Community, count)?))
}

/// The queries of this concept.
#[derive(Default)]
pub struct CommunityQuery;

#[Object]
impl CommunityQuery {
    /// One community; null when there is none.
    async fn community(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which community.")] by: CommunityBy,
    ) -> Result<Option<Community>, Error> {
        let caller = Caller::of(ctx)?;
        Ok(match by {
            CommunityBy::Id(id) => caller.loader.load_one(ids::decode::<CommunityId>(&id)?).await?,
            CommunityBy::Slug(slug) => service::by_slug(&caller.app.db, &slug).await?,
        }
        .map(Community))
    }

    /// Communities, by name; without those in the archive.
    async fn communities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<CommunityFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<CommunityConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let filter = community::Filter {
            region: filter.region_code,
            profile: filter.profile_code,
            words: search::rules::filtered_by(filter.search.as_deref())?,
        };
        communities_page(Caller::of(ctx)?, filter, &page).await
    }
}
