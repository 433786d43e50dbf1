//! The use cases that change materials.

use chrono::Duration;
use entity::{
    MaterialKind,
    ids::{MaterialId, PersonId, PracticeId, TypedId},
    loose_file, material, practice,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::{Value, json};

use super::{rules, service, sweep};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, policy, visibility},
    db::{Change, Tx},
    error::{Code, Error, Outcome, UserError, UserErrorCode},
    registry::practice::{rules as practice_rules, service as practices, write as practice_write},
};

/// How long putting a file in place may take, in minutes: long before the sweep takes it for loose.
const PUT_WITHIN: i64 = 30;

/// A file that was received and found good.
#[derive(Debug)]
pub struct NewFile {
    /// What readers call it; its name, where nobody says.
    pub title: Option<String>,
    /// Its checked name.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their digest, in hexadecimal digits.
    pub sha256: String,
    /// The file, to be read from where it stands.
    pub file: tokio::fs::File,
}

/// A file's material.
#[derive(Clone, Debug)]
pub struct Added {
    /// It.
    pub row: material::Model,
    /// Whether it was there already: the same file, sent again.
    pub was_there: bool,
}

/// Whether the caller may add a file, before it is received.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn may_add(app: &App, actor: &Actor, to: PracticeId) -> Outcome<()> {
    let _ = practice_write::may(app, actor, to, Action::MaterialWrite).await?;
    let practice = practices::require(app.db.read(), &visibility::visible_practices(actor), to).await?;
    accepted!(practice_rules::may_edit(practice.state));
    Ok(Ok(()))
}

/// Adds a link.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn add_link(
    app: &App,
    actor: &Actor,
    to: PracticeId,
    title: &str,
    url: &str,
) -> Outcome<material::Model> {
    let (permit, _) = practice_write::may(app, actor, to, Action::MaterialWrite).await?;
    let by = author(actor)?;
    let (title, url) = accepted!(rules::check_link(title, url));
    let mut tx = app.db.begin(permit).await?;
    let practice = practice_write::lock(&tx, to).await?;
    accepted!(practice_rules::may_edit(practice.state));
    let position = accepted!(room(&tx, to).await?);
    let row = material::Model {
        id: MaterialId::generate(),
        practice_id: to,
        kind: MaterialKind::Link,
        title,
        url: Some(url),
        file_name: None,
        media_type: None,
        bytes: None,
        sha256: None,
        storage_key: None,
        position,
        version: 1,
        handed_in: false,
        added_by: by,
        added_at: tx.at(),
        removed_at: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    record(&mut tx, &practice, row.id, None, Some(told(&row)));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Adds a file; one that is among the practice's materials already stays as it is. The row is written once the store
/// has the file; what is refused on the way leaves no file behind.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`; `UNAVAILABLE` where the store is; `TIMEOUT` where it was too slow.
pub async fn add_file(app: &App, actor: &Actor, to: PracticeId, given: NewFile) -> Outcome<Added> {
    let (permit, _) = practice_write::may(app, actor, to, Action::MaterialWrite).await?;
    let by = author(actor)?;
    let title = accepted!(rules::title_of_file(given.title.as_deref(), &given.name));
    let id = MaterialId::generate();
    let key = storage_key(id);
    hold(app, &key).await?;
    let row = material::Model {
        id,
        practice_id: to,
        kind: MaterialKind::File,
        title,
        url: None,
        file_name: Some(given.name),
        media_type: Some(given.media_type.to_owned()),
        bytes: i64::try_from(given.bytes).ok(),
        sha256: Some(given.sha256),
        storage_key: Some(key.clone()),
        position: 0,
        version: 1,
        handed_in: false,
        added_by: by,
        added_at: permit.at(),
        removed_at: None,
    };
    let added = async {
        app.store.put(&key, given.file).await?;
        enter(app, permit, row).await
    };
    let added = added.await;
    if !matches!(&added, Ok(Ok(Added { was_there: false, .. }))) {
        let_go(app, &key).await;
    }
    added
}

/// Enters a file that the store has.
async fn enter(app: &App, permit: Permit, mut row: material::Model) -> Outcome<Added> {
    let mut tx = app.db.begin(permit).await?;
    let practice = practice_write::lock(&tx, row.practice_id).await?;
    accepted!(practice_rules::may_edit(practice.state));
    let same = material::Entity::present()
        .filter(material::Column::PracticeId.eq(row.practice_id))
        .filter(material::Column::Sha256.eq(row.sha256.as_deref()))
        .one(tx.db())
        .await?;
    if let Some(row) = same {
        return Ok(Ok(Added { row, was_there: true }));
    }
    row.position = accepted!(room(&tx, row.practice_id).await?);
    let held = loose_file::Entity::delete_many()
        .filter(loose_file::Column::StorageKey.eq(row.storage_key.as_deref()))
        .filter(loose_file::Column::Since.gt(app.clock.now() - Duration::minutes(PUT_WITHIN)))
        .exec(tx.db())
        .await?;
    if held.rows_affected == 0 {
        let message = "Keeping the file took too long; nothing was done.";
        return Err(Error::Refused(Code::Timeout, message.into()));
    }
    row.added_at = app.clock.now();
    let row = row.into_active_model().insert(tx.db()).await?;
    record(&mut tx, &practice, row.id, None, Some(told(&row)));
    tx.commit().await?;
    Ok(Ok(Added { row, was_there: false }))
}

/// Changes what readers call a material, if it is still the version that the caller has seen.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: MaterialId,
    expected_version: i32,
    title: &str,
) -> Outcome<material::Model> {
    let (permit, of) = may_change(app, actor, id).await?;
    let title = accepted!(rules::check_title(title));
    let mut tx = app.db.begin(permit).await?;
    let (practice, old) = accepted!(lock(&tx, of, id).await?);
    if old.version != expected_version {
        let message = format!(
            "The material is at version {}, not {expected_version}: somebody changed it meanwhile.",
            old.version
        );
        return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
    }
    let mut row = old.clone().into_active_model();
    row.title = Set(title);
    row.version = Set(old.version + 1);
    let new = row.update(tx.db()).await?;
    let (before, after) =
        (json!({ "version": old.version }), json!({ "version": new.version, "changed": ["title"] }));
    record(&mut tx, &practice, id, Some(before), Some(after));
    tx.commit().await?;
    Ok(Ok(new))
}

/// Takes a material away: for good while only its authors have seen it, otherwise it is marked.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn remove(app: &App, actor: &Actor, id: MaterialId) -> Outcome<material::Model> {
    let (permit, of) = may_change(app, actor, id).await?;
    let mut tx = app.db.begin(permit).await?;
    let (practice, old) = accepted!(lock(&tx, of, id).await?);
    let at = app.clock.now();
    let mut gone = None;
    if old.handed_in {
        let mut row = old.clone().into_active_model();
        row.removed_at = Set(Some(at));
        row.update(tx.db()).await?;
    } else {
        material::Entity::delete_by_id(id).exec(tx.db()).await?;
        if let Some(key) = &old.storage_key {
            loosen(tx.db(), key, app).await?;
            gone = Some(key.clone());
        }
    }
    record(&mut tx, &practice, id, Some(told(&old)), None);
    tx.commit().await?;
    if let Some(key) = gone {
        let_go(app, &key).await;
    }
    Ok(Ok(material::Model { removed_at: Some(at), ..old }))
}

/// Marks the materials of a practice that is being submitted: from now on others see them.
pub(crate) async fn hand_in(tx: &Tx, of: PracticeId) -> Result<(), Error> {
    material::Entity::update_many()
        .col_expr(material::Column::HandedIn, Expr::value(true))
        .filter(material::Column::PracticeId.eq(of))
        .filter(material::Column::RemovedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The permit to change a material that the caller can see, and whose it is.
async fn may_change(app: &App, actor: &Actor, id: MaterialId) -> Result<(Permit, PracticeId), Error> {
    policy::signed_in(actor, Action::MaterialWrite)?;
    let seen = service::require(app.db.read(), &visibility::visible_practices(actor), id).await?;
    let (permit, _) = practice_write::may(app, actor, seen.practice_id, Action::MaterialWrite).await?;
    Ok((permit, seen.practice_id))
}

/// The material and its practice as they stand, kept from others until the transaction ends.
async fn lock(tx: &Tx, of: PracticeId, id: MaterialId) -> Outcome<(practice::Model, material::Model)> {
    let practice = practice_write::lock(tx, of).await?;
    accepted!(practice_rules::may_edit(practice.state));
    let row = material::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let row = row.ok_or_else(|| Error::not_found("material"))?;
    if row.removed_at.is_some() {
        let message = "The material was removed.";
        return Ok(Err(UserError::of("materialId", UserErrorCode::WrongState, message).into()));
    }
    Ok(Ok((practice, row)))
}

/// The place behind the practice's other materials, if there is room for one more; its row is locked.
async fn room(tx: &Tx, of: PracticeId) -> Result<Result<i32, UserError>, Error> {
    let present = || material::Entity::present().filter(material::Column::PracticeId.eq(of));
    let count = usize::try_from(present().count(tx.db()).await?).unwrap_or(usize::MAX);
    if let Err(error) = rules::check_room(count) {
        return Ok(Err(error));
    }
    let last = present().order_by_desc(material::Column::Position).one(tx.db()).await?;
    Ok(Ok(last.map_or(1, |row| row.position + 1)))
}

fn author(actor: &Actor) -> Result<PersonId, Error> {
    actor.person().ok_or_else(|| Error::broken("an author without a person"))
}

/// Where the store keeps a material's file: 256 folders, so that none has too many.
#[must_use]
pub fn storage_key(of: MaterialId) -> String {
    let id = of.uuid().simple().to_string();
    format!("{}/{id}", id.get(id.len() - 2..).unwrap_or_default())
}

/// Names a file before it is put in the store, so that the sweep finds it whatever comes between.
async fn hold(app: &App, key: &str) -> Result<(), Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    loosen(tx.db(), key, app).await?;
    tx.commit_quietly().await
}

async fn loosen(db: &impl ConnectionTrait, key: &str, app: &App) -> Result<(), Error> {
    let row = loose_file::Model { storage_key: key.to_owned(), since: app.clock.now() };
    loose_file::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Removes a file that nothing names. What fails is left to the sweep.
async fn let_go(app: &App, key: &str) {
    if let Err(error) = sweep::remove(app, key).await {
        tracing::warn!(?error, key, "a file is left to the sweep");
    }
}

/// The journal's entries, of the material and of its practice: without titles, names and addresses, which are people's
/// own words.
fn record(
    tx: &mut Tx,
    practice: &practice::Model,
    id: MaterialId,
    before: Option<Value>,
    after: Option<Value>,
) {
    let change = Change::of(id, before, after).within(practice.region_id, practice.community_id);
    // As the practice's own: until it is submitted only its authors know of it.
    tx.record(if practice.submitted_at.is_none() { change.confidential() } else { change });
    let before = json!({ "state": practice.state });
    let after = json!({ "state": practice.state, "changed": ["materials"] });
    tx.record(practice_write::change(practice, Some(before), Some(after)));
}

fn told(row: &material::Model) -> Value {
    json!({
        "practice": row.practice_id,
        "kind": row.kind,
        "mediaType": row.media_type,
        "bytes": row.bytes,
        "sha256": row.sha256,
    })
}
