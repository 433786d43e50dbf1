//! Communities, their papers, members and offices.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut community = table(
            "community",
            vec![
                pk_uuid("id"),
                string("slug"),
                string("name"),
                uuid("region_id"),
                uuid("profile_id"),
                uuid_null("department_id"),
                integer_null("founded_year"),
                date_null("registered_on"),
                big_integer("practice_count"),
                big_integer("member_count"),
                integer("version"),
                timestamp_with_time_zone("created_at"),
                blob("sort_key"),
                text("search_key"),
            ],
        );
        refers(&mut community, "region_id", "region");
        refers(&mut community, "profile_id", "profile");
        refers(&mut community, "department_id", "department");
        manager.create_table(community).await?;
        manager.create_index(index("community", &["sort_key", "id"])).await?;
        manager.create_index(index("community", &["region_id", "sort_key", "id"])).await?;
        manager.create_index(index("community", &["profile_id", "sort_key", "id"])).await?;
        manager.create_index(unique("community", &["slug"])).await?;

        let mut community_link = table(
            "community_link",
            vec![pk_uuid("id"), uuid("community_id"), string("title"), string("url")],
        );
        refers(&mut community_link, "community_id", "community");
        manager.create_table(community_link).await?;
        manager.create_index(index("community_link", &["community_id"])).await?;

        let mut community_document = table(
            "community_document",
            vec![pk_uuid("id"), uuid("community_id"), string("number"), date("issued_on"), string("title")],
        );
        refers(&mut community_document, "community_id", "community");
        manager.create_table(community_document).await?;
        manager.create_index(index("community_document", &["community_id"])).await?;

        let mut cooperation_agreement = table(
            "cooperation_agreement",
            vec![
                pk_uuid("id"),
                uuid("community_id"),
                string("partner"),
                string_null("number"),
                date("signed_on"),
            ],
        );
        refers(&mut cooperation_agreement, "community_id", "community");
        manager.create_table(cooperation_agreement).await?;
        manager.create_index(index("cooperation_agreement", &["community_id"])).await?;

        let mut member = table(
            "member",
            vec![
                pk_uuid("id"),
                uuid("person_id"),
                uuid("community_id"),
                uuid("region_id"),
                uuid("municipality_id"),
                uuid_null("organization_id"),
                string_null("position"),
                string("state"),
                date("joined_on"),
                date_null("left_on"),
                string_null("source"),
                string_null("external_id"),
            ],
        );
        refers(&mut member, "person_id", "person");
        refers(&mut member, "community_id", "community");
        refers(&mut member, "region_id", "region");
        refers(&mut member, "municipality_id", "municipality");
        refers(&mut member, "organization_id", "organization");
        manager.create_table(member).await?;
        manager.create_index(index("member", &["community_id", "id"])).await?;
        manager.create_index(index("member", &["region_id", "id"])).await?;
        manager.create_index(index("member", &["person_id"])).await?;
        manager.create_index(unique("member", &["source", "external_id"])).await?;

        let mut appointment = table(
            "appointment",
            vec![
                pk_uuid("id"),
                uuid("person_id"),
                string("office"),
                uuid("community_id"),
                uuid_null("municipality_id"),
                date("since"),
                date_null("until"),
                string_null("order_number"),
                date_null("order_date"),
            ],
        );
        refers(&mut appointment, "person_id", "person");
        refers(&mut appointment, "community_id", "community");
        refers(&mut appointment, "municipality_id", "municipality");
        manager.create_table(appointment).await?;
        manager.create_index(index("appointment", &["community_id", "office"])).await?;
        manager.create_index(index("appointment", &["person_id"])).await?;

        let mut headcount = table(
            "headcount",
            vec![uuid("region_id"), uuid("profile_id"), integer("year"), big_integer("teachers")],
        );
        headcount.primary_key(Index::create().col("region_id").col("profile_id").col("year"));
        refers(&mut headcount, "region_id", "region");
        refers(&mut headcount, "profile_id", "profile");
        manager.create_table(headcount).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &[
                "headcount",
                "appointment",
                "member",
                "cooperation_agreement",
                "community_document",
                "community_link",
                "community",
            ],
        )
        .await
    }
}
