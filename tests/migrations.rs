//! The schema's steps, up and down, on both databases.

use std::collections::BTreeSet;

use api::{
    db::{Address, Db},
    registry::ranking::board::entries_of,
};
use entity::{ids::BoardId, ranking_board, ranking_leaf};
use migration::Migrator;
use sea_orm::{
    ConnectionTrait, Database as Connect, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait,
    Statement,
    sea_query::{Expr, Query},
};
use sea_orm_migration::MigratorTrait;

use crate::support::{backend::Database, program};

/// A line for every column, index and constraint, but those of the migrations' own table.
async fn dump(db: &DatabaseConnection) -> BTreeSet<String> {
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT type || ' ' || tbl_name || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master
             WHERE tbl_name <> 'seaql_migrations'"
        }
        _ => {
            "SELECT concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, column_default) AS line
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
             UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
             AND conrelid::regclass::text <> 'seaql_migrations'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()).collect()
}

async fn rows(db: &DatabaseConnection, query: &str) -> usize {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap().len()
}

async fn up_and_down(database: Database) {
    let db = Connect::connect(database.url()).await.unwrap();
    let first = dump(&db).await;
    for table in ["region", "practice", "journal", "ranking_board", "account"] {
        assert!(
            first.iter().any(|line| line.contains(&format!(" {table} "))),
            "{table} is not in {first:#?}"
        );
    }
    let steps = Migrator::migrations().len();
    assert_eq!(Migrator::get_pending_migrations(&db).await.unwrap().len(), 0);
    // One by one, so that every step is undone alone.
    for left in (0..steps).rev() {
        Migrator::down(&db, Some(1)).await.unwrap();
        assert_eq!(Migrator::get_pending_migrations(&db).await.unwrap().len(), steps - left);
    }
    assert_eq!(dump(&db).await, BTreeSet::new());
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(dump(&db).await, first);
    // The counters are there again, and nothing is twice.
    assert_eq!(rows(&db, "SELECT name FROM counter").await, 6);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(dump(&db).await, first);
}

#[tokio::test]
async fn up_down_and_up_again_leaves_the_same_schema_sqlite() {
    up_and_down(Database::sqlite().await).await;
}

#[tokio::test]
async fn up_down_and_up_again_leaves_the_same_schema_postgres() {
    if let Some(database) = Database::postgres().await {
        up_and_down(database).await;
    }
}

/// Several processes that start at once: all get on, and every step ran once.
async fn at_once(address: &Address) {
    let mut starts = Vec::new();
    for _ in 0..3 {
        starts.push(Db::connect(address, 2).await.unwrap());
    }
    let ends = futures::future::join_all(starts.iter().map(Db::migrate)).await;
    assert!(ends.iter().all(Result::is_ok), "{ends:#?}");
    for db in &starts {
        assert_eq!(db.pending_migrations().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_all_migrate_sqlite() {
    let database = Database::unmigrated();
    at_once(database.address()).await;
    let db = Connect::connect(database.url()).await.unwrap();
    assert_eq!(rows(&db, "SELECT version FROM seaql_migrations").await, Migrator::migrations().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_all_migrate_postgres() {
    let Some(database) = Database::postgres().await else { return };
    let db = Connect::connect(database.url()).await.unwrap();
    Migrator::reset(&db).await.unwrap();
    db.execute_unprepared("DROP TABLE IF EXISTS seaql_migrations").await.unwrap();
    at_once(database.address()).await;
    assert_eq!(rows(&db, "SELECT version FROM seaql_migrations").await, Migrator::migrations().len());
}

/// Before their lines were packed, boards kept them in JSON, and their digests are over that.
async fn frozen_lines(database: Database) {
    let db = Connect::connect(database.url()).await.unwrap();
    let packed = Migrator::migrations().iter().position(|step| step.name() == "m0025_packed_boards").unwrap();
    let steps = u32::try_from(Migrator::migrations().len() - packed).unwrap();
    Migrator::down(&db, Some(steps)).await.unwrap();
    let subject = "0190a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b";
    let lines = format!(
        "[{{\"subject\":\"{subject}\",\"rank\":1,\"score\":-2000000,\"parts\":[{{\"value\":1,\"weight\":2,\
         \"contribution\":3}}],\"ties\":[\"2015-09-01\",\"Учителя химии\"],\"previous\":null,\"above\":[7,8]}}]"
    );
    for (key, revision) in [("frozen", "1"), ("living", "NULL")] {
        let id = BoardId::generate();
        let board = Query::insert()
            .into_table("ranking_board")
            .columns(["id", "key", "method", "period", "generation", "revision"])
            .values_panic([
                id.into(),
                key.into(),
                "".into(),
                "year-2024".into(),
                1_i64.into(),
                Expr::cust(revision),
            ])
            .to_owned();
        db.execute(&board).await.unwrap();
        let leaf = Query::insert()
            .into_table("ranking_leaf")
            .columns(["board_id", "generation", "number", "total", "as_of", "parameters", "entries"])
            .values_panic([
                id.into(),
                1_i64.into(),
                0_i64.into(),
                1_i64.into(),
                chrono::Utc::now().into(),
                "{}".into(),
                lines.as_str().into(),
            ])
            .to_owned();
        db.execute(&leaf).await.unwrap();
        if revision == "1" {
            let frozen = Query::insert()
                .into_table("ranking_frozen")
                .columns(["board_id", "revision", "generation", "total", "digest"])
                .values_panic([id.into(), 1.into(), 1_i64.into(), 1_i64.into(), "".into()])
                .to_owned();
            db.execute(&frozen).await.unwrap();
        }
    }
    // Up, down again, and up: nothing is lost either way. A connection remembers a table as it was, so each step has its own.
    let connect = async || Connect::connect(database.url()).await.unwrap();
    for _ in 0..2 {
        Migrator::up(&connect().await, None).await.unwrap();
        let db = connect().await;
        let leaves = ranking_leaf::Entity::find().all(&db).await.unwrap();
        // What is living is made again.
        assert_eq!((leaves.len(), ranking_board::Entity::find().count(&db).await.unwrap()), (1, 1));
        let kept = serde_json::to_string(&entries_of(&leaves[0]).unwrap()).unwrap();
        assert_eq!(kept, lines);
        Migrator::down(&connect().await, Some(steps)).await.unwrap();
    }
}

#[tokio::test]
async fn the_lines_of_closed_years_are_the_same_when_they_are_packed_sqlite() {
    frozen_lines(Database::sqlite().await).await;
}

#[tokio::test]
async fn the_lines_of_closed_years_are_the_same_when_they_are_packed_postgres() {
    if let Some(database) = Database::postgres().await {
        frozen_lines(database).await;
    }
}

#[test]
fn a_server_that_may_not_migrate_refuses_an_old_schema() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let ended = program::run(&["serve", "--no-migrate", "--port", "0", "--data-dir", data]);
    let steps = Migrator::migrations().len();
    let expected = format!("the database lacks {steps} steps of the schema; run `registry migrate`");
    assert_eq!(ended.complaint(), expected);
    program::run(&["migrate", "--data-dir", data]).printed();
    let serving = program::Serving::start(&["serve", "--no-migrate", "--data-dir", data]);
    assert_eq!(serving.stop().code, Some(0));
}
