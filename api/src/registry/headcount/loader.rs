//! The batch load of headcounts.

use std::collections::{HashMap, HashSet};

use async_graphql::dataloader::Loader;
use entity::{AcademicYear, headcount, ids::RegionId};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

/// The headcounts of a region in a year, one a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeadcountsOf(pub RegionId, pub AcademicYear);

impl Loader<HeadcountsOf> for Reader {
    type Value = Vec<headcount::Model>;
    type Error = Error;

    async fn load(&self, keys: &[HeadcountsOf]) -> Result<HashMap<HeadcountsOf, Self::Value>, Error> {
        let years: HashSet<_> = keys.iter().map(|key| key.1).collect();
        let rows = headcount::Entity::find()
            .filter(one_of(self.db.read(), headcount::Column::RegionId, keys.iter().map(|key| key.0)))
            .filter(one_of(self.db.read(), headcount::Column::Year, years))
            .order_by_asc(headcount::Column::ProfileId)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(HeadcountsOf(row.region_id, row.year)).or_default().push(row);
        }
        Ok(found)
    }
}
