//! Connections that wait between two reading statements beside their pool. A pool asks each connection that it is given
//! back whether it lives: a second way to the server for every statement.

use std::{
    collections::VecDeque,
    fmt::{self, Debug, Formatter},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, QueryResult, RuntimeErr, Statement,
    sea_query::Values,
    sqlx::{self, AssertSqlSafe, Database, Executor, IntoArguments, Pool, pool::PoolConnection},
};
use sea_query_sqlx::SqlxValues;

use crate::db::meter;

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
    /// The oldest first.
    parked: VecDeque<Kept<DB>>,
    /// Whether a task gives back what is parked for too long.
    is_watched: bool,
}

/// A connection, and since when it has been kept from the pool.
type Kept<DB> = (Instant, PoolConnection<DB>);

impl<DB: Database> Parked<DB> {
    pub(super) fn of(pool: &Pool<DB>) -> Arc<Self> {
        let most = usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(0);
        let spaces = Spaces { most, waiting: 0, parked: VecDeque::new(), is_watched: false };
        Arc::new(Self { pool: pool.clone(), spaces: Mutex::new(spaces) })
    }

    /// The rows of a statement that only reads. Where it fails or is given up, its connection goes back to the pool, which
    /// ends what is broken.
    ///
    /// # Errors
    /// The database's; that no connection is to be had.
    pub(super) async fn rows(self: &Arc<Self>, statement: Statement) -> Result<Vec<QueryResult>, DbErr>
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

    /// Waits for a connection of the pool, which gets parked ones where it has too few for all who wait.
    pub(super) async fn waiting<T>(&self, connection: impl Future<Output = T>) -> T {
        let _until_then = self.wait();
        connection.await
    }

    fn wait(&self) -> Waiting<'_, DB> {
        let mut spaces = self.spaces();
        spaces.waiting += 1;
        // The pool counts what it is just being given as fewer than none.
        let idle = Some(self.pool.num_idle()).filter(|idle| *idle <= i32::MAX as usize).unwrap_or(0);
        let wanted = spaces.waiting.saturating_sub(idle).min(spaces.parked.len());
        let wanted: Vec<_> = spaces.parked.drain(..wanted).collect();
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
        let kept = self.spaces().parked.pop_back()?;
        // Else dropped, and so back to the pool.
        (kept.0.elapsed() < KEPT_FOR).then_some(kept)
    }

    fn park(self: &Arc<Self>, since: Instant, connection: PoolConnection<DB>) {
        let mut spaces = self.spaces();
        if spaces.waiting > 0 || spaces.parked.len() >= spaces.most || since.elapsed() >= KEPT_FOR {
            drop(spaces);
            drop(connection);
            return;
        }
        spaces.parked.push_back((since, connection));
        if !mem::replace(&mut spaces.is_watched, true) {
            tokio::spawn(Self::watch(Arc::downgrade(self)));
        }
    }

    /// Gives back what has been parked for too long, as long as there is any: it would be neither asked whether it lives nor
    /// ended.
    async fn watch(them: Weak<Self>) {
        loop {
            tokio::time::sleep(KEPT_FOR).await;
            let Some(them) = them.upgrade() else { return };
            let mut spaces = them.spaces();
            let (old, kept) =
                mem::take(&mut spaces.parked).into_iter().partition(|kept| kept.0.elapsed() >= KEPT_FOR);
            spaces.parked = kept;
            spaces.is_watched = !spaces.parked.is_empty();
            let goes_on = spaces.is_watched;
            drop(spaces);
            drop::<VecDeque<_>>(old);
            if !goes_on {
                return;
            }
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
        let parked = mem::take(&mut self.spaces().parked);
        for (_, connection) in parked {
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

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use sea_orm::DbBackend;
    use sqlx::{Sqlite, sqlite::SqlitePoolOptions};

    use super::*;

    fn four() -> Arc<Parked<Sqlite>> {
        let options = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
        Parked::of(&options.connect_lazy("sqlite::memory:").unwrap())
    }

    fn statement(text: &str) -> Statement {
        Statement::from_string(DbBackend::Sqlite, text)
    }

    fn count(them: &Parked<Sqlite>) -> usize {
        them.spaces().parked.len()
    }

    #[tokio::test]
    async fn what_has_read_all_its_rows_is_parked_and_used_again() {
        let them = four();
        for _ in 0..3 {
            assert_eq!(them.rows(statement("SELECT 1 UNION ALL SELECT 2")).await.unwrap().len(), 2);
            assert_eq!((count(&them), them.pool.size()), (1, 1));
        }
    }

    #[tokio::test]
    async fn what_failed_or_was_given_up_is_not_parked() {
        let them = four();
        assert!(them.rows(statement("SELECT nothing")).await.is_err());
        assert_eq!(count(&them), 0);
        them.rows(statement("SELECT 1")).await.unwrap();
        assert_eq!(count(&them), 1);
        // Begun, and then dropped.
        let long = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT MAX(i) FROM n";
        let given_up = tokio::time::timeout(Duration::from_millis(1), them.rows(statement(long))).await;
        assert!(given_up.is_err());
        assert_eq!(count(&them), 0);
    }

    /// Four that are connected, all of which were to be parked.
    async fn four_with_two_parked() -> Arc<Parked<Sqlite>> {
        let them = four();
        let all = join_all((0..4).map(|_| them.pool.acquire())).await;
        all.into_iter().for_each(|one| them.park(Instant::now(), one.unwrap()));
        idle(&them, 2).await;
        assert_eq!((count(&them), them.pool.size()), (2, 4));
        them
    }

    /// Until so many have come back to the pool.
    async fn idle(them: &Parked<Sqlite>, wanted: usize) {
        while them.pool.num_idle() != wanted {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn half_of_them_are_parked_at_most() {
        four_with_two_parked().await;
    }

    #[tokio::test]
    async fn each_who_waits_gets_one_that_is_idle_or_parked() {
        let them = four_with_two_parked().await;
        let held = them.pool.acquire().await.unwrap();
        // One is held, one idle, two are parked: for the first the idle one will do.
        let first = them.wait();
        assert_eq!(count(&them), 2);
        let second = them.wait();
        assert_eq!(count(&them), 1);
        // Nobody parks while they wait.
        them.rows(statement("SELECT 1")).await.unwrap();
        assert_eq!(count(&them), 0);
        drop((first, second, held));
        them.rows(statement("SELECT 1")).await.unwrap();
        assert_eq!(count(&them), 1);
    }

    #[tokio::test]
    async fn what_nobody_uses_goes_back_to_the_pool() {
        let them = four();
        them.rows(statement("SELECT 1")).await.unwrap();
        assert_eq!((count(&them), them.pool.num_idle()), (1, 0));
        tokio::time::timeout(KEPT_FOR * 5, idle(&them, 1)).await.unwrap();
        assert_eq!(count(&them), 0);
        assert!(!them.spaces().is_watched);
    }
}
