//! The lines of ranking boards, packed: a large board is written anew with every publication.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult, TryGetable, Value},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::steps::{add_column, drop_column};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A line as it was kept in JSON, and is packed now.
#[derive(Serialize, Deserialize)]
struct Line {
    subject: Uuid,
    rank: i64,
    score: i64,
    parts: Vec<Part>,
    ties: Vec<String>,
    previous: Option<i64>,
    above: Option<(i64, i64)>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    value: i64,
    weight: i64,
    contribution: i64,
}

#[derive(FromQueryResult)]
struct Leaf {
    board_id: Uuid,
    generation: i64,
    number: i64,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut position = big_integer("position");
        add_column(manager, "ranking_board", position.default(0).to_owned()).await?;
        // Living boards are made again when they are asked for.
        let db = manager.get_connection();
        let frozen = Query::select()
            .expr(Expr::val(1))
            .from("ranking_frozen")
            .and_where(Expr::col(("ranking_frozen", "board_id")).equals(("ranking_leaf", "board_id")))
            .and_where(Expr::col(("ranking_frozen", "generation")).equals(("ranking_leaf", "generation")))
            .to_owned();
        let leaves =
            Query::delete().from_table("ranking_leaf").and_where(Expr::not_exists(frozen)).to_owned();
        db.execute(&leaves).await?;
        let living = Expr::col("revision").is_null();
        db.execute(&Query::delete().from_table("ranking_board").and_where(living).to_owned()).await?;

        let mut lines = binary("lines");
        add_column(manager, "ranking_leaf", lines.default(Expr::cust("''")).to_owned()).await?;
        convert(db, |text: String| {
            let lines: Vec<Line> = serde_json::from_str(&text).map_err(broken)?;
            // One after the other, so that a page need not read the whole leaf.
            lines.iter().try_fold(Vec::new(), |bytes, line| postcard::to_extend(line, bytes).map_err(broken))
        })
        .await?;
        take_place(manager).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            // To compress them would take longer than to write them.
            let external = "ALTER TABLE ranking_leaf ALTER COLUMN entries SET STORAGE EXTERNAL";
            db.execute_unprepared(external).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut lines = text("lines");
        add_column(manager, "ranking_leaf", lines.default("").to_owned()).await?;
        convert(manager.get_connection(), |bytes: Vec<u8>| {
            let (mut lines, mut rest) = (Vec::<Line>::new(), bytes.as_slice());
            while !rest.is_empty() {
                let (line, more) = postcard::take_from_bytes(rest).map_err(broken)?;
                lines.push(line);
                rest = more;
            }
            serde_json::to_string(&lines).map_err(broken)
        })
        .await?;
        take_place(manager).await?;
        drop_column(manager, "ranking_board", "position").await
    }
}

fn broken(error: impl std::fmt::Display) -> DbErr {
    DbErr::Migration(format!("a leaf of a ranking board cannot be read: {error}"))
}

/// Fills `lines` from `entries`, leaf by leaf.
async fn convert<From, To>(
    db: &impl ConnectionTrait,
    form: impl Fn(From) -> Result<To, DbErr>,
) -> Result<(), DbErr>
where
    From: TryGetable,
    To: Into<Value>,
{
    let all = Query::select().columns(["board_id", "generation", "number"]).from("ranking_leaf").to_owned();
    for row in db.query_all(&all).await? {
        let leaf = Leaf::from_query_result(&row, "")?;
        let is_it = Cond::all()
            .add(Expr::col("board_id").eq(leaf.board_id))
            .add(Expr::col("generation").eq(leaf.generation))
            .add(Expr::col("number").eq(leaf.number));
        let entries =
            Query::select().column("entries").from("ranking_leaf").cond_where(is_it.clone()).to_owned();
        let Some(row) = db.query_one(&entries).await? else { continue };
        let lines = form(row.try_get::<From>("", "entries")?)?;
        // What is left behind of the old form is gone with the row's former version, not only out of sight.
        let filled = Query::update()
            .table("ranking_leaf")
            .value("lines", lines)
            .value("entries", Expr::cust("''"))
            .cond_where(is_it)
            .to_owned();
        db.execute(&filled).await?;
    }
    Ok(())
}

/// `lines` becomes `entries`.
async fn take_place(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_column(manager, "ranking_leaf", "entries").await?;
    manager
        .alter_table(Table::alter().table("ranking_leaf").rename_column("lines", "entries").to_owned())
        .await
}
