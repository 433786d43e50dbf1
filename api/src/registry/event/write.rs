//! The use cases that change events.

use std::collections::HashSet;

use entity::{
    AcademicYear, community, event, event_community,
    ids::{CommunityId, EventId},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::json;

use super::{
    rules::{self, Facts, JOINT_MAX, REASON_MAX},
    service,
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    text,
};

/// What is entered beside the facts.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Who holds it together with the leading community.
    pub joint: Vec<CommunityId>,
    /// Whether it is another event than one of the same title on the same day.
    pub is_another: bool,
}

fn place(of: &community::Model) -> Place {
    Place { region: Some(of.region_id), community: Some(of.id), ..Place::default() }
}

/// Enters an event of a community.
///
/// # Errors
/// `NOT_FOUND` for an unknown community, `FORBIDDEN`.
pub async fn create(
    app: &App,
    actor: &Actor,
    of: CommunityId,
    facts: Facts,
    beside: Beside,
) -> Outcome<event::Model> {
    policy::signed_in(actor, Action::EventWrite)?;
    let community = community::Entity::find_by_id(of).one(app.db.read()).await?;
    let community = community.ok_or_else(|| Error::not_found("community"))?;
    let permit = policy::permit(actor, Action::EventWrite, &place(&community))?;
    let mut tx = app.db.begin(permit).await?;
    let row = accepted!(create_in(&mut tx, &community, facts, beside, None).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction; with the source and key of another system for what is imported.
///
/// # Errors
/// The database's.
pub async fn create_in(
    tx: &mut Tx,
    of: &community::Model,
    facts: Facts,
    beside: Beside,
    key: Option<(String, String)>,
) -> Outcome<event::Model> {
    let facts = accepted!(rules::check(facts, tx.at().date_naive()));
    // Of two who enter the same at once the second sees what the first has entered.
    let of = community::Entity::find_by_id(of.id).lock_exclusive().one(tx.db()).await?;
    let of = of.ok_or_else(|| Error::not_found("community"))?;
    if of.archived_at.is_some() {
        let message = "The community is in the archive.";
        return Ok(Err(UserError::of("communityId", UserErrorCode::Invalid, message).into()));
    }
    let joint = accepted!(joint(tx, &of, beside.joint).await?);
    if !beside.is_another {
        accepted!(new(tx, of.id, &facts, None).await?);
    }
    let (source, external_id) = key.unzip();
    let row = event::Model {
        id: EventId::generate(),
        region_id: of.region_id,
        community_id: of.id,
        year: AcademicYear::of_date(facts.starts_on),
        kind: facts.kind,
        level: facts.level,
        format: facts.format,
        title_key: text::fold(&facts.title),
        title: facts.title,
        starts_on: facts.starts_on,
        ends_on: facts.ends_on.unwrap_or(facts.starts_on),
        place: facts.place,
        link: facts.link,
        participants: facts.participants,
        registered: 0,
        source,
        external_id,
        version: 1,
        created_at: tx.at(),
        removed_at: None,
        removal_reason: None,
    };
    tx.insert_all::<event::Entity>(vec![row.clone()]).await?;
    let rows =
        joint.into_iter().map(|community_id| event_community::Model { event_id: row.id, community_id });
    tx.insert_all::<event_community::Entity>(rows.collect()).await?;
    tx.record(change(&row, None, Some(told(&row))));
    Ok(Ok(row))
}

/// Changes an event; all facts are told anew.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: EventId,
    expected_version: i32,
    facts: Facts,
    beside: Beside,
) -> Outcome<event::Model> {
    let mut tx = begin(app, actor, id).await?;
    let row = accepted!(update_in(&mut tx, id, Some(expected_version), facts, beside).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction; without a version none is compared.
///
/// # Errors
/// The database's.
pub async fn update_in(
    tx: &mut Tx,
    id: EventId,
    expected_version: Option<i32>,
    facts: Facts,
    beside: Beside,
) -> Outcome<event::Model> {
    let facts = accepted!(rules::check(facts, tx.at().date_naive()));
    let (of, old) = lock(tx, id).await?;
    if expected_version.is_some_and(|version| version != old.version) {
        let message = format!("The event has changed since; its version is {}.", old.version);
        return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
    }
    accepted!(rules::check_participants(facts.participants, old.registered));
    let joint = accepted!(joint(tx, &of, beside.joint).await?);
    if !beside.is_another {
        accepted!(new(tx, of.id, &facts, Some(id)).await?);
    }
    let mut row = old.clone().into_active_model();
    row.year = Set(AcademicYear::of_date(facts.starts_on));
    row.kind = Set(facts.kind);
    row.level = Set(facts.level);
    row.format = Set(facts.format);
    row.title_key = Set(text::fold(&facts.title));
    row.title = Set(facts.title);
    row.starts_on = Set(facts.starts_on);
    row.ends_on = Set(facts.ends_on.unwrap_or(facts.starts_on));
    row.place = Set(facts.place);
    row.link = Set(facts.link);
    row.participants = Set(facts.participants);
    row.version = Set(old.version + 1);
    let new = row.update(tx.db()).await?;
    event_community::Entity::delete_many()
        .filter(event_community::Column::EventId.eq(id))
        .exec(tx.db())
        .await?;
    let rows = joint.into_iter().map(|community_id| event_community::Model { event_id: id, community_id });
    tx.insert_all::<event_community::Entity>(rows.collect()).await?;
    tx.record(change(&new, Some(told(&old)), Some(told(&new))));
    Ok(Ok(new))
}

/// Removes an event that was entered by mistake, with a reason.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn remove(app: &App, actor: &Actor, id: EventId, reason: &str) -> Outcome<event::Model> {
    let mut tx = begin(app, actor, id).await?;
    let reason = accepted!(text::required("reason", reason, REASON_MAX));
    let (_, old) = lock(&tx, id).await?;
    let at = tx.at();
    let mut row = old.clone().into_active_model();
    row.removed_at = Set(Some(at));
    row.removal_reason = Set(Some(reason));
    row.version = Set(old.version + 1);
    // Its key may be used again.
    row.external_id = Set(None);
    let new = row.update(tx.db()).await?;
    tx.record(change(&new, Some(told(&old)), None));
    tx.commit().await?;
    Ok(Ok(new))
}

pub(super) async fn begin(app: &App, actor: &Actor, id: EventId) -> Result<Tx, Error> {
    policy::signed_in(actor, Action::EventWrite)?;
    let seen = service::require(app.db.read(), id).await?;
    let place =
        Place { region: Some(seen.region_id), community: Some(seen.community_id), ..Place::default() };
    let permit = policy::permit(actor, Action::EventWrite, &place)?;
    app.db.begin(permit).await
}

/// The leading community, and then the event.
pub(super) async fn lock(tx: &Tx, id: EventId) -> Result<(community::Model, event::Model), Error> {
    let missing = || Error::not_found("event");
    let seen = service::require(tx.db(), id).await?;
    let of = community::Entity::find_by_id(seen.community_id).lock_exclusive().one(tx.db()).await?;
    let row = event::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let row = row.filter(|row| row.removed_at.is_none()).ok_or_else(missing)?;
    Ok((of.ok_or_else(missing)?, row))
}

/// The others that hold it: of the same region, each once, without the leading one.
async fn joint(tx: &Tx, of: &community::Model, given: Vec<CommunityId>) -> Outcome<Vec<CommunityId>> {
    let fault = |message: String| Ok(Err(UserError::of("jointWith", UserErrorCode::Invalid, message).into()));
    if given.len() > JOINT_MAX {
        return fault(format!("At most {JOINT_MAX} communities hold an event together."));
    }
    let wanted: HashSet<_> = given.into_iter().collect();
    if wanted.contains(&of.id) {
        return fault("The leading community is not named again.".into());
    }
    let found = community::Entity::find()
        .filter(community::Column::Id.is_in(wanted.iter().copied()))
        .filter(community::Column::RegionId.eq(of.region_id))
        .all(tx.db())
        .await?;
    if found.len() != wanted.len() {
        return fault("An event is held together with communities of the same region.".into());
    }
    let mut ids: Vec<_> = wanted.into_iter().collect();
    ids.sort_unstable();
    Ok(Ok(ids))
}

/// That no other event of the community has this title on this day.
async fn new(
    tx: &Tx,
    of: CommunityId,
    facts: &Facts,
    but: Option<EventId>,
) -> Result<Result<(), UserError>, Error> {
    let mut same = event::Entity::matching(&event::Filter::default())
        .filter(event::Column::CommunityId.eq(of))
        .filter(event::Column::StartsOn.eq(facts.starts_on))
        .filter(event::Column::TitleKey.eq(text::fold(&facts.title)));
    if let Some(but) = but {
        same = same.filter(event::Column::Id.ne(but));
    }
    if same.one(tx.db()).await?.is_none() {
        return Ok(Ok(()));
    }
    let message =
        "An event of this title on this day is entered already; say `allowDuplicate` if it is another one.";
    Ok(Err(UserError::of("title", UserErrorCode::Taken, message)))
}

pub(super) fn told(row: &event::Model) -> serde_json::Value {
    json!({
        "kind": row.kind, "level": row.level, "startsOn": row.starts_on, "participants": row.participants,
        "registered": row.registered,
    })
}

pub(super) fn change(
    row: &event::Model,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
) -> Change {
    Change::of(row.id, before, after).within(row.region_id, Some(row.community_id))
}
