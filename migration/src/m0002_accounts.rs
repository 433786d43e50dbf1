//! People, their accounts and rights, and what signs them in.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut person = table(
            "person",
            vec![
                pk_uuid("id"),
                string("full_name"),
                string_null("email"),
                string_null("phone"),
                string_null("position"),
                uuid_null("organization_id"),
            ],
        );
        refers(&mut person, "organization_id", "organization");
        manager.create_table(person).await?;

        let mut account = table(
            "account",
            vec![
                pk_uuid("id"),
                string("login"),
                string("password_hash"),
                uuid_null("person_id"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("closed_at"),
            ],
        );
        refers(&mut account, "person_id", "person");
        manager.create_table(account).await?;
        manager.create_index(index("account", &["person_id"])).await?;
        manager.create_index(unique("account", &["login"])).await?;

        let mut access_grant = table(
            "access_grant",
            vec![
                pk_uuid("id"),
                uuid("account_id"),
                string("role"),
                uuid_null("region_id"),
                uuid_null("profile_id"),
                timestamp_with_time_zone("valid_from"),
                timestamp_with_time_zone_null("valid_until"),
            ],
        );
        refers(&mut access_grant, "account_id", "account");
        refers(&mut access_grant, "region_id", "region");
        refers(&mut access_grant, "profile_id", "profile");
        manager.create_table(access_grant).await?;
        manager.create_index(index("access_grant", &["account_id"])).await?;

        let mut session = table(
            "session",
            vec![
                pk_uuid("id"),
                uuid("account_id"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone("expires_at"),
                timestamp_with_time_zone_null("revoked_at"),
            ],
        );
        refers(&mut session, "account_id", "account");
        manager.create_table(session).await?;
        manager.create_index(index("session", &["account_id"])).await?;

        let mut refresh_token = table(
            "refresh_token",
            vec![
                blob("hash"),
                uuid("session_id"),
                timestamp_with_time_zone("issued_at"),
                timestamp_with_time_zone_null("used_at"),
            ],
        );
        refresh_token.primary_key(Index::create().col("hash"));
        refers(&mut refresh_token, "session_id", "session");
        manager.create_table(refresh_token).await?;
        manager.create_index(index("refresh_token", &["session_id"])).await?;

        let mut signing_key = table(
            "signing_key",
            vec![
                string("kid"),
                blob("private_key"),
                blob("public_key"),
                timestamp_with_time_zone("created_at"),
            ],
        );
        signing_key.primary_key(Index::create().col("kid"));
        manager.create_table(signing_key).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["signing_key", "refresh_token", "session", "access_grant", "account", "person"])
            .await
    }
}
