//! Batch loads of reviews and draws.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{
    ids::{PracticeId, ReviewDrawId, ReviewId},
    review, review_draw,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

impl Loader<ReviewId> for Reader {
    type Value = review::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[ReviewId]) -> Result<HashMap<ReviewId, review::Model>, Error> {
        let rows = review::Entity::visible(&self.reviews)
            .filter(one_of(self.db.read(), review::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<ReviewDrawId> for Reader {
    type Value = review_draw::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[ReviewDrawId]) -> Result<HashMap<ReviewDrawId, review_draw::Model>, Error> {
        let rows = review_draw::Entity::visible(&self.reviews)
            .filter(one_of(self.db.read(), review_draw::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The reviews that a draw began, in their order; a draw is of five experts at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReviewsOf(pub ReviewDrawId);

impl Loader<ReviewsOf> for Reader {
    type Value = Arc<Vec<review::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[ReviewsOf]) -> Result<HashMap<ReviewsOf, Self::Value>, Error> {
        let rows = review::Entity::visible(&self.reviews)
            .filter(one_of(self.db.read(), review::Column::DrawId, keys.iter().map(|key| key.0)))
            .order_by_asc(review::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(ReviewsOf(row.draw_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

/// The review that was begun in the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InsteadOf(pub ReviewId);

impl Loader<InsteadOf> for Reader {
    type Value = review::Model;
    type Error = Error;

    async fn load(&self, keys: &[InsteadOf]) -> Result<HashMap<InsteadOf, review::Model>, Error> {
        let rows = review::Entity::visible(&self.reviews)
            .filter(one_of(self.db.read(), review::Column::Replaces, keys.iter().map(|key| key.0)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().filter_map(|row| row.replaces.map(|of| (InsteadOf(of), row.clone()))).collect())
    }
}

load_counts! {
    /// For how many experts who fell out nobody could be drawn.
    VacantIn(PracticeId): |_reader| review::Entity::find().filter(review::vacant()), of review::PracticeId;
}
