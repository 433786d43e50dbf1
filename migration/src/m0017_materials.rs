//! Materials of practices, and files that no material names.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut material = table(
            "material",
            vec![
                pk_uuid("id"),
                uuid("practice_id"),
                string("kind"),
                text("title"),
                text_null("url"),
                text_null("file_name"),
                string_null("media_type"),
                big_integer_null("bytes"),
                string_null("sha256"),
                string_null("storage_key"),
                integer("position"),
                integer("version"),
                boolean("handed_in"),
                uuid("added_by"),
                timestamp_with_time_zone("added_at"),
                timestamp_with_time_zone_null("removed_at"),
            ],
        );
        refers(&mut material, "practice_id", "practice");
        refers(&mut material, "added_by", "person");
        manager.create_table(material).await?;
        manager.create_index(unique("material", &["storage_key"])).await?;
        manager.create_index(index("material", &["practice_id", "position", "id"])).await?;
        let mut key = string("storage_key");
        key.primary_key();
        let loose = table("loose_file", vec![key, timestamp_with_time_zone("since")]);
        manager.create_table(loose).await?;
        manager.create_index(index("loose_file", &["since"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["loose_file", "material"]).await
    }
}
