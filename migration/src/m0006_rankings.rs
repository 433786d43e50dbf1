//! Ranking boards: made of other rows, never a source.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ranking_board = table(
            "ranking_board",
            vec![
                pk_uuid("id"),
                string("key"),
                string("method"),
                uuid_null("region_id"),
                uuid_null("profile_id"),
                string("period"),
                big_integer("generation"),
            ],
        );
        manager.create_table(ranking_board).await?;
        manager.create_index(unique("ranking_board", &["key"])).await?;

        let mut ranking_leaf = table(
            "ranking_leaf",
            vec![
                uuid("board_id"),
                big_integer("generation"),
                big_integer("number"),
                big_integer("total"),
                timestamp_with_time_zone("as_of"),
                text("parameters"),
                text("entries"),
            ],
        );
        ranking_leaf.primary_key(Index::create().col("board_id").col("generation").col("number"));
        refers(&mut ranking_leaf, "board_id", "ranking_board");
        manager.create_table(ranking_leaf).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["ranking_leaf", "ranking_board"]).await
    }
}
