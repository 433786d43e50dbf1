//! The journal, and the counters that number it and the practices.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut counter = table("counter", vec![string("name"), big_integer("value")]);
        counter.primary_key(Index::create().col("name"));
        manager.create_table(counter).await?;

        let zero = Query::insert()
            .into_table("counter")
            .columns(["name", "value"])
            .values_panic(["journal".into(), 0_i64.into()])
            .values_panic(["practice_number".into(), 0_i64.into()])
            .values_panic(["boards".into(), 0_i64.into()])
            .to_owned();
        manager.execute(zero).await?;

        let mut journal = table(
            "journal",
            vec![
                big_integer("seq"),
                timestamp_with_time_zone("at"),
                uuid_null("account_id"),
                string("action"),
                string("subject_type"),
                uuid("subject_id"),
                uuid_null("region_id"),
                uuid_null("community_id"),
                json_binary_null("before"),
                json_binary_null("after"),
                string_null("request_id"),
                boolean("confidential"),
            ],
        );
        journal.primary_key(Index::create().col("seq"));
        manager.create_table(journal).await?;
        manager.create_index(index("journal", &["subject_id", "seq"])).await?;
        manager.create_index(index("journal", &["region_id", "seq"])).await?;
        manager.create_index(index("journal", &["community_id", "seq"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["journal", "counter"]).await
    }
}
