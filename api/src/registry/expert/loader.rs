//! Batch loads of experts.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{ReviewState, expert, ids::ExpertId, review};
use sea_orm::{EntityTrait, QueryFilter};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

impl Loader<ExpertId> for Reader {
    type Value = expert::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[ExpertId]) -> Result<HashMap<ExpertId, expert::Model>, Error> {
        let rows = expert::Entity::visible(&self.experts)
            .filter(one_of(self.db.read(), expert::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

load_counts! {
    /// How many reviews an expert holds.
    OpenReviewsOf(ExpertId): |_reader| review::Entity::find().filter(Column::State.eq(ReviewState::Assigned)),
    of review::ExpertId;
}
