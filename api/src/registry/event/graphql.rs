//! Events in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{event, event_participant, ids::CommunityId};

use super::{
    loader::{EventCountOf, EventCountsOf, FirstEventsOf, FirstParticipantsOf, JointOf, ParticipantCountOf},
    service::{self, Dimension},
};
use crate::{
    auth::visibility,
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
        scalars::{AcademicYear, Date},
    },
    registry::{
        community::graphql::Community,
        member::graphql::Member,
        monitoring::rows_graphql::{EventKind, EventLevel},
    },
};

/// Where people meet.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::EventFormat")]
pub enum EventFormat {
    /// In a place.
    Offline,
    /// In the net.
    Online,
    /// Both.
    Mixed,
}

/// An event of one or several communities.
#[derive(Clone)]
pub struct Event(pub event::Model);

connection!(EventConnection, EventEdge, Event, "events, the newest first");

/// An event of one or several communities: a seminar, a webinar, a contest, a publication.
#[Object]
impl Event {
    /// The event's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The leading community: it counts the event.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("an event without its community"))
    }
    /// The communities that hold it together with the leading one; at most 50.
    async fn joint_with(&self, ctx: &Context<'_>) -> Result<Vec<Community>, Error> {
        let loader = &Caller::of(ctx)?.loader;
        let of = loader.load_one(JointOf(self.0.id)).await?.unwrap_or_default();
        let mut rows = loader.load_many(of.iter().copied()).await?;
        Ok(of.iter().filter_map(|id| rows.remove(id)).map(Community).collect())
    }
    /// The academic year of its first day.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.0.year)
    }
    /// On whose behalf it is held.
    async fn kind(&self) -> EventKind {
        self.0.kind.into()
    }
    /// How far it reaches.
    async fn level(&self) -> EventLevel {
        self.0.level.into()
    }
    /// Where people meet.
    async fn format(&self) -> EventFormat {
        self.0.format.into()
    }
    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// The first day.
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }
    /// The last day.
    async fn ends_on(&self) -> Date {
        Date(self.0.ends_on)
    }
    /// Whether its first day has come: only then it counts.
    async fn held(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        Ok(self.0.starts_on <= Caller::of(ctx)?.actor.now.date_naive())
    }
    /// Where.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }
    /// Its page.
    async fn link(&self) -> Option<&str> {
        self.0.link.as_deref()
    }
    /// How many took part: as somebody told, else as many as are registered; null where neither is known.
    async fn participants(&self) -> Option<i64> {
        self.0.took_part()
    }
    /// How many of its participants are registered members, of every community.
    async fn registered_participants(&self) -> i64 {
        self.0.registered
    }
    /// The members who took part, in the order of their entry; only those whose registrations the caller may see.
    async fn participant_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<EventParticipantConnection, Error> {
        let (page, of) = (Page::new(first, after, last, before)?, self.0.id);
        let caller = Caller::of(ctx)?;
        let list = List::of("participants", &of);
        let to = visibility::visible_members(&caller.actor);
        let rest = || service::participants(&caller.app.db, &to, of, list, &page);
        let rows = rows_of_parent(caller, &page, |first| FirstParticipantsOf(of, first), rest).await?;
        let total = total_of_parent(ctx, ParticipantCountOf(of)).await?;
        Ok(EventParticipantConnection(Slice::counted(list, rows, |row| row.id, EventParticipant, total)?))
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// When it was entered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A member who took part in an event.
#[derive(Clone)]
pub struct EventParticipant(event_participant::Model);

connection!(
    EventParticipantConnection,
    EventParticipantEdge,
    EventParticipant,
    "participants of an event, in the order of their entry"
);

/// A member who took part in an event.
#[Object]
impl EventParticipant {
    /// The registration by which it did.
    async fn member(&self, ctx: &Context<'_>) -> Result<Member, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.member_id).await?;
        found.map(Member).ok_or_else(|| Error::not_found("registration"))
    }
    /// When that was entered.
    async fn registered_at(&self) -> DateTime<Utc> {
        self.0.registered_at
    }
}

/// What narrows a list of events; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct EventFilter {
    /// Led by a community of the region with this ISO 3166-2 code.
    region_code: Option<String>,
    /// Led by a community of the profile with this code.
    profile_code: Option<String>,
    /// Led by this community, or held together with it.
    community_id: Option<ID>,
    /// Of this academic year.
    year: Option<AcademicYear>,
    /// Of this kind.
    kind: Option<EventKind>,
    /// Of this level.
    level: Option<EventLevel>,
    /// Of this format.
    format: Option<EventFormat>,
    /// Beginning on this day or later.
    from: Option<Date>,
    /// Beginning on this day or earlier.
    to: Option<Date>,
}

impl EventFilter {
    fn read(self) -> Result<event::Filter, Error> {
        Ok(event::Filter {
            region: self.region_code,
            profile: self.profile_code,
            community: self.community_id.as_ref().map(ids::decode::<CommunityId>).transpose()?,
            year: self.year.map(|year| year.0),
            kind: self.kind.map(Into::into),
            level: self.level.map(Into::into),
            format: self.format.map(Into::into),
            from: self.from.map(|day| day.0),
            to: self.to.map(|day| day.0),
        })
    }
}

/// By what events are counted.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum EventDimension {
    /// By level, the narrowest first.
    Level,
    /// By kind.
    Kind,
    /// By leading community; only within a region.
    Community,
    /// By academic year, the earliest first.
    Year,
}

/// What is counted of events that have begun.
pub struct EventCount(service::Count);

/// What is counted of events that have begun: one of level, kind, community and year names them.
#[Object]
impl EventCount {
    /// Of which level.
    async fn level(&self) -> Option<EventLevel> {
        self.0.level.map(Into::into)
    }
    /// Of which kind.
    async fn kind(&self) -> Option<EventKind> {
        self.0.kind.map(Into::into)
    }
    /// Led by which community.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Community>, Error> {
        let Some(id) = self.0.community_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Community))
    }
    /// Of which academic year.
    async fn year(&self) -> Option<AcademicYear> {
        self.0.year.map(AcademicYear)
    }
    /// How many events.
    async fn events(&self) -> i64 {
        self.0.events
    }
    /// How many took part, as far as that is known; null where it is known of none.
    async fn participants(&self) -> Option<i64> {
        self.0.participants
    }
    /// Of how many events it is not known how many took part.
    async fn events_without_participants(&self) -> i64 {
        self.0.events - self.0.counted
    }
}

/// A page of the events that a community leads.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn events_of_community(
    ctx: &Context<'_>,
    of: CommunityId,
    page: &Page,
) -> Result<EventConnection, Error> {
    let caller = Caller::of(ctx)?;
    let filter = event::Filter::default();
    let list = List::of("communityEvents", &of);
    let rest = || service::led_by(&caller.app.db, &filter, of, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstEventsOf(of, first), rest).await?;
    let total = total_of_parent(ctx, EventCountOf(of)).await?;
    Ok(EventConnection(Slice::counted(list, rows, |row| (row.starts_on, row.id), Event, total)?))
}

/// What is counted of the events that a community leads, by one dimension.
///
/// # Errors
/// The database's.
pub async fn event_counts_of_community(
    ctx: &Context<'_>,
    of: CommunityId,
    by: EventDimension,
    year: Option<AcademicYear>,
) -> Result<Vec<EventCount>, Error> {
    let caller = Caller::of(ctx)?;
    let key = EventCountsOf(of, year.map(|year| year.0), by.into(), caller.actor.now.date_naive());
    let found = caller.loader.load_one(key).await?.unwrap_or_default();
    Ok(found.into_iter().map(EventCount).collect())
}

/// The queries of this concept.
#[derive(Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// Events, the newest first; also those that are still to come.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<EventFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<EventConnection, Error> {
        let page = Page::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default().read()?;
        let db = Caller::of(ctx)?.app.db.clone();
        let list = List::of("events", &filter);
        let rows = service::list(&db, &filter, list, &page).await?;
        let count = move || {
            let (db, filter) = (db.clone(), filter.clone());
            async move { service::count(&db, &filter).await }
        };
        Ok(EventConnection(Slice::new(list, rows, |row| (row.starts_on, row.id), Event, count)?))
    }

    /// How many events have begun and how many took part, by level, kind, community or year. An event that several
    /// communities hold is counted once, for the leading one.
    async fn event_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what.")] by: EventDimension,
        #[graphql(desc = "What narrows the events; with a region where they are counted by community.")]
        filter: Option<EventFilter>,
    ) -> Result<Vec<EventCount>, Error> {
        let caller = Caller::of(ctx)?;
        let filter = filter.unwrap_or_default().read()?;
        if by == EventDimension::Community && filter.region.is_none() && filter.community.is_none() {
            return Err(Error::bad_input(
                "Events are counted by community within a region only: give `regionCode`.",
            ));
        }
        let today = caller.actor.now.date_naive();
        let found = service::counts(caller.app.db.read(), &filter, by.into(), today).await?;
        Ok(found.into_iter().map(EventCount).collect())
    }
}

/// What mutations of events answer with, beside `inputs`.
#[derive(SimpleObject)]
pub struct EventRemovePayload {
    /// The id of the event that was removed; null when it was refused.
    pub removed_event_id: Option<ID>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<crate::graphql::errors::UserError>,
}
