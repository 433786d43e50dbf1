//! Batch loads of registrations, and of persons for registrations that were found visible.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{ids::MemberId, member};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{db::Reader, error::Error};

load_by_id! { PersonId => person }

impl Loader<MemberId> for Reader {
    type Value = member::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, member::Model>, Error> {
        let rows = member::Entity::visible(&self.members)
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
