//! Batch loads of communities and of what hangs on them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{community_document, community_link, cooperation_agreement, ids::CommunityId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{db::Reader, error::Error};

load_by_id! { CommunityId => community }

macro_rules! load_of_community {
    ($($(#[$doc:meta])* $key:ident => $table:ident by $order:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub CommunityId);

        impl Loader<$key> for Reader {
            type Value = Vec<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Error> {
                let rows = $table::Entity::find()
                    .filter($table::Column::CommunityId.is_in(keys.iter().map(|key| key.0)))
                    .order_by_asc($table::Column::$order)
                    .order_by_asc($table::Column::Id)
                    .all(self.db.read())
                    .await?;
                let mut found: HashMap<_, Vec<_>> = HashMap::new();
                for row in rows {
                    found.entry($key(row.community_id)).or_default().push(row);
                }
                Ok(found)
            }
        }
    )*};
}

load_of_community! {
    /// The links of a community, in the order of their entry.
    LinksOf => community_link by Id;
    /// The governing documents of a community, oldest first.
    DocumentsOf => community_document by IssuedOn;
    /// The cooperation agreements of a community, oldest first.
    AgreementsOf => cooperation_agreement by SignedOn;
}
