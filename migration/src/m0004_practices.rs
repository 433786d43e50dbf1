//! Practices, their authors, tags, decisions and ratings.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut practice = table(
            "practice",
            vec![
                pk_uuid("id"),
                string_null("number"),
                string("title"),
                text("summary"),
                text("body"),
                string("state"),
                integer("version"),
                uuid_null("community_id"),
                uuid_null("department_id"),
                uuid("region_id"),
                uuid_null("profile_id"),
                uuid("created_by"),
                timestamp_with_time_zone("created_at"),
                timestamp_with_time_zone_null("submitted_at"),
                timestamp_with_time_zone_null("published_at"),
                integer_null("published_year"),
                timestamp_with_time_zone("listed_at"),
                text("search_key"),
                big_integer("stars_1"),
                big_integer("stars_2"),
                big_integer("stars_3"),
                big_integer("stars_4"),
                big_integer("stars_5"),
                big_integer("rating_organizations"),
                big_integer("rating_sum"),
            ],
        );
        refers(&mut practice, "community_id", "community");
        refers(&mut practice, "department_id", "department");
        refers(&mut practice, "region_id", "region");
        refers(&mut practice, "profile_id", "profile");
        refers(&mut practice, "created_by", "person");
        manager.create_table(practice).await?;
        manager.create_index(index("practice", &["listed_at", "id"])).await?;
        manager.create_index(index("practice", &["state", "listed_at", "id"])).await?;
        manager.create_index(index("practice", &["community_id", "listed_at", "id"])).await?;
        manager.create_index(index("practice", &["region_id", "listed_at", "id"])).await?;
        manager.create_index(index("practice", &["profile_id", "listed_at", "id"])).await?;
        manager.create_index(unique("practice", &["number"])).await?;

        let mut practice_author =
            table("practice_author", vec![uuid("practice_id"), uuid("person_id"), integer("position")]);
        practice_author.primary_key(Index::create().col("practice_id").col("person_id"));
        refers(&mut practice_author, "practice_id", "practice");
        refers(&mut practice_author, "person_id", "person");
        manager.create_table(practice_author).await?;
        manager.create_index(index("practice_author", &["person_id"])).await?;

        let mut practice_tag =
            table("practice_tag", vec![uuid("practice_id"), string("tag"), integer("position")]);
        practice_tag.primary_key(Index::create().col("practice_id").col("tag"));
        refers(&mut practice_tag, "practice_id", "practice");
        manager.create_table(practice_tag).await?;
        manager.create_index(index("practice_tag", &["tag"])).await?;

        let mut practice_decision = table(
            "practice_decision",
            vec![
                pk_uuid("id"),
                uuid("practice_id"),
                string("state"),
                integer("practice_version"),
                text_null("reason"),
                uuid_null("account_id"),
                timestamp_with_time_zone("decided_at"),
            ],
        );
        refers(&mut practice_decision, "practice_id", "practice");
        refers(&mut practice_decision, "account_id", "account");
        manager.create_table(practice_decision).await?;
        manager.create_index(index("practice_decision", &["practice_id", "decided_at"])).await?;

        let mut rating = table(
            "rating",
            vec![
                pk_uuid("id"),
                uuid("practice_id"),
                uuid("person_id"),
                uuid_null("organization_id"),
                integer("stars"),
                integer("practice_version"),
                text_null("comment"),
                timestamp_with_time_zone("rated_at"),
            ],
        );
        refers(&mut rating, "practice_id", "practice");
        refers(&mut rating, "person_id", "person");
        refers(&mut rating, "organization_id", "organization");
        manager.create_table(rating).await?;
        manager.create_index(index("rating", &["rated_at"])).await?;
        manager.create_index(unique("rating", &["practice_id", "person_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["rating", "practice_decision", "practice_tag", "practice_author", "practice"])
            .await
    }
}
