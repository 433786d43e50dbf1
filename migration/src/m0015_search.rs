//! The search's index and vocabulary, in the place of the keys that were looked through row by row. The program fills
//! them: what a word's stem is, is its knowledge.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DatabaseBackend};

use crate::steps::{add_column, drop_all, drop_column, index, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut term = table("search_term", vec![blob("term"), uuid("subject_id"), integer("weight")]);
        // With the weight in the key the index alone answers a search.
        term.primary_key(Index::create().col("term").col("subject_id").col("weight"));
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            // Its tables are trees already; a second one for the key would hold everything twice.
            term.extra("WITHOUT ROWID");
        }
        manager.create_table(term).await?;
        manager.create_index(index("search_term", &["subject_id"])).await?;

        let mut spelling = table("search_spelling", vec![blob("key"), string("word")]);
        spelling.primary_key(Index::create().col("key").col("word"));
        manager.create_table(spelling).await?;

        // Which version of the index the rows are of; none yet.
        let version = Query::insert()
            .into_table("counter")
            .columns(["name", "value"])
            .values_panic(["search".into(), 0_i64.into()])
            .to_owned();
        manager.execute(version).await?;
        drop_column(manager, "practice", "search_key").await?;
        drop_column(manager, "community", "search_key").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "community", text("search_key").default("").take()).await?;
        add_column(manager, "practice", text("search_key").default("").take()).await?;
        let version =
            Query::delete().from_table("counter").and_where(Expr::col("name").eq("search")).to_owned();
        manager.execute(version).await?;
        drop_all(manager, &["search_spelling", "search_term"]).await
    }
}
