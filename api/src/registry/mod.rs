//! What the system is about: one folder per concept, with the same file names in each (see
//! ARCHITECTURE.md). Everything outside this folder is how the system runs.

/// Implements, for tables whose rows are public, the batch load by id: one statement for all ids.
macro_rules! load_by_id {
    ($($id:ident => $table:ident),* $(,)?) => {$(
        impl async_graphql::dataloader::Loader<entity::ids::$id> for $crate::db::Reader {
            type Value = entity::$table::Model;
            type Error = $crate::error::Error;

            async fn load(
                &self,
                ids: &[entity::ids::$id],
            ) -> Result<std::collections::HashMap<entity::ids::$id, Self::Value>, Self::Error> {
                use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
                let rows = entity::$table::Entity::find()
                    .filter(entity::$table::Column::Id.is_in(ids.iter().copied()))
                    .all(self.db.read())
                    .await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )*};
}

pub mod region;
pub mod institute;
pub mod account;
pub mod community;
pub mod governance;
pub mod member;
pub mod practice;
pub mod rating;
pub mod ranking;
pub mod journal;
