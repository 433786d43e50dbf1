//! The texts that practices were handed in with. Those handed in before get theirs, as far as it is known: the present
//! text, unless it went back to its authors and was changed since.

use std::collections::HashMap;

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::prelude::{DateTimeUtc, Json, Uuid},
};

use crate::steps::{drop_all, index, refers, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// How many practices are read at once.
const AT_ONCE: usize = 500;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut edition = table(
            "practice_edition",
            vec![
                pk_uuid("id"),
                uuid("practice_id"),
                integer("number"),
                integer("version"),
                text("title"),
                text("summary"),
                text("body"),
                json("tags"),
                timestamp_with_time_zone("submitted_at"),
            ],
        );
        refers(&mut edition, "practice_id", "practice");
        manager.create_table(edition).await?;
        manager.create_index(unique("practice_edition", &["practice_id", "version"])).await?;
        manager.create_index(index("practice_edition", &["practice_id", "number", "id"])).await?;
        let mut after = Uuid::nil();
        while let Some(last) = fill(manager, after).await? {
            after = last;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["practice_edition"]).await
    }
}

/// Makes the editions of the next practices; gives the last one's key, none when there are no more.
async fn fill(manager: &SchemaManager<'_>, after: Uuid) -> Result<Option<Uuid>, DbErr> {
    let db = manager.get_connection();
    let handed_in = Query::select()
        .expr(Expr::value(1))
        .from("practice_decision")
        .and_where(Expr::col(("practice_decision", "practice_id")).equals(("practice", "id")))
        .and_where(Expr::col(("practice_decision", "practice_version")).equals(("practice", "version")))
        .and_where(Expr::col(("practice_decision", "state")).eq("SUBMITTED"))
        .to_owned();
    let practices = Query::select()
        .columns(["id", "version", "title", "summary", "body", "submitted_at"])
        .from("practice")
        .and_where(Expr::col("id").gt(after))
        .and_where(Expr::col("submitted_at").is_not_null())
        .and_where(Expr::col("state").ne("RETURNED").or(Expr::exists(handed_in)))
        .order_by("id", Order::Asc)
        .limit(AT_ONCE as u64)
        .to_owned();
    let practices = db.query_all(&practices).await?;
    let mut ids = Vec::with_capacity(practices.len());
    for row in &practices {
        ids.push(row.try_get::<Uuid>("", "id")?);
    }
    if ids.is_empty() {
        return Ok(None);
    }
    let tags = Query::select()
        .columns(["practice_id", "tag"])
        .from("practice_tag")
        .and_where(Expr::col("practice_id").is_in(ids.iter().copied()))
        .order_by("position", Order::Asc)
        .to_owned();
    let mut tags_of: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in db.query_all(&tags).await? {
        tags_of.entry(row.try_get("", "practice_id")?).or_default().push(row.try_get("", "tag")?);
    }
    let mut editions = Query::insert();
    editions.into_table("practice_edition").columns([
        "id",
        "practice_id",
        "number",
        "version",
        "title",
        "summary",
        "body",
        "tags",
        "submitted_at",
    ]);
    for (row, id) in practices.iter().zip(&ids) {
        editions.values_panic([
            // Unique here as there.
            Expr::value(*id),
            Expr::value(*id),
            Expr::value(1),
            Expr::value(row.try_get::<i32>("", "version")?),
            Expr::value(row.try_get::<String>("", "title")?),
            Expr::value(row.try_get::<String>("", "summary")?),
            Expr::value(row.try_get::<String>("", "body")?),
            Expr::value(Json::from(tags_of.remove(id).unwrap_or_default())),
            Expr::value(row.try_get::<DateTimeUtc>("", "submitted_at")?),
        ]);
    }
    db.execute(&editions).await?;
    Ok(ids.last().copied())
}
