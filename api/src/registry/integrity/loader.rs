//! Batch loads of checks and findings.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{CheckId, FindingId},
    integrity_check, integrity_evidence, integrity_finding,
};
use sea_orm::{EntityTrait, QueryFilter};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_first_pages! {
    /// The first ratings that a finding concerns, the earliest first.
    FirstEvidenceOf(FindingId): integrity_evidence where |_reader| integrity_evidence::Entity::find(),
    of FindingId by |row| Some(row.finding_id),
    order [Column::Position], descending false;
}

impl Loader<FindingId> for Reader {
    type Value = integrity_finding::Model;
    type Error = Error;

    /// Only for those who may see findings.
    async fn load(&self, ids: &[FindingId]) -> Result<HashMap<FindingId, integrity_finding::Model>, Error> {
        let rows = integrity_finding::Entity::visible(self.integrity)
            .filter(one_of(self.db.read(), integrity_finding::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<CheckId> for Reader {
    type Value = integrity_check::Model;
    type Error = Error;

    /// Only for those who may see findings.
    async fn load(&self, ids: &[CheckId]) -> Result<HashMap<CheckId, integrity_check::Model>, Error> {
        if !self.integrity {
            return Ok(HashMap::new());
        }
        let rows = integrity_check::Entity::find()
            .filter(one_of(self.db.read(), integrity_check::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
