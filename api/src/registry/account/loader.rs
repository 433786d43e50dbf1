//! Batch loads of what hangs on accounts.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{client_secret, ids::AccountId};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

/// The secrets of a service account, the newest first. There are never more than eleven, of which ten are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretsOf(pub AccountId);

impl Loader<SecretsOf> for Reader {
    type Value = Vec<client_secret::Model>;
    type Error = Error;

    async fn load(&self, keys: &[SecretsOf]) -> Result<HashMap<SecretsOf, Self::Value>, Error> {
        let rows = client_secret::Entity::find()
            .filter(one_of(self.db.read(), client_secret::Column::AccountId, keys.iter().map(|key| key.0)))
            .order_by_desc(client_secret::Column::CreatedAt)
            .order_by_desc(client_secret::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(SecretsOf(row.account_id)).or_default().push(row);
        }
        Ok(found)
    }
}
