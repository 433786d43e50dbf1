//! The members who took part in an event, and how many of them are registered.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{add_column, drop_all, drop_column, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = big_integer("registered");
        add_column(manager, "event", column.default(0).to_owned()).await?;
        let mut participant = table(
            "event_participant",
            vec![
                pk_uuid("id"),
                uuid("event_id"),
                uuid("person_id"),
                uuid("member_id"),
                timestamp_with_time_zone("registered_at"),
            ],
        );
        refers(&mut participant, "event_id", "event");
        refers(&mut participant, "person_id", "person");
        refers(&mut participant, "member_id", "member");
        manager.create_table(participant).await?;
        // A person takes part in an event once, in however many communities it is registered.
        manager.create_index(unique("event_participant", &["event_id", "person_id"])).await?;
        manager.create_index(index("event_participant", &["member_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["event_participant"]).await?;
        drop_column(manager, "event", "registered").await
    }
}
