//! Clusters of organizations, what they are judged by, and the results of the organizations.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut cluster = table(
            "cluster",
            vec![
                pk_uuid("id"),
                uuid("region_id"),
                integer("number"),
                string("name"),
                integer_null("stated_organizations"),
                big_integer("top_from"),
                big_integer("lagging_below"),
                integer("version"),
            ],
        );
        refers(&mut cluster, "region_id", "region");
        manager.create_table(cluster).await?;
        manager.create_index(unique("cluster", &["region_id", "number"])).await?;

        let mut organization =
            table("cluster_organization", vec![uuid("cluster_id"), uuid("organization_id")]);
        organization.primary_key(Index::create().col("cluster_id").col("organization_id"));
        refers(&mut organization, "cluster_id", "cluster");
        refers(&mut organization, "organization_id", "organization");
        manager.create_table(organization).await?;
        manager.create_index(index("cluster_organization", &["organization_id"])).await?;

        // What an indicator was called and how it was read when the cluster took it up.
        let mut indicator = table(
            "cluster_indicator",
            vec![
                uuid("cluster_id"),
                integer("year"),
                string("code"),
                string("name"),
                string("direction"),
                big_integer_null("planned"),
            ],
        );
        indicator.primary_key(Index::create().col("cluster_id").col("year").col("code"));
        refers(&mut indicator, "cluster_id", "cluster");
        manager.create_table(indicator).await?;

        let mut result = table(
            "cluster_result",
            vec![
                uuid("cluster_id"),
                integer("year"),
                uuid("organization_id"),
                string("code"),
                big_integer("value"),
            ],
        );
        result.primary_key(Index::create().col("cluster_id").col("year").col("organization_id").col("code"));
        refers(&mut result, "cluster_id", "cluster");
        refers(&mut result, "organization_id", "organization");
        manager.create_table(result).await?;
        manager.create_index(index("cluster_result", &["organization_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["cluster_result", "cluster_indicator", "cluster_organization", "cluster"];
        drop_all(manager, &tables).await
    }
}
