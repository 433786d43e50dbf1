//! The only part that may name a database backend: how each is reached, opened and locked.

mod parked;
mod pooled;

use std::{num::NonZero, path::PathBuf, thread::available_parallelism, time::Duration};

use sea_orm::{
    AccessMode, ActiveModelTrait, ColumnTrait, ConnectOptions, ConnectionTrait, Database,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IdenStatic, IntoActiveModel,
    IsolationLevel, Iterable, JoinType, QueryFilter, QuerySelect, QueryTrait, RuntimeErr, Select,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, Value,
    sea_query::{
        Asterisk, Expr, ExprTrait, Func, FunctionCall, Query, ValueType, extension::postgres::PgFunc,
    },
    sqlx::{
        self, Connection, PgConnection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use sea_orm_migration::MigratorTrait;

pub(super) use self::pooled::Pooled;
use super::insert_all;
use crate::error::Error;

/// How much of the embedded database a connection keeps at hand, in KiB where negative, as SQLite writes it. The
/// writer's holds what a thousand registrations touch in the indexes of a large region, so that each page is written
/// once a transaction; the readers' is SQLite's own measure.
const WRITER_CACHE: &str = "-16000";
const READER_CACHE: &str = "-2000";

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An embedded database: a file, made when it is not there.
    File(PathBuf),
    /// A server.
    Server(String),
}

impl Address {
    /// From `sqlite://PATH` or the URL of a server.
    #[must_use]
    pub fn parse(url: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => Self::File(path.split('?').next().unwrap_or(path).into()),
            None => Self::Server(url.to_owned()),
        }
    }

    /// The address as it may be shown: without a password.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(url) => match (url.split_once("://"), url.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, host))) => {
                    format!("{scheme}://…@{}", host.split('?').next().unwrap_or(host))
                }
                _ => url.split('?').next().unwrap_or(url).to_owned(),
            },
        }
    }
}

/// The ways to a database.
pub(super) struct Connections {
    /// For reading.
    pub(super) reader: Pooled,
    /// For changing; of a server, the same.
    pub(super) writer: Pooled,
    /// For both, for threads that serve requests: each is used by one of them, or by some where there are many. They
    /// connect when they are first used. None for a file, whose connections are threads of their own.
    pub(super) shares: Vec<Pooled>,
}

/// How many connections a share has at least, where there are so many: when one is used up, others do not help.
const SHARE: u32 = 8;

/// Opens the ways to a database.
pub(super) async fn connect(address: &Address, connections: u32) -> Result<Connections, DbErr> {
    match address {
        Address::File(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder).map_err(|e| DbErr::Custom(format!("cannot make the folder: {e}")))?;
            }
            // One writer that others queue for, instead of many that find the file locked. It comes first,
            // because it makes the file.
            let writer = Database::connect(file_options(path, 1, WRITER_CACHE)).await?;
            let reader = Database::connect(file_options(path, connections, READER_CACHE)).await?;
            let (reader, writer) = (Pooled::of(reader), Pooled::of(writer));
            Ok(Connections { reader, writer, shares: Vec::new() })
        }
        Address::Server(url) => {
            // A pool tries again until its time is up, and then knows only that; one connection knows why.
            let first = PgConnection::connect(url);
            match tokio::time::timeout(Duration::from_secs(5), first).await {
                Ok(Ok(first)) => first.close().await.map_err(sqlx_error)?,
                Ok(Err(error)) => return Err(sqlx_error(error)),
                Err(_) => return Err(DbErr::Custom("no answer within 5 seconds".into())),
            }
            let all = Pooled::of(Database::connect(server_options(url, connections)).await?);
            let threads = available_parallelism().map_or(1, NonZero::get).try_into().unwrap_or(u32::MAX);
            let count = Ord::clamp(connections / SHARE, 1, threads);
            let mut shares = Vec::new();
            for _ in 0..count {
                let mut options = server_options(url, connections / count);
                options.connect_lazy(true);
                shares.push(Pooled::of(Database::connect(options).await?));
            }
            Ok(Connections { reader: all.clone(), writer: all, shares })
        }
    }
}

fn server_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // To ask before every statement whether the server is still there would double the ways to it.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .set_application_name("registry")
        .sqlx_logging(false);
    options
}

/// Makes the folder, for its owner alone: the database holds personal data and the signing key. One that is
/// there already keeps its rights.
fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn sqlx_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn file_options(path: &std::path::Path, connections: u32, cache: &'static str) -> ConnectOptions {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite://");
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A file does not hang up.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power cut, too.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .pragma("cache_size", cache)
                // In pages: large batches touch the same ones again and again, which are copied back together.
                .pragma("wal_autocheckpoint", "4000")
                .busy_timeout(Duration::from_secs(10))
        });
    options
}

/// Begins a writing transaction: on SQLite it takes the write lock at once, so that it can neither deadlock
/// nor fail half-way for having read first.
pub(super) async fn begin(writer: &Pooled) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    writer.waiting(writer.pool.begin_with_options(options)).await
}

/// A transaction for loading whole tables, by the fastest way that a database has: on a server `COPY`, in a file inserts of
/// many rows.
#[derive(Debug)]
pub(super) enum Bulk {
    Server(sqlx::Transaction<'static, sqlx::Postgres>),
    File(DatabaseTransaction),
}

impl Bulk {
    pub(super) async fn begin(writer: &Pooled) -> Result<Self, DbErr> {
        Ok(match writer.get_database_backend() {
            DbBackend::Postgres => {
                let begun = writer.pool.get_postgres_connection_pool().begin();
                Self::Server(writer.waiting(begun).await.map_err(sqlx_error)?)
            }
            _ => Self::File(begin(writer).await?),
        })
    }

    pub(super) async fn load<E>(&mut self, rows: Vec<E::Model>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        match self {
            Self::File(tx) => insert_all::<E>(tx, rows).await,
            Self::Server(tx) => {
                let table = E::default();
                let columns: Vec<_> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
                let mut text = String::new();
                for row in rows {
                    let mut row = row.into_active_model();
                    for (place, column) in E::Column::iter().enumerate() {
                        if place > 0 {
                            text.push('\t');
                        }
                        copied(&mut text, row.take(column).into_value())?;
                    }
                    text.push('\n');
                }
                let names = columns.join("\", \"");
                let statement = format!("COPY \"{}\" (\"{names}\") FROM STDIN", table.table_name());
                let mut copy = tx.copy_in_raw(&statement).await.map_err(sqlx_error)?;
                copy.send(text.into_bytes()).await.map_err(sqlx_error)?;
                copy.finish().await.map_err(sqlx_error)?;
                Ok(())
            }
        }
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Server(tx) => tx.commit().await.map_err(sqlx_error),
            Self::File(tx) => tx.commit().await,
        }
    }
}

/// A value in the text form of `COPY`.
fn copied(into: &mut String, value: Option<Value>) -> Result<(), Error> {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match value {
        Some(Value::Bool(Some(it))) => write!(into, "{it}"),
        Some(Value::Int(Some(it))) => write!(into, "{it}"),
        Some(Value::BigInt(Some(it))) => write!(into, "{it}"),
        Some(Value::Uuid(Some(it))) => write!(into, "{it}"),
        Some(Value::ChronoDate(Some(it))) => write!(into, "{it}"),
        Some(Value::ChronoDateTimeUtc(Some(it))) => write!(into, "{}", it.to_rfc3339()),
        Some(Value::Bytes(Some(it))) => {
            into.push_str("\\\\x");
            it.iter().try_for_each(|byte| write!(into, "{byte:02x}"))
        }
        Some(Value::String(Some(it))) => {
            for letter in it.chars() {
                match letter {
                    '\\' => into.push_str("\\\\"),
                    '\t' => into.push_str("\\t"),
                    '\n' => into.push_str("\\n"),
                    '\r' => into.push_str("\\r"),
                    letter => into.push(letter),
                }
            }
            Ok(())
        }
        Some(value) if value != value.as_null() => {
            return Err(Error::broken("a value of a kind that is not loaded in bulk"));
        }
        _ => write!(into, "\\N"),
    };
    Ok(())
}

/// Begins a transaction that only reads, and sees all the time what was committed when it read first.
pub(super) async fn snapshot(reader: &Pooled) -> Result<DatabaseTransaction, DbErr> {
    let options = match reader.get_database_backend() {
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
        // Every transaction reads so.
        _ => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            ..TransactionOptions::default()
        },
    };
    reader.waiting(reader.pool.begin_with_options(options)).await
}

/// Runs the pending steps of the schema, all or none. Of several processes that start at once one runs them,
/// the others wait and find nothing to do.
pub(super) async fn migrate(writer: &Pooled) -> Result<(), DbErr> {
    let tx = begin(writer).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Any number that no other program locks in this database.
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(5067193204)").await?;
    }
    migration::Migrator::up(&tx, None).await?;
    tx.commit().await
}

/// The rows of a selection whose `column` holds one of many values: by the column's index, one look a value, on every
/// database. A server is given no choice, since a table that grew a moment ago has no statistics that would lead it to
/// the index; it would go through all rows for each of the values.
///
/// # Errors
/// The database's.
pub async fn rows_with<E, V, M>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    column: E::Column,
    values: impl IntoIterator<Item = V>,
) -> Result<Vec<M>, DbErr>
where
    E: EntityTrait,
    M: FromQueryResult,
    V: Into<Value> + ValueType,
{
    match db.get_database_backend() {
        DbBackend::Postgres => {
            // The limit binds nothing, but keeps the look-up a look-up.
            let look = rows
                .filter(Expr::col(column.as_column_ref()).equals(WANTED))
                .limit(u64::from(u32::MAX))
                .into_query();
            let found = Query::select()
                .column(("found", Asterisk))
                .from_function(each(values), WANTED.0)
                .join_lateral(JoinType::InnerJoin, look, "found", Expr::value(true))
                .to_owned();
            M::find_by_statement(db.get_database_backend().build(&found)).all(db).await
        }
        _ => rows.filter(column.is_in(values)).into_model().all(db).await,
    }
}

/// That a column holds one of many values, where other conditions lead to the rows. A server gets them as one array, too,
/// and looks each row up in it.
pub fn among<C, V>(db: &impl ConnectionTrait, column: C, values: impl IntoIterator<Item = V>) -> Expr
where
    C: ColumnTrait,
    V: Into<Value> + ValueType,
{
    match db.get_database_backend() {
        DbBackend::Postgres => column.in_subquery(Query::select().expr(each(values)).to_owned()),
        _ => column.is_in(values),
    }
}

/// That a column holds one of a few values, as many as a page names, and that leads to the rows. A server gets them as one
/// array, so that the statement stays the same and is prepared once, however many they are; a single one as itself, since
/// only then an index gives the rows in its order, too.
pub fn one_of<C, V>(db: &impl ConnectionTrait, column: C, values: impl IntoIterator<Item = V>) -> Expr
where
    C: ColumnTrait,
    V: Into<Value> + ValueType,
{
    let values: Vec<V> = values.into_iter().collect();
    match db.get_database_backend() {
        DbBackend::Postgres if values.len() != 1 => {
            Expr::col(column.as_column_ref()).eq(PgFunc::any(array(values)))
        }
        _ => column.is_in(values),
    }
}

/// What the values are called as rows of a server's query, and as their one column.
const WANTED: (&str, &str) = ("wanted", "wanted");

/// The values as rows of a server's query.
fn each<V: Into<Value> + ValueType>(values: impl IntoIterator<Item = V>) -> FunctionCall {
    Func::cust("unnest").arg(array(values))
}

/// The values as one of a server's.
fn array<V: Into<Value> + ValueType>(values: impl IntoIterator<Item = V>) -> Expr {
    let values: Vec<Value> = values.into_iter().map(Into::into).collect();
    Expr::val(Value::Array(V::array_type(), Some(Box::new(values))))
}

/// Whether the database refused a value that it cannot hold (Postgres: U+0000 in a text, a year far from ours in
/// a forged cursor). It can only have come from a caller.
pub(super) fn refused_value(error: &DbErr) -> bool {
    // SQLSTATE 22021: character not in repertoire; 22008: datetime field overflow.
    has_code(error, &["22021", "22008"])
}

/// Whether the server went away while it was asked: it was stopped, or the way to it broke.
pub(super) fn has_gone(error: &DbErr) -> bool {
    // SQLSTATE 57P01 to 57P03: the server shuts down, has crashed, starts.
    matches!(cause(error), Some(sqlx::Error::Io(_))) || has_code(error, &["57P01", "57P02", "57P03"])
}

fn has_code(error: &DbErr, codes: &[&str]) -> bool {
    let code = cause(error).and_then(sqlx::Error::as_database_error).and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&&*code))
}

fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbErr, RuntimeErr, sqlx};

    use super::{Address, has_gone};

    #[test]
    fn a_server_that_hung_up_has_gone_and_a_wrong_answer_is_none() {
        let of = |cause: sqlx::Error| DbErr::Query(RuntimeErr::SqlxError(cause.into()));
        let hung_up = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(has_gone(&of(sqlx::Error::Io(hung_up))));
        assert!(!has_gone(&of(sqlx::Error::RowNotFound)));
        assert!(!has_gone(&DbErr::RecordNotFound(String::new())));
    }

    #[test]
    fn a_shown_address_has_no_password() {
        let address =
            Address::parse("postgres://app:s3cr@t@db.example:5432/registry?sslmode=require&password=x");
        assert_eq!(address.shown(), "postgres://…@db.example:5432/registry");
        assert_eq!(Address::parse("sqlite://./data/x.db").shown(), "./data/x.db");
    }
}
