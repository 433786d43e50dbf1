//! Connections that wait between two reading statements beside their pool. A pool asks each connection that it is given
//! back whether it lives: a second way to the server for every statement.

use std::{
    fmt::{self, Debug, Formatter},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, QueryResult, RuntimeErr, Statement,
    sea_query::Values,
    sqlx::{self, AssertSqlSafe, Database, Executor, IntoArguments, Pool, pool::PoolConnection},
};
use sea_query_sqlx::SqlxValues;

use super::meter;

/// How long a connection is kept from its pool at most: then it is asked again whether it lives, and ends when it is old.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// A pool and the connections of it that are parked: half of them at most, so that transactions find some.
pub(super) struct Parked<DB: Database> {
    pool: Pool<DB>,
    spaces: Mutex<Spaces<DB>>,
}

struct Spaces<DB: Database> {
    /// How many connections may be parked; none once the pool is closed, which waits for all.
    most: usize,
    /// How many wait for a connection of the pool: then none is parked.
    waiting: usize,
    parked: Vec<Kept<DB>>,
}

/// A connection, and since when it has been kept from the pool.
type Kept<DB> = (Instant, PoolConnection<DB>);

impl<DB: Database> Parked<DB> {
    pub(super) fn of(pool: &Pool<DB>) -> Self {
        let most = usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(0);
        Self { pool: pool.clone(), spaces: Mutex::new(Spaces { most, waiting: 0, parked: Vec::new() }) }
    }

    /// The rows of a statement that only reads. Where it fails or is given up, its connection goes back to the pool, which
    /// ends what is broken.
    ///
    /// # Errors
    /// The database's; that no connection is to be had.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        SqlxValues: IntoArguments<DB>,
        QueryResult: From<DB::Row>,
    {
        let (since, mut connection) = match self.take() {
            Some(parked) => parked,
            None => {
                let connection = self.waiting(self.pool.acquire()).await.map_err(not_had)?;
                (Instant::now(), connection)
            }
        };
        meter::one();
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = sqlx::query_with::<DB, _>(AssertSqlSafe(statement.sql), values);
        let rows = query.fetch_all(&mut *connection).await.map_err(failed)?;
        self.park(since, connection);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// Waits for a connection of the pool, which gets the parked ones where it has none.
    pub(super) async fn waiting<T>(&self, connection: impl Future<Output = T>) -> T {
        let _until_then = self.wait();
        connection.await
    }

    fn wait(&self) -> Waiting<'_, DB> {
        let mut spaces = self.spaces();
        spaces.waiting += 1;
        let wanted = if self.pool.num_idle() == 0 { mem::take(&mut spaces.parked) } else { Vec::new() };
        drop(spaces);
        drop(wanted);
        Waiting(self)
    }

    /// Gives all back to the pool, now and from now on: before it is closed.
    pub(super) fn close(&self) {
        let mut spaces = self.spaces();
        spaces.most = 0;
        let parked = mem::take(&mut spaces.parked);
        drop(spaces);
        drop(parked);
    }

    fn take(&self) -> Option<Kept<DB>> {
        loop {
            let kept = self.spaces().parked.pop()?;
            if kept.0.elapsed() < KEPT_FOR {
                return Some(kept);
            }
            // Dropped, and so back to the pool.
        }
    }

    fn park(&self, since: Instant, connection: PoolConnection<DB>) {
        let mut spaces = self.spaces();
        if spaces.waiting == 0 && spaces.parked.len() < spaces.most {
            spaces.parked.push((since, connection));
        } else {
            drop(spaces);
            drop(connection);
        }
    }

    fn spaces(&self) -> MutexGuard<'_, Spaces<DB>> {
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That somebody waits for a connection of the pool.
struct Waiting<'a, DB: Database>(&'a Parked<DB>);

impl<DB: Database> Drop for Waiting<'_, DB> {
    fn drop(&mut self) {
        self.0.spaces().waiting -= 1;
    }
}

impl<DB: Database> Drop for Parked<DB> {
    fn drop(&mut self) {
        // A pool takes back in a task of its own, for which there may be no runtime any more.
        for (_, connection) in mem::take(&mut self.spaces().parked) {
            drop(connection.detach());
        }
    }
}

impl<DB: Database> Debug for Parked<DB> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parked").field("pool", &self.pool).finish_non_exhaustive()
    }
}

fn not_had(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
