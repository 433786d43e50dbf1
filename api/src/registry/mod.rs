//! What the system is about: one folder per concept, with the same file names in each (see
//! ARCHITECTURE.md). Everything outside this folder is how the system runs.

/// What was accepted; what was refused is the use case's answer.
macro_rules! accepted {
    ($checked:expr) => {
        match $checked {
            Ok(accepted) => accepted,
            Err(refused) => return Ok(Err($crate::error::Rejected::from(refused))),
        }
    };
}

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
                use sea_orm::{EntityTrait, QueryFilter};
                let rows = entity::$table::Entity::find()
                    .filter($crate::db::one_of(self.db.read(), entity::$table::Column::Id, ids.iter().copied()))
                    .all(self.db.read())
                    .await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )*};
}

/// Implements the batch load of the first pages of the lists of many parents.
macro_rules! load_first_pages {
    ($(
        $(#[$doc:meta])*
        $key:ident($parent:ty): $table:ident where |$reader:ident| $select:expr,
        of $column:ident by |$row:ident| $parent_of:expr,
        order $order:expr, descending $descending:literal;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $parent, pub $crate::db::keyset::FirstPage);

        impl async_graphql::dataloader::Loader<$key> for $crate::db::Reader {
            type Value = std::sync::Arc<$crate::db::keyset::Rows<entity::$table::Model>>;
            type Error = $crate::error::Error;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<std::collections::HashMap<$key, Self::Value>, Self::Error> {
                use entity::$table::Column;
                use sea_orm::QueryFilter;
                // Mostly one page size; a query with aliases may ask for several.
                let mut sizes: std::collections::HashMap<_, Vec<$parent>> = std::collections::HashMap::new();
                for $key(parent, page) in keys {
                    sizes.entry(*page).or_default().push(*parent);
                }
                let mut found = std::collections::HashMap::new();
                for (page, parents) in sizes {
                    let $reader = self;
                    let select = $select.filter($crate::db::one_of(self.db.read(), Column::$column, parents.iter().copied()));
                    let mut lists = $crate::db::keyset::read_each(
                        self.db.read(),
                        select,
                        (Column::$column, |$row: &entity::$table::Model| $parent_of),
                        &$order,
                        $descending,
                        page,
                        parents.len() == 1,
                    )
                    .await?;
                    for parent in parents {
                        let rows = lists.remove(&parent).unwrap_or_default();
                        found.insert($key(parent, page), std::sync::Arc::new(rows));
                    }
                }
                Ok(found)
            }
        }
    )*};
}

/// Implements the batch count of the lists of many parents.
macro_rules! load_counts {
    ($($(#[$doc:meta])* $key:ident($parent:ty): |$reader:ident| $select:expr, of $table:ident::$column:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $parent);

        impl async_graphql::dataloader::Loader<$key> for $crate::db::Reader {
            type Value = u64;
            type Error = $crate::error::Error;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<std::collections::HashMap<$key, u64>, Self::Error> {
                use entity::$table::Column;
                use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
                let $reader = self;
                let counts = $select
                    .select_only()
                    .column(Column::$column)
                    .column_as(Column::Id.count(), "count")
                    .filter($crate::db::one_of(self.db.read(), Column::$column, keys.iter().map(|key| key.0)))
                    .group_by(Column::$column)
                    .into_tuple::<($parent, i64)>()
                    .all(self.db.read())
                    .await?;
                Ok(counts.into_iter().map(|(of, count)| ($key(of), u64::try_from(count).unwrap_or(0))).collect())
            }
        }
    )*};
}

mod listed;

pub mod region;
pub mod indicator;
pub mod cluster;
pub mod institute;
pub mod account;
pub mod community;
pub mod headcount;
pub mod governance;
pub mod member;
pub mod monitoring;
pub mod sync;
pub mod practice;
pub mod edition;
pub mod material;
pub mod rating;
pub mod integrity;
pub mod adoption;
pub mod assessment;
pub mod event;
pub mod expert;
pub mod review;
pub mod ranking;
pub mod search;
pub mod journal;
