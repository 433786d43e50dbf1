//! Batch loads of editions.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{EditionId, PracticeId},
    practice_edition,
};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{db::Reader, error::Error};

load_counts! {
    /// How many editions of a practice the caller may see.
    EditionCountOf(PracticeId): |reader| practice_edition::Entity::visible(&reader.practices),
    of practice_edition::PracticeId;
}

load_first_pages! {
    /// The first editions of a practice that the caller may see, the newest first.
    FirstEditionsOf(PracticeId): practice_edition where |reader| practice_edition::Entity::visible(&reader.practices),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::Number, Column::Id], descending true;
}

impl Loader<EditionId> for Reader {
    type Value = practice_edition::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[EditionId]) -> Result<HashMap<EditionId, practice_edition::Model>, Error> {
        let rows = practice_edition::Entity::visible(&self.practices)
            .filter(practice_edition::Column::Id.is_in(ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The edition of a practice that bears this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EditionAt(pub PracticeId, pub i32);

impl Loader<EditionAt> for Reader {
    type Value = practice_edition::Model;
    type Error = Error;

    /// Only what the caller may see.
    async fn load(&self, keys: &[EditionAt]) -> Result<HashMap<EditionAt, practice_edition::Model>, Error> {
        let rows = practice_edition::Entity::visible(&self.practices)
            .filter(practice_edition::Column::PracticeId.is_in(keys.iter().map(|key| key.0)))
            .filter(practice_edition::Column::Version.is_in(keys.iter().map(|key| key.1)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (EditionAt(row.practice_id, row.version), row)).collect())
    }
}
