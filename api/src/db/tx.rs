//! A writing transaction, and the journal that it writes as its last step.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{
    counter,
    ids::{CommunityId, RegionId, TypedId},
    journal,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{auth::policy::Permit, error::Error};

/// One change, for the journal.
#[derive(Clone, Debug)]
pub struct Change {
    subject_type: &'static str,
    subject_id: Uuid,
    region: Option<RegionId>,
    community: Option<CommunityId>,
    before: Option<Value>,
    after: Option<Value>,
    confidential: bool,
}

impl Change {
    /// Of this thing; only what changed need be told in `before` and `after`.
    pub fn of<T: TypedId>(subject: T, before: Option<Value>, after: Option<Value>) -> Self {
        Self {
            subject_type: T::PREFIX,
            subject_id: subject.uuid(),
            region: None,
            community: None,
            before,
            after,
            confidential: false,
        }
    }

    /// In the scope of this region and, where there is one, community: who may read the entry.
    #[must_use]
    pub fn within(mut self, region: RegionId, community: Option<CommunityId>) -> Self {
        self.region = Some(region);
        self.community = community;
        self
    }

    /// For the auditor's eyes only.
    #[must_use]
    pub fn confidential(self) -> Self {
        Self { confidential: true, ..self }
    }
}

/// A writing transaction. Dropped without [`Tx::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    permit: Permit,
    changes: Vec<Change>,
    committed: Arc<Notify>,
}

impl Tx {
    pub(super) fn new(inner: DatabaseTransaction, permit: Permit, committed: Arc<Notify>) -> Self {
        Self { inner, permit, changes: Vec::new(), committed }
    }

    /// For the statements of this transaction.
    #[must_use]
    pub fn db(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// The moment of the transaction: all that it writes bears the same time.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.permit.at()
    }

    /// Enters a change in the journal; it is written with the commit.
    pub fn record(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Takes the next number of a counter. Its row stays locked until the transaction ends, so this comes
    /// after everything that may wait for others.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&self, name: &str) -> Result<i64, Error> {
        self.take(name, 1).await
    }

    async fn take(&self, name: &str, how_many: i64) -> Result<i64, Error> {
        let rows = counter::Entity::update_many()
            .col_expr(counter::Column::Value, Expr::col(counter::Column::Value).add(how_many))
            .filter(counter::Column::Name.eq(name))
            .exec_with_returning(&self.inner)
            .await?;
        rows.first().map(|row| row.value).ok_or_else(|| Error::broken("a counter is missing"))
    }

    /// Writes the journal and commits. The journal comes last and takes its positions from a locked row, so
    /// their order is the order of the commits and nobody who follows it runs past an open transaction.
    ///
    /// # Errors
    /// The database's, or a fault of ours where nothing was recorded; then nothing was written.
    pub async fn commit(mut self) -> Result<(), Error> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            return Err(Error::broken("a change without its entry in the journal"));
        }
        let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let last = self.take(counter::JOURNAL, count).await?;
        let first = last - count + 1;
        let rows = changes.into_iter().zip(first..).map(|(change, seq)| journal::ActiveModel {
            seq: Set(seq),
            at: Set(self.permit.at()),
            account_id: Set(self.permit.account()),
            action: Set(self.permit.action().name().to_owned()),
            subject_type: Set(change.subject_type.to_owned()),
            subject_id: Set(change.subject_id),
            region_id: Set(change.region),
            community_id: Set(change.community),
            before: Set(change.before),
            after: Set(change.after),
            request_id: Set(self.permit.request().map(ToOwned::to_owned)),
            confidential: Set(change.confidential),
        });
        // 12 columns a row: chunks stay far below the fewest bind parameters of a backend.
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take(500).collect();
            journal::Entity::insert_many(chunk).exec_without_returning(&self.inner).await?;
        }
        self.inner.commit().await?;
        self.committed.notify_waiters();
        Ok(())
    }

    /// Commits what is nobody's change (a board, a signing key, the next refresh token of a session), without an
    /// entry in the journal and without waking its followers.
    ///
    /// # Errors
    /// The database's; then nothing was written.
    pub async fn commit_quietly(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }
}
