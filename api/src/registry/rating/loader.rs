//! Batch loads of ratings.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{PersonId, PracticeId, RatingId},
    practice, rating,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{db::Reader, error::Error};

/// What a person gave to a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RatingBy(pub PersonId, pub PracticeId);

impl Loader<RatingBy> for Reader {
    type Value = rating::Model;
    type Error = Error;

    async fn load(&self, keys: &[RatingBy]) -> Result<HashMap<RatingBy, rating::Model>, Error> {
        let rows = rating::Entity::find()
            .filter(rating::Column::PersonId.is_in(keys.iter().map(|key| key.0)))
            .filter(rating::Column::PracticeId.is_in(keys.iter().map(|key| key.1)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (RatingBy(row.person_id, row.practice_id), row)).collect())
    }
}

load_first_pages! {
    /// The first ratings of a practice, the newest first.
    FirstRatingsOf(PracticeId): rating where |_reader| rating::Entity::find(),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::RatedAt, Column::Id], descending true;
}

impl Loader<RatingId> for Reader {
    type Value = rating::Model;
    type Error = Error;

    /// Only of practices that the caller may see.
    async fn load(&self, ids: &[RatingId]) -> Result<HashMap<RatingId, rating::Model>, Error> {
        let practices = practice::Entity::visible(&self.practices)
            .select_only()
            .column(practice::Column::Id)
            .into_query();
        let rows = rating::Entity::find()
            .filter(rating::Column::Id.is_in(ids.iter().copied()))
            .filter(rating::Column::PracticeId.in_subquery(practices))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
