//! Batch loads of monitorings and returns.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_graphql::dataloader::Loader;
use entity::{
    ReturnState,
    ids::{MonitoringId, ReturnId},
    monitoring, monitoring_return,
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{
    gather::{self, Named, Whole},
    report::Report,
};
use crate::{
    db::{Reader, one_of},
    error::Error,
};

impl Loader<MonitoringId> for Reader {
    type Value = monitoring::Model;
    type Error = Error;

    /// Only what the caller may see.
    async fn load(&self, ids: &[MonitoringId]) -> Result<HashMap<MonitoringId, monitoring::Model>, Error> {
        let rows = monitoring::Entity::visible(&self.monitorings)
            .filter(one_of(self.db.read(), monitoring::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<ReturnId> for Reader {
    type Value = monitoring_return::Model;
    type Error = Error;

    /// Only what the caller may see.
    async fn load(&self, ids: &[ReturnId]) -> Result<HashMap<ReturnId, monitoring_return::Model>, Error> {
        let rows = monitoring_return::Entity::visible(&self.monitorings)
            .filter(one_of(self.db.read(), monitoring_return::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// A monitoring with all its returns and the report that they make as they stand; whoever asks has seen one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StandingOf(pub MonitoringId);

/// How a monitoring stands.
#[derive(Debug)]
pub struct Standing {
    /// All returns.
    pub whole: Whole,
    /// What they make.
    pub report: Report,
    /// What figures are called.
    pub named: BTreeMap<String, Named>,
}

impl Loader<StandingOf> for Reader {
    type Value = Arc<Standing>;
    type Error = Error;

    /// A dozen and a half statements a monitoring, however many returns it has.
    async fn load(&self, keys: &[StandingOf]) -> Result<HashMap<StandingOf, Arc<Standing>>, Error> {
        let mut found = HashMap::new();
        let named = gather::named(self.db.read()).await?;
        for key in keys {
            let Some(whole) = gather::whole(self.db.read(), key.0, self.now).await? else { continue };
            let report = gather::report(self.db.read(), &whole, self.now).await?;
            found.insert(*key, Arc::new(Standing { whole, report, named: named.clone() }));
        }
        Ok(found)
    }
}

/// How many returns of a monitoring's communities are in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatesOf(pub MonitoringId);

#[derive(FromQueryResult)]
struct StateRow {
    monitoring_id: MonitoringId,
    state: ReturnState,
    count: i64,
}

impl Loader<StatesOf> for Reader {
    type Value = Vec<(ReturnState, i64)>;
    type Error = Error;

    async fn load(&self, keys: &[StatesOf]) -> Result<HashMap<StatesOf, Self::Value>, Error> {
        use monitoring_return::Column;
        let rows = monitoring_return::Entity::find()
            .select_only()
            .columns([Column::MonitoringId, Column::State])
            .expr_as(Expr::col(Column::Id).count(), "count")
            .filter(one_of(self.db.read(), Column::MonitoringId, keys.iter().map(|key| key.0)))
            .filter(Column::CommunityId.is_not_null())
            .group_by(Column::MonitoringId)
            .group_by(Column::State)
            .into_model::<StateRow>()
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(StatesOf(row.monitoring_id)).or_default().push((row.state, row.count));
        }
        Ok(found)
    }
}
