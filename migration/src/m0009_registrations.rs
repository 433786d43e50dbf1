//! Registrations hold what was registered: name, address, telephone, beside the person whose they are. A person is
//! known again by its identity, and has one registration in force in a community.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};
use sha2::{Digest, Sha256};

use crate::steps::{add_column, drop_column, index, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OF_MEMBER: [&str; 7] = ["full_name", "name_key", "email", "phone", "reason", "version", "erased_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "person", blob("identity").null().take()).await?;
        add_column(manager, "person", timestamp_with_time_zone_null("erased_at")).await?;
        manager.create_index(index("person", &["identity"])).await?;

        add_column(manager, "member", string("full_name").default("").take()).await?;
        add_column(manager, "member", string("name_key").default("").take()).await?;
        add_column(manager, "member", string_null("email")).await?;
        add_column(manager, "member", string_null("phone")).await?;
        add_column(manager, "member", string_null("reason")).await?;
        add_column(manager, "member", integer("version").default(1).take()).await?;
        add_column(manager, "member", timestamp_with_time_zone_null("erased_at")).await?;
        fill(manager).await?;

        // What another system calls a registration is unique in its region: systems of two regions know nothing
        // of each other.
        drop_index(manager, "ux_member_source_external_id", "member").await?;
        manager.create_index(unique("member", &["region_id", "source", "external_id"])).await?;
        let mut in_force = unique("member", &["person_id", "community_id"]);
        in_force.and_where(Expr::col("state").is_in(["PENDING", "ACTIVE"]));
        manager.create_index(in_force).await?;
        // Counts by municipality and day are read from the index alone.
        manager
            .create_index(index(
                "member",
                &["community_id", "state", "municipality_id", "joined_on", "left_on", "person_id"],
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(
            manager,
            "ix_member_community_id_state_municipality_id_joined_on_left_on_person_id",
            "member",
        )
        .await?;
        drop_index(manager, "ux_member_person_id_community_id", "member").await?;
        drop_index(manager, "ux_member_region_id_source_external_id", "member").await?;
        manager.create_index(unique("member", &["source", "external_id"])).await?;
        for column in OF_MEMBER.iter().rev() {
            drop_column(manager, "member", column).await?;
        }
        drop_index(manager, "ix_person_identity", "person").await?;
        drop_column(manager, "person", "erased_at").await?;
        drop_column(manager, "person", "identity").await
    }
}

async fn drop_index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).table(table).to_owned()).await
}

/// Gives the persons and registrations that are there already what new ones have from the beginning.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let persons = Query::select()
        .columns(["id", "full_name", "email", "phone", "organization_id"])
        .from("person")
        .to_owned();
    for row in db.query_all(&persons).await? {
        let id: uuid::Uuid = row.try_get("", "id")?;
        let name: String = row.try_get("", "full_name")?;
        let email: Option<String> = row.try_get("", "email")?;
        let phone: Option<String> = row.try_get("", "phone")?;
        let organization: Option<uuid::Uuid> = row.try_get("", "organization_id")?;
        let known_by = email.as_deref().map(fold).or_else(|| organization.map(|id| id.to_string()));
        if let Some(known_by) = known_by {
            let digest = Sha256::digest(format!("{}\n{known_by}", fold(&name)));
            let identity: Vec<u8> = digest.iter().copied().take(16).collect();
            let update = Query::update()
                .table("person")
                .value("identity", identity)
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            db.execute(&update).await?;
        }
        let update = Query::update()
            .table("member")
            .value("full_name", name.as_str())
            .value("name_key", fold(&name))
            .value("email", email)
            .value("phone", phone)
            .and_where(Expr::col("person_id").eq(id))
            .to_owned();
        db.execute(&update).await?;
    }
    Ok(())
}

fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е").split_whitespace().collect::<Vec<_>>().join(" ")
}
