//! The versions of the ranking methods, and the boards of closed academic years with what they are known by.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{add_column, drop_all, drop_column, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget_boards(manager).await?;
        add_column(manager, "ranking_board", integer_null("revision")).await?;
        manager.create_index(index("ranking_board", &["method", "period"])).await?;
        manager.create_index(index("ranking_board", &["revision"])).await?;

        let method = table(
            "ranking_method",
            vec![
                pk_uuid("id"),
                string("ranks"),
                string("code"),
                integer("version"),
                integer("formula_version"),
                string("name"),
                text("formula"),
                text("numbers"),
                integer("effective_from"),
                timestamp_with_time_zone("published_at"),
            ],
        );
        manager.create_table(method).await?;
        manager.create_index(unique("ranking_method", &["ranks", "code", "version"])).await?;

        let revision = table(
            "ranking_revision",
            vec![
                pk_uuid("id"),
                big_integer("number"),
                integer("year"),
                integer("revision"),
                text_null("reason"),
                timestamp_with_time_zone("made_at"),
                big_integer("journal_position"),
                big_integer("boards"),
                string("previous_checksum"),
                string("checksum"),
            ],
        );
        manager.create_table(revision).await?;
        manager.create_index(unique("ranking_revision", &["number"])).await?;
        manager.create_index(unique("ranking_revision", &["year", "revision"])).await?;

        let mut frozen = table(
            "ranking_frozen",
            vec![
                uuid("board_id"),
                integer("revision"),
                big_integer("generation"),
                big_integer("total"),
                string("digest"),
            ],
        );
        frozen.primary_key(Index::create().col("board_id").col("revision"));
        refers(&mut frozen, "board_id", "ranking_board");
        manager.create_table(frozen).await?;

        let mut place = table(
            "ranking_place",
            vec![
                uuid("board_id"),
                integer("revision"),
                uuid("subject"),
                big_integer("rank"),
                big_integer("score"),
            ],
        );
        place.primary_key(Index::create().col("board_id").col("revision").col("subject"));
        refers(&mut place, "board_id", "ranking_board");
        manager.create_table(place).await?;
        manager.create_index(index("ranking_place", &["subject"])).await?;

        let counter = Query::insert()
            .into_table("counter")
            .columns(["name", "value"])
            .values_panic(["ranking_revision".into(), 0_i64.into()])
            .to_owned();
        manager.execute(counter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counter = Query::delete()
            .from_table("counter")
            .and_where(Expr::col("name").eq("ranking_revision"))
            .to_owned();
        manager.execute(counter).await?;
        drop_all(manager, &["ranking_place", "ranking_frozen", "ranking_revision", "ranking_method"]).await?;
        for name in ["ix_ranking_board_revision", "ix_ranking_board_method_period"] {
            manager.drop_index(Index::drop().name(name).table("ranking_board").to_owned()).await?;
        }
        drop_column(manager, "ranking_board", "revision").await?;
        forget_boards(manager).await
    }
}

/// Boards are made of other rows; they are called otherwise from here on, and back again.
async fn forget_boards(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for name in ["ranking_leaf", "ranking_board"] {
        manager.execute(Query::delete().from_table(name).to_owned()).await?;
    }
    Ok(())
}
