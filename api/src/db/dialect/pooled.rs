//! A pool of connections, as all of the registry reads through it.

use std::{pin::Pin, sync::Arc};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, QueryStream, Statement,
    sqlx,
};
use sea_orm_migration::async_trait::async_trait;

use super::parked::Parked;
use crate::db::meter;

/// A pool; what reads all rows of a statement at once does so over [parked](Parked) connections of it. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::db) struct Pooled {
    pub(super) pool: DatabaseConnection,
    parked: AnyParked,
}

#[derive(Clone, Debug)]
enum AnyParked {
    Server(Arc<Parked<sqlx::Postgres>>),
    File(Arc<Parked<sqlx::Sqlite>>),
}

impl Pooled {
    pub(super) fn of(mut pool: DatabaseConnection) -> Self {
        pool.set_metric_callback(meter::count);
        let parked = match pool.get_database_backend() {
            DbBackend::Postgres => AnyParked::Server(Parked::of(pool.get_postgres_connection_pool())),
            _ => AnyParked::File(Parked::of(pool.get_sqlite_connection_pool())),
        };
        Self { pool, parked }
    }

    /// Waits for a connection of the pool.
    pub(super) async fn waiting<T>(&self, connection: impl Future<Output = T>) -> T {
        match &self.parked {
            AnyParked::Server(parked) => parked.waiting(connection).await,
            AnyParked::File(parked) => parked.waiting(connection).await,
        }
    }

    /// Closes all connections, letting running statements end.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::db) async fn close(&self) -> Result<(), DbErr> {
        match &self.parked {
            AnyParked::Server(parked) => parked.close(),
            AnyParked::File(parked) => parked.close(),
        }
        self.pool.close_by_ref().await
    }
}

#[async_trait]
impl ConnectionTrait for Pooled {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.waiting(self.pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.waiting(self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        // Who wants one row limits the statement to it, so that there is no more to be read.
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.parked {
            AnyParked::Server(parked) => parked.rows(statement).await,
            AnyParked::File(parked) => parked.rows(statement).await,
        }
    }
}

impl sea_orm::StreamTrait for Pooled {
    type Stream<'a> = QueryStream;

    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<QueryStream, DbErr>> + Send + 'a>> {
        Box::pin(self.waiting(sea_orm::StreamTrait::stream_raw(&self.pool, statement)))
    }
}
