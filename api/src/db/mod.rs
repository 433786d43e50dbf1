//! The database: one way to read it, one way to change it.
//!
//! Reading goes through [`Db::read`]. Changing goes through [`Db::begin`], which asks for a [`Permit`]: who
//! has not been let through by the policy cannot open a writing transaction. What it changes is entered in
//! the journal as the transaction's last step (see [`Tx::commit`]).

mod dialect;
pub mod keyset;
pub mod meter;
mod reader;
mod tx;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, StreamTrait};
use sea_orm_migration::MigratorTrait;
use tokio::sync::Notify;

pub use dialect::{Address, among, one_of, rows_with};
pub use reader::Reader;
pub(crate) use tx::{BINDS, insert_all};
pub use tx::{Change, Tx};

use self::dialect::Pooled;
use crate::{
    auth::policy::Permit,
    error::{Code, Error},
};

/// The registry's database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    reader: Pooled,
    writer: Pooled,
    /// What threads that serve requests read and write through.
    shares: Arc<[Pooled]>,
    /// For what takes long: who holds a transaction of a share must not wait for another connection of it.
    snapshots: Pooled,
    /// Woken after every commit, so that followers of the journal need not wait for their next look.
    committed: Arc<Notify>,
    /// Grows with every transaction of this process that may have changed something.
    state: Arc<AtomicU64>,
}

impl Db {
    /// Connects; makes the embedded database's file and folder when they are not there.
    ///
    /// # Errors
    /// One line that names the address, without its password.
    pub async fn connect(address: &Address, connections: u32) -> Result<Self, String> {
        let dialect::Connections { reader, writer, shares } = dialect::connect(address, connections)
            .await
            .map_err(|e| format!("cannot reach the database {}: {}", address.shown(), one_line(&e)))?;
        Ok(Self {
            snapshots: reader.clone(),
            reader,
            writer,
            shares: shares.into(),
            committed: Arc::new(Notify::new()),
            state: Arc::default(),
        })
    }

    /// The same database for the thread of this number that serves requests, over connections that it opens itself where
    /// the database has such: a connection is driven by the thread that opened it, and one of another thread's would wake
    /// both for every statement.
    #[must_use]
    pub fn of_thread(&self, number: usize) -> Self {
        match self.shares.get(number.checked_rem(self.shares.len()).unwrap_or(0)) {
            Some(share) => Self { reader: share.clone(), writer: share.clone(), ..self.clone() },
            None => self.clone(),
        }
    }

    /// The embedded database in this folder.
    #[must_use]
    pub fn embedded(folder: &Path) -> Address {
        Address::File(folder.join("registry.db"))
    }

    /// For reading. Everything read outside a transaction is committed data.
    #[must_use]
    pub fn read(&self) -> &(impl ConnectionTrait + StreamTrait + use<>) {
        &self.reader
    }

    /// For reading a lot that must fit together: all of it as it was committed at the first look. Not of a thread's own
    /// connections.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UNAVAILABLE` when no connection is to be had.
    pub async fn snapshot(&self) -> Result<impl ConnectionTrait + StreamTrait + use<>, Error> {
        Ok(dialect::snapshot(&self.snapshots).await?)
    }

    /// Opens a writing transaction for what the permit allows. Dropped without a commit it leaves nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UNAVAILABLE` when no connection is to be had.
    pub async fn begin(&self, permit: Permit) -> Result<Tx, Error> {
        Ok(Tx::new(dialect::begin(&self.writer).await?, permit, self))
    }

    /// Opens a transaction that loads whole tables into a database in which nobody works yet. Nothing of it is entered in
    /// the journal. Dropped without a commit it leaves nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UNAVAILABLE` when no connection is to be had.
    pub async fn bulk(&self, _permit: Permit) -> Result<Bulk, Error> {
        Ok(Bulk(dialect::Bulk::begin(&self.writer).await?))
    }

    /// Lets the database look at what it holds, so that it finds good ways to it: after a load of whole tables.
    ///
    /// # Errors
    /// The database's.
    pub async fn analyze(&self) -> Result<(), Error> {
        self.writer.execute_unprepared("ANALYZE").await?;
        Ok(())
    }

    /// Which state the data are in: another number after anything that this process has changed. What other processes change
    /// it does not tell.
    #[must_use]
    pub fn state(&self) -> u64 {
        self.state.load(Ordering::Acquire)
    }

    /// Says that the data may have changed by another way than a transaction of this.
    pub fn touch(&self) {
        self.state.fetch_add(1, Ordering::AcqRel);
    }

    /// Woken after every commit of this process.
    #[must_use]
    pub fn committed(&self) -> Arc<Notify> {
        Arc::clone(&self.committed)
    }

    /// Runs the schema's steps that have not been run.
    ///
    /// # Errors
    /// The database's own error: a step failed and was undone.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        dialect::migrate(&self.writer).await
    }

    /// How many steps of the schema have not been run.
    ///
    /// # Errors
    /// The database's own error.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        Ok(migration::Migrator::get_pending_migrations_read_only(&self.writer).await?.len())
    }

    /// Closes all connections, letting running statements end.
    pub async fn close(&self) {
        for pool in [&self.snapshots, &self.reader, &self.writer].into_iter().chain(&*self.shares) {
            if let Err(error) = pool.close().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }
}

/// A transaction that loads whole tables.
#[derive(Debug)]
pub struct Bulk(dialect::Bulk);

impl Bulk {
    /// Loads rows of one table.
    ///
    /// # Errors
    /// The database's.
    pub async fn load<E>(&mut self, rows: Vec<E::Model>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        self.0.load::<E>(rows).await
    }

    /// Commits all of it.
    ///
    /// # Errors
    /// The database's; then nothing was loaded.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.0.commit().await?)
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        // The pool has no connection to give, or one broke: the database is down, overloaded or restarted.
        let is_away =
            matches!(cause, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || dialect::has_gone(&cause);
        match cause {
            cause if is_away => {
                tracing::error!(error = %cause, "no database connection");
                Self::Refused(Code::Unavailable, "The database is not available at the moment.".into())
            }
            other if dialect::refused_value(&other) => {
                Self::bad_input("A value is outside of what can be stored.")
            }
            other => Self::internal(other),
        }
    }
}

fn one_line(error: &DbErr) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
