//! Figures, the versions of indicators, and the plans of regions.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let figure = table(
            "figure",
            vec![
                pk_uuid("id"),
                string("code"),
                string("name"),
                string("unit"),
                boolean("is_registered"),
                timestamp_with_time_zone("created_at"),
            ],
        );
        manager.create_table(figure).await?;
        manager.create_index(unique("figure", &["code"])).await?;

        // No region: the federation's.
        let mut indicator = table(
            "indicator",
            vec![
                pk_uuid("id"),
                uuid_null("region_id"),
                string("code"),
                integer("version"),
                integer("from_year"),
                string("name"),
                string("unit"),
                string("direction"),
                string_null("formula"),
                big_integer_null("planned"),
                integer_null("number"),
                boolean("is_ended"),
                timestamp_with_time_zone("created_at"),
            ],
        );
        refers(&mut indicator, "region_id", "region");
        manager.create_table(indicator).await?;
        manager.create_index(unique("indicator", &["code", "version"])).await?;
        manager.create_index(index("indicator", &["region_id", "from_year"])).await?;

        let mut plan = table(
            "indicator_plan",
            vec![
                uuid("region_id"),
                string("code"),
                integer("year"),
                big_integer("planned"),
                string_null("direction"),
            ],
        );
        plan.primary_key(Index::create().col("region_id").col("year").col("code"));
        refers(&mut plan, "region_id", "region");
        manager.create_table(plan).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["indicator_plan", "indicator", "figure"]).await
    }
}
