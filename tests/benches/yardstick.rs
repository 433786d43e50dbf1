//! What the databases can do at best with the same rows: past the API, without checks, journal or answers. What the
//! rows refer to (persons, organizations) is there already, and only the registrations are timed.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use api::{db::Address, registry::member::rules::identity, text::fold};
use entity::{
    community,
    ids::{MemberId, OrganizationId, PersonId},
    municipality, organization, person,
};
use sea_orm::{
    EntityTrait, IntoActiveModel,
    sqlx::{self, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions},
};
use uuid::Uuid;

use super::{rows::Row, support::app::TestApp};

/// A row with all keys that the API finds or makes.
struct Ready<'a> {
    row: &'a Row,
    id: Uuid,
    person: Uuid,
    organization: Uuid,
}

/// How long the raw load takes.
pub async fn load(app: &TestApp, rows: &[Row]) -> Duration {
    let ready = prepare(app, rows).await;
    match app.database().address() {
        Address::Server(url) => postgres(url, &ready).await,
        Address::File(path) => sqlite(app, path, &ready).await,
    }
}

async fn prepare<'a>(app: &TestApp, rows: &'a [Row]) -> Vec<Ready<'a>> {
    let places: HashMap<String, _> = municipality::Entity::find()
        .all(app.rows())
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.name, row.id))
        .collect();
    let mut organizations: HashMap<(&str, &str), organization::Model> = HashMap::new();
    let (mut ready, mut persons) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let place = organizations.entry((&row.municipality, &row.organization)).or_insert_with(|| {
            organization::Model {
                id: OrganizationId::generate(),
                municipality_id: places[&row.municipality],
                name: row.organization.clone(),
                version: 1,
                archived_at: None,
            }
        });
        let id = PersonId::generate();
        persons.push(person::Model {
            id,
            full_name: row.full_name.clone(),
            email: Some(row.email.clone()),
            phone: None,
            position: Some(row.position.clone()),
            organization_id: Some(place.id),
            institute_id: None,
            identity: identity(&row.full_name, Some(&row.email), Some(place.id)),
            erased_at: None,
        });
        ready.push(Ready { row, id: MemberId::generate().0, person: id.0, organization: place.id.0 });
    }
    let organizations: Vec<_> = organizations.into_values().map(IntoActiveModel::into_active_model).collect();
    for chunk in organizations.chunks(1_000) {
        organization::Entity::insert_many(chunk.to_vec()).exec_without_returning(app.rows()).await.unwrap();
    }
    let persons: Vec<_> = persons.into_iter().map(IntoActiveModel::into_active_model).collect();
    for chunk in persons.chunks(1_000) {
        person::Entity::insert_many(chunk.to_vec()).exec_without_returning(app.rows()).await.unwrap();
    }
    ready
}

/// One `COPY` into a temporary table, and one `INSERT … ON CONFLICT`.
async fn postgres(url: &str, ready: &[Ready<'_>]) -> Duration {
    let mut lines = String::new();
    for Ready { row, id, person, organization } in ready {
        let cells = [
            &id.to_string(),
            &person.to_string(),
            &organization.to_string(),
            &row.external_id,
            &row.community,
            &row.full_name,
            &fold(&row.full_name),
            &row.email,
            &row.position,
            &row.municipality,
            &row.joined_on,
        ];
        lines.push_str(&cells.map(String::as_str).join("\t"));
        lines.push('\n');
    }
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query(
        "CREATE TEMPORARY TABLE load (id uuid, person uuid, organization uuid, external_id text, slug text,
         full_name text, name_key text, email text, position text, municipality text, joined_on date)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let begun = Instant::now();
    let mut copy = connection.copy_in_raw("COPY load FROM STDIN").await.unwrap();
    copy.send(lines.as_bytes()).await.unwrap();
    copy.finish().await.unwrap();
    let done = sqlx::query(
        "INSERT INTO member (id, person_id, community_id, region_id, municipality_id, organization_id, position, state,
             joined_on, source, external_id, full_name, name_key, email, version)
         SELECT load.id, load.person, community.id, community.region_id, municipality.id, load.organization,
             load.position, 'ACTIVE', load.joined_on, 'bench', load.external_id, load.full_name, load.name_key,
             load.email, 1
         FROM load JOIN community ON community.slug = load.slug
             JOIN municipality ON municipality.name = load.municipality
                 AND municipality.region_id = community.region_id
         ON CONFLICT (region_id, source, external_id) DO UPDATE SET municipality_id = excluded.municipality_id,
             organization_id = excluded.organization_id, position = excluded.position, joined_on = excluded.joined_on,
             full_name = excluded.full_name, name_key = excluded.name_key, email = excluded.email",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let took = begun.elapsed();
    assert_eq!(done.rows_affected(), ready.len() as u64);
    took
}

/// One prepared insert a row, in one transaction.
async fn sqlite(app: &TestApp, path: &std::path::Path, ready: &[Ready<'_>]) -> Duration {
    let communities: HashMap<String, _> = community::Entity::find()
        .all(app.rows())
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.slug, (row.id.0, row.region_id.0)))
        .collect();
    let places: HashMap<String, _> = municipality::Entity::find()
        .all(app.rows())
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.name, row.id.0))
        .collect();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .foreign_keys(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let begun = Instant::now();
    let mut tx = connection.begin().await.unwrap();
    for Ready { row, id, person, organization } in ready {
        let (community, region) = communities[&row.community];
        sqlx::query(
            "INSERT INTO member (id, person_id, community_id, region_id, municipality_id, organization_id, position,
                 state, joined_on, source, external_id, full_name, name_key, email, version)
             VALUES (?, ?, ?, ?, ?, ?, ?, 'ACTIVE', ?, 'bench', ?, ?, ?, ?, 1)",
        )
        .bind(id)
        .bind(person)
        .bind(community)
        .bind(region)
        .bind(places[&row.municipality])
        .bind(organization)
        .bind(&row.position)
        .bind(&row.joined_on)
        .bind(&row.external_id)
        .bind(&row.full_name)
        .bind(fold(&row.full_name))
        .bind(&row.email)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    begun.elapsed()
}
