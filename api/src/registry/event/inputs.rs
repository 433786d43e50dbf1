//! What the mutations of events take and answer.

use async_graphql::{ID, InputObject};

use super::{
    graphql::{Event, EventFormat},
    rules::Facts,
};
use crate::{
    graphql::{payload, scalars::Date},
    registry::monitoring::rows_graphql::{EventKind, EventLevel},
};

/// What is told of an event.
#[derive(InputObject)]
pub struct EventFactsInput {
    /// On whose behalf it is held.
    pub kind: EventKind,
    /// How far it reaches.
    pub level: EventLevel,
    /// Where people meet.
    #[graphql(default_with = "EventFormat::Offline")]
    pub format: EventFormat,
    /// What it is called, at most 300 characters.
    pub title: String,
    /// The first day, at most a year ahead.
    pub starts_on: Date,
    /// The last day; left out, the first one.
    pub ends_on: Option<Date>,
    /// Where, at most 500 characters.
    pub place: Option<String>,
    /// Its page, `https://…`, at most 500 characters.
    pub link: Option<String>,
    /// How many took part, 0 to 10,000,000, and no fewer than are registered; left out, as many as are registered.
    pub participants: Option<i64>,
    /// The communities of the same region that hold it together with the leading one; at most 50.
    #[graphql(default)]
    pub joint_with: Vec<ID>,
    /// Whether it is another event than one of the same title on the same day.
    #[graphql(default = false)]
    pub allow_duplicate: bool,
}

impl EventFactsInput {
    /// The facts.
    #[must_use]
    pub fn facts(self) -> Facts {
        Facts {
            kind: self.kind.into(),
            level: self.level.into(),
            format: self.format.into(),
            title: self.title,
            starts_on: self.starts_on.0,
            ends_on: self.ends_on.map(|day| day.0),
            place: self.place,
            link: self.link,
            participants: self.participants,
        }
    }
}

/// An event to be entered.
#[derive(InputObject)]
pub struct EventCreateInput {
    /// The leading community.
    pub community_id: ID,
    /// What is told of it.
    pub event: EventFactsInput,
}

/// An event to be changed.
#[derive(InputObject)]
pub struct EventUpdateInput {
    /// Which event.
    pub event_id: ID,
    /// The version that the caller has seen.
    pub expected_version: i32,
    /// All that is told of it now.
    pub event: EventFactsInput,
}

/// An event to be removed.
#[derive(InputObject)]
pub struct EventRemoveInput {
    /// Which event.
    pub event_id: ID,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

/// Members to be entered as participants of an event, or to be none any more.
#[derive(InputObject)]
pub struct EventParticipantsInput {
    /// Which event.
    pub event_id: ID,
    /// The members' registrations, 1 to 1,000.
    pub member_ids: Vec<ID>,
}

payload!(EventPayload { event: Event(event) }, "an event", by EventId);
