//! Events of communities.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut event = table(
            "event",
            vec![
                pk_uuid("id"),
                uuid("region_id"),
                uuid("community_id"),
                integer("year"),
                string("kind"),
                string("level"),
                string("format"),
                string("title"),
                string("title_key"),
                date("starts_on"),
                date("ends_on"),
                string_null("place"),
                string_null("link"),
                big_integer_null("participants"),
                string_null("source"),
                string_null("external_id"),
                integer("version"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("removed_at"),
                text_null("removal_reason"),
            ],
        );
        refers(&mut event, "region_id", "region");
        refers(&mut event, "community_id", "community");
        manager.create_table(event).await?;
        manager.create_index(index("event", &["starts_on", "id"])).await?;
        manager.create_index(index("event", &["region_id", "year"])).await?;
        manager.create_index(index("event", &["community_id", "starts_on"])).await?;
        manager.create_index(unique("event", &["community_id", "source", "external_id"])).await?;

        let mut joint = table("event_community", vec![uuid("event_id"), uuid("community_id")]);
        joint.primary_key(Index::create().col("event_id").col("community_id"));
        refers(&mut joint, "event_id", "event");
        refers(&mut joint, "community_id", "community");
        manager.create_table(joint).await?;
        manager.create_index(index("event_community", &["community_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["event_community", "event"]).await
    }
}
