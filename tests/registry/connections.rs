//! Connections to the database that wait between two reading statements.

use std::time::Duration;

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use tokio::time::timeout;

use crate::support::app::TestApp;

const SOON: Duration = Duration::from_secs(3);

/// What a statement's one row holds under `answer`.
async fn answer(db: &impl ConnectionTrait, statement: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), statement);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "answer").unwrap()
}

/// Reads so much at once that each connection is used.
async fn read_much(db: &impl ConnectionTrait) {
    let all = join_all((0..64).map(|_| answer(db, "SELECT CAST(3 AS bigint) AS answer"))).await;
    assert_eq!(all, [3; 64]);
}

on_both! {
    async fn a_statement_that_is_given_up_answers_no_other(app: TestApp) {
        let db = app.database().connect(2).await;
        // Half a second or more.
        let long = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)
            SELECT CAST(COUNT(*) AS bigint) AS answer FROM n";
        for _ in 0..3 {
            read_much(db.read()).await;
            assert!(timeout(Duration::from_millis(20), answer(db.read(), long)).await.is_err());
            assert_eq!(answer(db.read(), "SELECT CAST(7 AS bigint) AS answer").await, 7);
        }
        db.close().await;
    }

    async fn a_statement_that_fails_leaves_the_others_alone(app: TestApp) {
        let db = app.database().connect(2).await;
        read_much(db.read()).await;
        for _ in 0..5 {
            let wrong = Statement::from_string(db.read().get_database_backend(), "SELECT nothing_like_it");
            assert!(db.read().query_all_raw(wrong).await.is_err());
        }
        read_much(db.read()).await;
        db.close().await;
    }

    async fn who_reads_without_pause_leaves_connections_for_transactions(app: TestApp) {
        let db = app.database().connect(8).await;
        read_much(db.read()).await;
        for held in [4, 8, 1] {
            let held = timeout(SOON, join_all((0..held).map(|_| db.snapshot()))).await.expect("connections");
            assert!(held.iter().all(Result::is_ok));
            if held.len() < 8 {
                timeout(SOON, read_much(db.read())).await.expect("what the transactions left");
            }
        }
        db.close().await;
    }

    async fn closing_waits_for_no_connection_that_nobody_uses(app: TestApp) {
        let db = app.database().connect(8).await;
        read_much(db.read()).await;
        timeout(SOON, db.close()).await.expect("closed");
        let any = Statement::from_string(db.read().get_database_backend(), "SELECT 1");
        assert!(db.read().query_all_raw(any).await.is_err());
    }
}
