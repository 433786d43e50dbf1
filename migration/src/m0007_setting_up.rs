//! What setting up by the API needs: versions and archives of the lists, employees of institutes, the names of
//! service accounts.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{add_column, drop_column, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const LISTS: [&str; 6] = ["region", "municipality", "institute", "department", "organization", "profile"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for list in LISTS {
            add_column(manager, list, integer("version").default(1).take()).await?;
            add_column(manager, list, timestamp_with_time_zone_null("archived_at")).await?;
        }
        add_column(manager, "community", timestamp_with_time_zone_null("archived_at")).await?;
        // SQLite adds no foreign key to a table that is there; the rows that it would keep are never deleted.
        add_column(manager, "person", uuid_null("institute_id")).await?;
        // Nearly all persons are no employees.
        let mut employees = index("person", &["institute_id"]);
        employees.and_where(Expr::col("institute_id").is_not_null());
        manager.create_index(employees).await?;
        add_column(manager, "account", string_null("name")).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_column(manager, "account", "name").await?;
        manager.drop_index(Index::drop().name("ix_person_institute_id").table("person").to_owned()).await?;
        drop_column(manager, "person", "institute_id").await?;
        drop_column(manager, "community", "archived_at").await?;
        for list in LISTS {
            drop_column(manager, list, "archived_at").await?;
            drop_column(manager, list, "version").await?;
        }
        Ok(())
    }
}
