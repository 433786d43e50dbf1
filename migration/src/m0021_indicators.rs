//! Figures and indicators, with the plans of regions.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut figure = table(
            "figure",
            vec![
                string("code"),
                string("name"),
                string("unit"),
                boolean("is_registered"),
                timestamp_with_time_zone("created_at"),
            ],
        );
        figure.primary_key(Index::create().col("code"));
        manager.create_table(figure).await?;

        let mut indicator = table(
            "indicator",
            vec![
                pk_uuid("id"),
                string("code"),
                integer("version"),
                integer("effective_from"),
                uuid_null("region_id"),
                integer_null("number"),
                string("name"),
                string("unit"),
                string("direction"),
                text_null("formula"),
                big_integer_null("planned"),
                boolean("is_ended"),
                timestamp_with_time_zone("created_at"),
            ],
        );
        refers(&mut indicator, "region_id", "region");
        manager.create_table(indicator).await?;
        manager.create_index(unique("indicator", &["code", "version"])).await?;
        manager.create_index(index("indicator", &["region_id"])).await?;

        let mut plan = table(
            "indicator_plan",
            vec![
                uuid("region_id"),
                string("code"),
                integer("year"),
                big_integer("planned"),
                string("direction"),
            ],
        );
        plan.primary_key(Index::create().col("region_id").col("code").col("year"));
        refers(&mut plan, "region_id", "region");
        manager.create_table(plan).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["indicator_plan", "indicator", "figure"]).await
    }
}
