//! Adoptions of practices by organizations.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut adoption = table(
            "adoption",
            vec![
                pk_uuid("id"),
                uuid("practice_id"),
                uuid("organization_id"),
                uuid("community_id"),
                uuid("region_id"),
                uuid("declared_by"),
                string("state"),
                date("adopted_on"),
                text("result"),
                timestamp_with_time_zone("declared_at"),
                timestamp_with_time_zone_null("decided_at"),
                text_null("reason"),
            ],
        );
        refers(&mut adoption, "practice_id", "practice");
        refers(&mut adoption, "organization_id", "organization");
        refers(&mut adoption, "community_id", "community");
        refers(&mut adoption, "region_id", "region");
        refers(&mut adoption, "declared_by", "person");
        manager.create_table(adoption).await?;
        manager.create_index(unique("adoption", &["practice_id", "organization_id"])).await?;
        manager.create_index(index("adoption", &["practice_id", "declared_at", "id"])).await?;
        manager.create_index(index("adoption", &["community_id", "declared_at", "id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["adoption"]).await
    }
}
