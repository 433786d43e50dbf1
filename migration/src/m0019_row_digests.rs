//! What the system that keeps a registration in step last said of it, as a digest.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{add_column, drop_column};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // None where nothing is known: such a registration is compared field by field.
        add_column(manager, "member", blob_null("row_digest")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_column(manager, "member", "row_digest").await
    }
}
