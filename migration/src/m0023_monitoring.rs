//! Monitoring: the yearly returns of communities and regions, and the reports made of them.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut monitoring = table(
            "monitoring",
            vec![
                pk_uuid("id"),
                uuid("region_id"),
                integer("year"),
                date("due_on"),
                boolean("from_registry"),
                timestamp_with_time_zone("opened_at"),
                integer("revision"),
                boolean("is_open"),
            ],
        );
        refers(&mut monitoring, "region_id", "region");
        manager.create_table(monitoring).await?;
        manager.create_index(unique("monitoring", &["region_id", "year"])).await?;

        let mut question = table(
            "monitoring_question",
            vec![
                uuid("monitoring_id"),
                boolean("of_region"),
                string("code"),
                integer("position"),
                boolean("is_required"),
            ],
        );
        question.primary_key(Index::create().col("monitoring_id").col("of_region").col("code"));
        refers(&mut question, "monitoring_id", "monitoring");
        manager.create_table(question).await?;

        let mut given = table(
            "monitoring_return",
            vec![
                pk_uuid("id"),
                uuid("monitoring_id"),
                uuid("region_id"),
                integer("year"),
                uuid_null("community_id"),
                integer("position"),
                string("state"),
                integer("version"),
                text_null("remarks"),
                timestamp_with_time_zone_null("submitted_at"),
                timestamp_with_time_zone_null("decided_at"),
            ],
        );
        refers(&mut given, "monitoring_id", "monitoring");
        refers(&mut given, "region_id", "region");
        refers(&mut given, "community_id", "community");
        manager.create_table(given).await?;
        manager.create_index(unique("monitoring_return", &["monitoring_id", "position"])).await?;
        manager.create_index(unique("monitoring_return", &["community_id", "year"])).await?;

        let mut figure = table(
            "monitoring_figure",
            vec![
                uuid("return_id"),
                string("code"),
                big_integer_null("registered"),
                big_integer_null("stated"),
                text_null("reason"),
            ],
        );
        figure.primary_key(Index::create().col("return_id").col("code"));
        refers(&mut figure, "return_id", "monitoring_return");
        manager.create_table(figure).await?;

        let mut report = table(
            "monitoring_report",
            vec![
                uuid("monitoring_id"),
                integer("revision"),
                timestamp_with_time_zone("accepted_at"),
                date("signed_on"),
                string("signer"),
                string_null("position"),
                text_null("reason"),
                text("report"),
                text("changes"),
                string("checksum"),
            ],
        );
        report.primary_key(Index::create().col("monitoring_id").col("revision"));
        refers(&mut report, "monitoring_id", "monitoring");
        manager.create_table(report).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "monitoring_report",
            "monitoring_figure",
            "monitoring_return",
            "monitoring_question",
            "monitoring",
        ];
        drop_all(manager, &tables).await
    }
}
