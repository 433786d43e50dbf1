//! Batch loads of events.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{
    AcademicYear, event, event_community, event_participant,
    ids::{CommunityId, EventId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::service::{self, Count, Dimension};
use crate::{
    db::{Reader, one_of},
    error::Error,
};

impl Loader<EventId> for Reader {
    type Value = event::Model;
    type Error = Error;

    async fn load(&self, ids: &[EventId]) -> Result<HashMap<EventId, event::Model>, Error> {
        let rows = event::Entity::find()
            .filter(one_of(self.db.read(), event::Column::Id, ids.iter().copied()))
            .filter(event::Column::RemovedAt.is_null())
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The communities that hold an event together with the leading one, in the order of their entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JointOf(pub EventId);

impl Loader<JointOf> for Reader {
    type Value = Vec<CommunityId>;
    type Error = Error;

    async fn load(&self, keys: &[JointOf]) -> Result<HashMap<JointOf, Vec<CommunityId>>, Error> {
        let rows = event_community::Entity::find()
            .filter(one_of(self.db.read(), event_community::Column::EventId, keys.iter().map(|key| key.0)))
            .order_by_asc(event_community::Column::CommunityId)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(JointOf(row.event_id)).or_default().push(row.community_id);
        }
        Ok(found)
    }
}

/// What is counted of the events that a community leads and that have begun by a day: in one academic year or in all, by
/// one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventCountsOf(pub CommunityId, pub Option<AcademicYear>, pub Dimension, pub NaiveDate);

impl Loader<EventCountsOf> for Reader {
    type Value = Vec<Count>;
    type Error = Error;

    /// One statement for all communities that are counted alike, which is mostly all of a page.
    async fn load(&self, keys: &[EventCountsOf]) -> Result<HashMap<EventCountsOf, Vec<Count>>, Error> {
        let mut alike: HashMap<_, Vec<CommunityId>> = HashMap::new();
        for EventCountsOf(of, year, by, today) in keys {
            alike.entry((*year, *by, *today)).or_default().push(*of);
        }
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for ((year, by, today), of) in alike {
            for row in service::counts_each(self.db.read(), &of, year, by, today).await? {
                let Some(of) = row.community_id else { continue };
                found.entry(EventCountsOf(of, year, by, today)).or_default().push(row);
            }
        }
        Ok(found)
    }
}

load_counts! {
    /// How many events a community leads.
    EventCountOf(CommunityId): |_reader| event::Entity::matching(&event::Filter::default()), of event::CommunityId;

    /// How many participants of an event are registered whose registrations the caller may see.
    ParticipantCountOf(EventId): |reader| event_participant::Entity::visible(&reader.members), of event_participant::EventId;
}

load_first_pages! {
    /// The first events that a community leads, the newest first.
    FirstEventsOf(CommunityId): event where |_reader| event::Entity::matching(&event::Filter::default()),
    of CommunityId by |row| Some(row.community_id),
    order [Column::StartsOn, Column::Id], descending true;

    /// The first participants of an event whose registrations the caller may see, in the order of their entry.
    FirstParticipantsOf(EventId): event_participant
    where |reader| event_participant::Entity::visible(&reader.members),
    of EventId by |row| Some(row.event_id),
    order [Column::Id], descending false;
}
