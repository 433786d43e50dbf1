//! Batch loads of ratings.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{PersonId, PracticeId, RatingId},
    practice, rating,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

/// What a person gave to a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RatingBy(pub PersonId, pub PracticeId);

impl Loader<RatingBy> for Reader {
    type Value = rating::Model;
    type Error = Error;

    async fn load(&self, keys: &[RatingBy]) -> Result<HashMap<RatingBy, rating::Model>, Error> {
        let rows = rating::Entity::find()
            .filter(one_of(self.db.read(), rating::Column::PersonId, keys.iter().map(|key| key.0)))
            .filter(one_of(self.db.read(), rating::Column::PracticeId, keys.iter().map(|key| key.1)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (RatingBy(row.person_id, row.practice_id), row)).collect())
    }
}

load_first_pages! {
    /// The first ratings of a practice that the caller may see, the newest first.
    FirstRatingsOf(PracticeId): rating where |reader| rating::Entity::visible(&reader.ratings),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::RatedAt, Column::Id], descending true;
}

load_counts! {
    /// How many ratings of a practice the caller may see.
    RatingCountOf(PracticeId): |reader| rating::Entity::visible(&reader.ratings), of rating::PracticeId;
}

/// Ratings that the caller may see, of practices that it may see.
pub(super) fn visible(to: &rating::Visible, of: &practice::Visible) -> Select<rating::Entity> {
    let practices = practice::Entity::visible(of).select_only().column(practice::Column::Id).into_query();
    rating::Entity::visible(to).filter(rating::Column::PracticeId.in_subquery(practices))
}

impl Loader<RatingId> for Reader {
    type Value = rating::Model;
    type Error = Error;

    /// Only what the caller may see, of practices that it may see.
    async fn load(&self, ids: &[RatingId]) -> Result<HashMap<RatingId, rating::Model>, Error> {
        let rows = visible(&self.ratings, &self.practices)
            .filter(one_of(self.db.read(), rating::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
