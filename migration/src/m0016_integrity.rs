//! What the check of ratings and texts has found, and ratings that were set aside.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{add_column, drop_all, drop_column, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "rating", timestamp_with_time_zone_null("set_aside_at")).await?;
        add_column(manager, "rating", text_null("set_aside_reason")).await?;
        add_column(manager, "rating", uuid_null("finding_id")).await?;
        manager.create_index(index("rating", &["person_id", "rated_at"])).await?;
        manager.create_index(index("rating", &["finding_id"])).await?;

        let check = table(
            "integrity_check",
            vec![
                pk_uuid("id"),
                timestamp_with_time_zone("asked_at"),
                timestamp_with_time_zone_null("night"),
                timestamp_with_time_zone_null("started_at"),
                timestamp_with_time_zone_null("finished_at"),
                integer_null("waiting"),
                big_integer("found"),
            ],
        );
        manager.create_table(check).await?;
        // One check at a time: whoever has finished does not wait any more, and nothing equals nothing.
        manager.create_index(unique("integrity_check", &["waiting"])).await?;
        // A night has one, whatever the number of processes.
        manager.create_index(unique("integrity_check", &["night"])).await?;
        manager.create_index(index("integrity_check", &["asked_at"])).await?;

        let mut finding = table(
            "integrity_finding",
            vec![
                pk_uuid("id"),
                string("code"),
                string("key"),
                string("state"),
                uuid_null("practice_id"),
                uuid_null("original_id"),
                uuid_null("community_id"),
                json("figures"),
                big_integer("ratings"),
                timestamp_with_time_zone("found_at"),
                timestamp_with_time_zone("seen_at"),
                timestamp_with_time_zone_null("decided_at"),
                text_null("reason"),
            ],
        );
        refers(&mut finding, "practice_id", "practice");
        refers(&mut finding, "original_id", "practice");
        refers(&mut finding, "community_id", "community");
        manager.create_table(finding).await?;
        // What is found again is the same finding.
        manager.create_index(unique("integrity_finding", &["key"])).await?;
        manager.create_index(index("integrity_finding", &["found_at", "id"])).await?;
        manager.create_index(index("integrity_finding", &["state", "found_at", "id"])).await?;
        manager.create_index(index("integrity_finding", &["practice_id"])).await?;

        let mut evidence =
            table("integrity_evidence", vec![uuid("finding_id"), integer("position"), uuid("rating_id")]);
        evidence.primary_key(Index::create().col("finding_id").col("position"));
        refers(&mut evidence, "finding_id", "integrity_finding");
        refers(&mut evidence, "rating_id", "rating");
        manager.create_table(evidence).await?;
        manager.create_index(unique("integrity_evidence", &["finding_id", "rating_id"])).await?;
        manager.create_index(index("integrity_evidence", &["rating_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["integrity_evidence", "integrity_finding", "integrity_check"]).await?;
        for name in ["ix_rating_finding_id", "ix_rating_person_id_rated_at"] {
            manager.drop_index(Index::drop().name(name).table("rating").to_owned()).await?;
        }
        for column in ["finding_id", "set_aside_reason", "set_aside_at"] {
            drop_column(manager, "rating", column).await?;
        }
        Ok(())
    }
}
