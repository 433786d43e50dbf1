//! Rubrics with their criteria, and the assessments that experts make by them. The first rubric is the registry's own.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::prelude::{DateTimeUtc, Uuid},
};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Code, title and question of the first rubric's criteria, in their order.
const CRITERIA: [(&str, &str, &str); 5] = [
    ("RELEVANCE", "Актуальность", "Отвечает ли практика тому, что сегодня нужно учителям и ученикам?"),
    ("EFFECTIVENESS", "Результативность", "Достигает ли практика того, что обещает?"),
    ("EVIDENCE", "Доказательность", "Чем подтверждены результаты: данными, сравнением, работами учеников?"),
    ("TRANSFERABILITY", "Переносимость", "Можно ли повторить практику в другой школе по её описанию?"),
    ("MATERIALS", "Качество материалов", "Полны ли материалы, верны ли они и удобны ли в работе?"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_rubric(manager).await?;
        lay_down(manager).await?;
        create_assessment(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["assessment_score", "assessment", "rubric_criterion", "rubric"]).await?;
        let counter =
            Query::delete().from_table("counter").and_where(Expr::col("name").eq("rubric")).to_owned();
        manager.execute(counter).await
    }
}

async fn create_rubric(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = vec![pk_uuid("id"), integer("version"), timestamp_with_time_zone("effective_from")];
    manager.create_table(table("rubric", columns)).await?;
    manager.create_index(unique("rubric", &["version"])).await?;
    let mut criterion = table(
        "rubric_criterion",
        vec![uuid("rubric_id"), integer("position"), string("code"), text("title"), text("question")],
    );
    criterion.primary_key(Index::create().col("rubric_id").col("position"));
    refers(&mut criterion, "rubric_id", "rubric");
    manager.create_table(criterion).await?;
    manager.create_index(unique("rubric_criterion", &["rubric_id", "code"])).await
}

/// The registry's own rubric, in force since ever.
async fn lay_down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // One of version 7 of the first millisecond: before all that are made later.
    let id = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
    let rubric = Query::insert()
        .into_table("rubric")
        .columns(["id", "version", "effective_from"])
        .values_panic([id.into(), 1_i32.into(), DateTimeUtc::UNIX_EPOCH.into()])
        .to_owned();
    manager.execute(rubric).await?;
    let mut criteria = Query::insert();
    criteria.into_table("rubric_criterion").columns(["rubric_id", "position", "code", "title", "question"]);
    for ((code, title, question), position) in CRITERIA.into_iter().zip(1_i32..) {
        criteria.values_panic([id.into(), position.into(), code.into(), title.into(), question.into()]);
    }
    manager.execute(criteria).await?;
    let counter = Query::insert()
        .into_table("counter")
        .columns(["name", "value"])
        .values_panic(["rubric".into(), 1_i64.into()])
        .to_owned();
    manager.execute(counter).await
}

async fn create_assessment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut assessment = table(
        "assessment",
        vec![
            pk_uuid("id"),
            uuid("review_id"),
            uuid("practice_id"),
            integer("edition"),
            uuid("person_id"),
            uuid("rubric_id"),
            timestamp_with_time_zone("assigned_at"),
            big_integer("mean"),
            text("conclusion"),
            timestamp_with_time_zone("finished_at"),
        ],
    );
    refers(&mut assessment, "review_id", "review");
    refers(&mut assessment, "practice_id", "practice");
    refers(&mut assessment, "person_id", "person");
    refers(&mut assessment, "rubric_id", "rubric");
    manager.create_table(assessment).await?;
    manager.create_index(unique("assessment", &["review_id"])).await?;
    manager.create_index(index("assessment", &["practice_id", "finished_at", "id"])).await?;
    manager.create_index(index("assessment", &["person_id"])).await?;
    manager.create_index(index("assessment", &["finished_at"])).await?;
    let mut score = table(
        "assessment_score",
        vec![
            uuid("assessment_id"),
            integer("position"),
            string("criterion"),
            integer("score"),
            text("comment"),
        ],
    );
    score.primary_key(Index::create().col("assessment_id").col("position"));
    refers(&mut score, "assessment_id", "assessment");
    manager.create_table(score).await
}
