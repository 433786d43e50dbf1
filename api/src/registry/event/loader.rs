//! Batch loads of events.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    event, event_community,
    ids::{CommunityId, EventId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{db::Reader, error::Error};

impl Loader<EventId> for Reader {
    type Value = event::Model;
    type Error = Error;

    async fn load(&self, ids: &[EventId]) -> Result<HashMap<EventId, event::Model>, Error> {
        let rows = event::Entity::find()
            .filter(event::Column::Id.is_in(ids.iter().copied()))
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
            .filter(event_community::Column::EventId.is_in(keys.iter().map(|key| key.0)))
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

load_counts! {
    /// How many events a community leads.
    EventCountOf(CommunityId): |_reader| event::Entity::matching(&event::Filter::default()), of event::CommunityId;
}

load_first_pages! {
    /// The first events that a community leads, the newest first.
    FirstEventsOf(CommunityId): event where |_reader| event::Entity::matching(&event::Filter::default()),
    of CommunityId by |row| Some(row.community_id),
    order [Column::StartsOn, Column::Id], descending true;
}
