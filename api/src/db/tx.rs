//! A writing transaction, and the journal that it writes as its last step.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{
    counter,
    ids::{AccountId, CommunityId, RegionId, TypedId},
    journal,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, IdenStatic, IntoActiveModel,
    Iterable, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;

use super::Db;
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
    /// Whether anything was entered in the journal.
    recorded: bool,
    committed: Arc<Notify>,
    touch: Touch,
}

/// Says that the data may have changed, when it goes: with the end of the transaction, whichever way it ended, also where
/// nobody waited for it.
#[derive(Debug)]
struct Touch(Db);

impl Drop for Touch {
    fn drop(&mut self) {
        self.0.touch();
    }
}

/// Bind parameters of one statement at most: every database takes some more.
pub(crate) const BINDS: usize = 30_000;

/// Inserts rows of one table, as many in a statement as it has room for.
///
/// # Errors
/// The database's.
pub(crate) async fn insert_all<E>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), Error>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let at_once = (BINDS / E::Column::iter().count().max(1)).max(1);
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(at_once).collect();
        E::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}

impl Tx {
    pub(super) fn new(inner: DatabaseTransaction, permit: Permit, db: &Db) -> Self {
        let committed = db.committed();
        Self { inner, permit, changes: Vec::new(), recorded: false, committed, touch: Touch(db.clone()) }
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

    /// In whose name it writes; none is the registry itself.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.permit.account()
    }

    /// Inserts rows of one table, as many in a statement as it has room for.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_all<E>(&self, rows: Vec<E::Model>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        insert_all::<E>(&self.inner, rows).await
    }

    /// Inserts rows of one table, and gives those whose `key` is there already all that they hold in the other
    /// columns; as many in a statement as it has room for.
    ///
    /// # Errors
    /// The database's.
    pub async fn upsert_all<E>(&self, rows: Vec<E::Model>, key: E::Column) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
        E::Column: Copy,
    {
        let at_once = (BINDS / E::Column::iter().count().max(1)).max(1);
        let others: Vec<_> = E::Column::iter().filter(|column| column.as_str() != key.as_str()).collect();
        let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take(at_once).collect();
            let conflict = OnConflict::column(key).update_columns(others.iter().copied()).to_owned();
            E::insert_many(chunk).on_conflict(conflict).exec_without_returning(&self.inner).await?;
        }
        Ok(())
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
        self.write_journal().await?;
        if !self.recorded {
            return Err(Error::broken("a change without its entry in the journal"));
        }
        let Self { inner, committed, touch, .. } = self;
        inner.commit().await?;
        drop(touch);
        committed.notify_waiters();
        Ok(())
    }

    /// Enters in the journal what was recorded so far, ahead of the commit, for who must keep the position in the
    /// same transaction; gives the position of the last entry there is. From here on others wait for the
    /// journal, so the commit must follow soon.
    ///
    /// # Errors
    /// The database's.
    pub async fn write_journal(&mut self) -> Result<i64, Error> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            let found = counter::Entity::find_by_id(counter::JOURNAL).one(&self.inner).await?;
            return found.map(|row| row.value).ok_or_else(|| Error::broken("a counter is missing"));
        }
        self.recorded = true;
        let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let last = self.take(counter::JOURNAL, count).await?;
        let first = last - count + 1;
        let rows: Vec<_> = changes
            .into_iter()
            .zip(first..)
            .map(|(change, seq)| journal::Model {
                seq,
                at: self.permit.at(),
                account_id: self.permit.account(),
                action: self.permit.action().name().to_owned(),
                subject_type: change.subject_type.to_owned(),
                subject_id: change.subject_id,
                region_id: change.region,
                community_id: change.community,
                before: change.before,
                after: change.after,
                request_id: self.permit.request().map(ToOwned::to_owned),
                confidential: change.confidential,
            })
            .collect();
        self.insert_all::<journal::Entity>(rows).await?;
        Ok(last)
    }

    /// Commits what may have changed nothing, as a batch of rows that were all known: with the journal where something
    /// was recorded, quietly where nothing was.
    ///
    /// # Errors
    /// The database's; then nothing was written.
    pub async fn commit_recorded(self) -> Result<(), Error> {
        if self.recorded || !self.changes.is_empty() {
            self.commit().await
        } else {
            self.commit_quietly().await
        }
    }

    /// Commits what is nobody's change (a board, a signing key, the next refresh token of a session), without an
    /// entry in the journal and without waking its followers.
    ///
    /// # Errors
    /// The database's; then nothing was written.
    pub async fn commit_quietly(self) -> Result<(), Error> {
        let Self { inner, touch, .. } = self;
        let done = inner.commit().await;
        drop(touch);
        Ok(done?)
    }
}
