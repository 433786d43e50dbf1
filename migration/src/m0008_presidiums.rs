//! Confirmations of presidiums as a whole.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut confirmation = table(
            "presidium_confirmation",
            vec![
                pk_uuid("id"),
                uuid("community_id"),
                date("confirmed_on"),
                string_null("order_number"),
                date_null("order_date"),
                json_binary("appointments"),
            ],
        );
        refers(&mut confirmation, "community_id", "community");
        manager.create_table(confirmation).await?;
        manager.create_index(index("presidium_confirmation", &["community_id", "confirmed_on"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["presidium_confirmation"]).await
    }
}
