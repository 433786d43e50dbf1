//! Secrets of service accounts, the calls that were answered already, and what must not come back after an
//! erasure.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut secret = table(
            "client_secret",
            vec![
                pk_uuid("id"),
                uuid("account_id"),
                blob("hash"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("expires_at"),
            ],
        );
        refers(&mut secret, "account_id", "account");
        manager.create_table(secret).await?;
        manager.create_index(index("client_secret", &["account_id"])).await?;

        let mut call = table(
            "sync_call",
            vec![
                pk_uuid("id"),
                uuid("account_id"),
                string("idempotency_key"),
                blob("request_hash"),
                blob("answer"),
                timestamp_with_time_zone("answered_at"),
            ],
        );
        refers(&mut call, "account_id", "account");
        manager.create_table(call).await?;
        manager.create_index(unique("sync_call", &["account_id", "idempotency_key"])).await?;
        manager.create_index(index("sync_call", &["answered_at"])).await?;

        let mut erased =
            table("erased_registration", vec![blob("hash"), timestamp_with_time_zone("erased_at")]);
        erased.primary_key(Index::create().col("hash"));
        manager.create_table(erased).await?;

        // Logins may be e-mail addresses; whose session it is stands in the entry's account.
        let update = Query::update()
            .table("journal")
            .value("after", Keyword::Null)
            .and_where(Expr::col("subject_type").eq("session"))
            .and_where(Expr::col("action").eq("session.create"))
            .to_owned();
        manager.execute(update).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["erased_registration", "sync_call", "client_secret"]).await
    }
}
