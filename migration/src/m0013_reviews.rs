//! The pool of experts, the draws from it, the reviews that were drawn, and the conflicts that experts declared.

use sea_orm_migration::{prelude::*, schema::*};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_expert(manager).await?;
        create_draw(manager).await?;
        create_review(manager).await?;
        create_conflict(manager).await?;
        // From now on the role follows from the pool. As an explicit right it let nobody do anything.
        let end = Query::update()
            .table("access_grant")
            .value("valid_until", Expr::current_timestamp())
            .and_where(Expr::col("role").eq("EXPERT"))
            .and_where(Expr::col("valid_until").is_null())
            .to_owned();
        manager.execute(end).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["expert_conflict", "review", "review_draw", "expert"]).await
    }
}

async fn create_expert(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut expert = table(
        "expert",
        vec![
            pk_uuid("id"),
            uuid("person_id"),
            uuid("profile_id"),
            uuid("community_id"),
            uuid("region_id"),
            uuid_null("nominated_by"),
            timestamp_with_time_zone("nominated_at"),
            timestamp_with_time_zone_null("consented_at"),
            integer("load_limit"),
            timestamp_with_time_zone_null("ended_at"),
        ],
    );
    refers(&mut expert, "person_id", "person");
    refers(&mut expert, "profile_id", "profile");
    refers(&mut expert, "community_id", "community");
    refers(&mut expert, "region_id", "region");
    refers(&mut expert, "nominated_by", "account");
    manager.create_table(expert).await?;
    let mut once = unique("expert", &["person_id", "profile_id"]);
    once.and_where(Expr::col("ended_at").is_null());
    manager.create_index(once).await?;
    manager.create_index(index("expert", &["profile_id", "id"])).await?;
    manager.create_index(index("expert", &["community_id", "id"])).await?;
    manager.create_index(index("expert", &["region_id", "id"])).await
}

async fn create_draw(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut draw = table(
        "review_draw",
        vec![
            pk_uuid("id"),
            uuid("practice_id"),
            integer("edition"),
            uuid("profile_id"),
            string("purpose"),
            integer("asked"),
            integer("algorithm"),
            string("seed"),
            json_binary("pool"),
            json_binary("exclusions"),
            json_binary("drawn"),
            uuid_null("drawn_by"),
            timestamp_with_time_zone("drawn_at"),
        ],
    );
    refers(&mut draw, "practice_id", "practice");
    refers(&mut draw, "profile_id", "profile");
    refers(&mut draw, "drawn_by", "account");
    manager.create_table(draw).await?;
    manager.create_index(index("review_draw", &["practice_id", "drawn_at", "id"])).await
}

async fn create_review(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut review = table(
        "review",
        vec![
            pk_uuid("id"),
            uuid("practice_id"),
            integer("edition"),
            uuid_null("community_id"),
            uuid("region_id"),
            uuid("expert_id"),
            uuid("person_id"),
            uuid("draw_id"),
            uuid_null("replaces"),
            string("state"),
            timestamp_with_time_zone("assigned_at"),
            date("due_on"),
            timestamp_with_time_zone_null("ended_at"),
            text_null("reason"),
        ],
    );
    // Community and region are the practice's, which refers to them: a draw need not wait for whoever changes these.
    refers(&mut review, "practice_id", "practice");
    refers(&mut review, "expert_id", "expert");
    refers(&mut review, "person_id", "person");
    refers(&mut review, "draw_id", "review_draw");
    refers(&mut review, "replaces", "review");
    manager.create_table(review).await?;
    // Nobody is asked twice about a practice, unless the first time was called off.
    let mut once = unique("review", &["practice_id", "person_id"]);
    once.and_where(Expr::col("state").ne("CANCELLED"));
    manager.create_index(once).await?;
    manager.create_index(unique("review", &["replaces"])).await?;
    manager.create_index(index("review", &["assigned_at", "id"])).await?;
    manager.create_index(index("review", &["practice_id", "assigned_at", "id"])).await?;
    manager.create_index(index("review", &["community_id", "assigned_at", "id"])).await?;
    manager.create_index(index("review", &["region_id", "assigned_at", "id"])).await?;
    manager.create_index(index("review", &["person_id", "assigned_at", "id"])).await?;
    manager.create_index(index("review", &["expert_id", "state"])).await?;
    manager.create_index(index("review", &["draw_id"])).await
}

async fn create_conflict(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut conflict = table(
        "expert_conflict",
        vec![
            pk_uuid("id"),
            uuid("person_id"),
            uuid_null("practice_id"),
            uuid_null("author_id"),
            uuid("review_id"),
            timestamp_with_time_zone("declared_at"),
        ],
    );
    refers(&mut conflict, "person_id", "person");
    refers(&mut conflict, "practice_id", "practice");
    refers(&mut conflict, "author_id", "person");
    refers(&mut conflict, "review_id", "review");
    manager.create_table(conflict).await?;
    manager.create_index(index("expert_conflict", &["practice_id"])).await?;
    manager.create_index(index("expert_conflict", &["author_id"])).await?;
    manager.create_index(index("expert_conflict", &["person_id"])).await
}
