//! Where things are: regions, municipalities, institutes with departments, organizations, profiles.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let region = table("region", vec![pk_uuid("id"), string("code"), string("name"), blob("sort_key")]);
        manager.create_table(region).await?;
        manager.create_index(unique("region", &["code"])).await?;
        manager.create_index(unique("region", &["sort_key", "id"])).await?;

        let mut municipality =
            table("municipality", vec![pk_uuid("id"), uuid("region_id"), string("name"), blob("sort_key")]);
        refers(&mut municipality, "region_id", "region");
        manager.create_table(municipality).await?;
        manager.create_index(index("municipality", &["region_id", "sort_key"])).await?;
        manager.create_index(unique("municipality", &["region_id", "name"])).await?;

        let mut institute = table("institute", vec![pk_uuid("id"), uuid("region_id"), string("name")]);
        refers(&mut institute, "region_id", "region");
        manager.create_table(institute).await?;
        manager.create_index(unique("institute", &["region_id"])).await?;

        let mut department = table(
            "department",
            vec![pk_uuid("id"), uuid("institute_id"), string("name"), string_null("short_name")],
        );
        refers(&mut department, "institute_id", "institute");
        manager.create_table(department).await?;
        manager.create_index(unique("department", &["institute_id", "name"])).await?;

        let mut organization =
            table("organization", vec![pk_uuid("id"), uuid("municipality_id"), string("name")]);
        refers(&mut organization, "municipality_id", "municipality");
        manager.create_table(organization).await?;
        manager.create_index(unique("organization", &["municipality_id", "name"])).await?;

        let profile = table("profile", vec![pk_uuid("id"), string("code"), string("name")]);
        manager.create_table(profile).await?;
        manager.create_index(unique("profile", &["code"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["profile", "organization", "department", "institute", "municipality", "region"])
            .await
    }
}
