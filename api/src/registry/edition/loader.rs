//! Batch loads of editions.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{EditionId, PracticeId},
    practice_edition,
};
use sea_orm::QueryFilter;

use crate::{
    db::{Reader, one_of},
    error::Error,
};

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
            .filter(one_of(self.db.read(), practice_edition::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// Implements the batch load of editions by practice and a number of theirs, as far as the caller may see them.
macro_rules! load_by {
    ($($(#[$doc:meta])* $key:ident by $column:ident, $field:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub PracticeId, pub i32);

        impl Loader<$key> for Reader {
            type Value = practice_edition::Model;
            type Error = Error;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, practice_edition::Model>, Error> {
                let rows = practice_edition::Entity::visible(&self.practices)
                    .filter(one_of(self.db.read(), practice_edition::Column::PracticeId, keys.iter().map(|key| key.0)))
                    .filter(one_of(self.db.read(), practice_edition::Column::$column, keys.iter().map(|key| key.1)))
                    .all(self.db.read())
                    .await?;
                Ok(rows.into_iter().map(|row| ($key(row.practice_id, row.$field), row)).collect())
            }
        }
    )*};
}

load_by! {
    /// The edition of a practice that bears this version.
    EditionAt by Version, version;
    /// The edition of a practice with this number.
    NumberedEdition by Number, number;
}
