//! Batch loads of materials.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{MaterialId, PracticeId},
    material,
};
use sea_orm::QueryFilter;

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_counts! {
    /// How many materials a practice has.
    MaterialCountOf(PracticeId): |_reader| material::Entity::present(), of material::PracticeId;
}

load_first_pages! {
    /// The first materials of a practice, in their authors' order.
    FirstMaterialsOf(PracticeId): material where |_reader| material::Entity::present(),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::Position, Column::Id], descending false;
}

impl Loader<MaterialId> for Reader {
    type Value = material::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[MaterialId]) -> Result<HashMap<MaterialId, material::Model>, Error> {
        let rows = material::Entity::visible(&self.practices)
            .filter(one_of(self.db.read(), material::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
