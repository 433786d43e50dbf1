//! The use cases that enter who took part in an event: members of communities, each once.

use std::collections::{HashMap, HashSet};

use entity::{
    event, event_participant,
    ids::{EventId, EventParticipantId, MemberId, PersonId},
    member,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{
    rules::PARTICIPANTS_AT_ONCE,
    write::{begin, change, lock, told},
};
use crate::{
    app::App,
    auth::{Actor, visibility},
    db::Tx,
    error::{Error, Outcome, UserError, UserErrorCode},
};

/// Enters members as participants of an event that has begun; who is one already stays one. They are registrations of the
/// event's region that the caller may see and that were in force on one of the event's days. A person who is registered
/// in several communities takes part once.
///
/// # Errors
/// `NOT_FOUND` for an unknown event, `FORBIDDEN`.
pub async fn add(app: &App, actor: &Actor, id: EventId, members: Vec<MemberId>) -> Outcome<event::Model> {
    let mut tx = begin(app, actor, id).await?;
    let wanted = accepted!(distinct(members));
    let (_, old) = lock(&tx, id).await?;
    if old.starts_on > tx.at().date_naive() {
        let message = "The event has not begun; who takes part is entered from its first day on.";
        return Ok(Err(UserError::of("eventId", UserErrorCode::NotEligible, message).into()));
    }
    let seen: HashMap<MemberId, member::Model> = member::Entity::visible(&visibility::visible_members(actor))
        .filter(member::Column::RegionId.eq(old.region_id))
        .filter(member::Column::Id.is_in(wanted.iter().copied()))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut errors = Vec::new();
    let mut rows = Vec::with_capacity(wanted.len());
    for (place, id) in wanted.iter().enumerate() {
        let message = match seen.get(id) {
            None => "There is no such registration in the event's region that you see.",
            Some(row) if !member::was_in_force(row, old.starts_on, old.ends_on) => {
                "The registration was not in force when the event was held."
            }
            Some(row) => {
                rows.push(row);
                continue;
            }
        };
        let error = UserError::of(&place.to_string(), UserErrorCode::Invalid, message);
        errors.push(error.within(&["memberIds"]));
    }
    if !errors.is_empty() {
        return Ok(Err(errors.into()));
    }
    let before = old.registered;
    let row = accepted!(add_in(&mut tx, old, &rows).await?);
    if row.registered != before {
        tx.commit().await?;
    }
    Ok(Ok(row))
}

/// The same, as a step of a transaction, of registrations that were in force then; the event is locked.
///
/// # Errors
/// The database's.
pub async fn add_in(tx: &mut Tx, of: event::Model, members: &[&member::Model]) -> Outcome<event::Model> {
    let mut there: HashSet<PersonId> = event_participant::Entity::find()
        .filter(event_participant::Column::EventId.eq(of.id))
        .filter(event_participant::Column::PersonId.is_in(members.iter().map(|row| row.person_id)))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    let at = tx.at();
    let rows: Vec<_> = members
        .iter()
        .filter(|row| there.insert(row.person_id))
        .map(|row| event_participant::Model {
            id: EventParticipantId::generate(),
            event_id: of.id,
            person_id: row.person_id,
            member_id: row.id,
            registered_at: at,
        })
        .collect();
    if rows.is_empty() {
        return Ok(Ok(of));
    }
    let registered = of.registered + i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if let Some(stated) = of.participants.filter(|stated| *stated < registered) {
        let message = format!(
            "The event had {stated} participants as it was told, and {registered} would be registered; \
             correct `participants` first, or leave it out."
        );
        return Ok(Err(UserError::of("memberIds", UserErrorCode::Invalid, message).into()));
    }
    tx.insert_all::<event_participant::Entity>(rows).await?;
    Ok(Ok(count(tx, of, registered).await?))
}

/// Takes back that members took part in an event; who is none of its participants is passed over.
///
/// # Errors
/// `NOT_FOUND` for an unknown event, `FORBIDDEN`.
pub async fn remove(app: &App, actor: &Actor, id: EventId, members: Vec<MemberId>) -> Outcome<event::Model> {
    let mut tx = begin(app, actor, id).await?;
    let wanted = accepted!(distinct(members));
    let (_, old) = lock(&tx, id).await?;
    let rows = event_participant::Entity::visible(&visibility::visible_members(actor))
        .filter(event_participant::Column::EventId.eq(id))
        .filter(event_participant::Column::MemberId.is_in(wanted))
        .all(tx.db())
        .await?;
    if rows.is_empty() {
        return Ok(Ok(old));
    }
    let registered = old.registered - i64::try_from(rows.len()).unwrap_or(0);
    event_participant::Entity::delete_many()
        .filter(event_participant::Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(tx.db())
        .await?;
    let row = count(&mut tx, old, registered).await?;
    tx.commit().await?;
    Ok(Ok(row))
}

/// Each once, in the order given.
fn distinct(given: Vec<MemberId>) -> Result<Vec<MemberId>, UserError> {
    if given.is_empty() || given.len() > PARTICIPANTS_AT_ONCE {
        let message = format!("`memberIds` names 1 to {PARTICIPANTS_AT_ONCE} registrations.");
        return Err(UserError::of("memberIds", UserErrorCode::Invalid, message));
    }
    let mut seen = HashSet::new();
    Ok(given.into_iter().filter(|id| seen.insert(*id)).collect())
}

/// Puts down how many are registered now. The facts of the event stay as they are, so its version does, too: who enters
/// participants does not stand in the way of who corrects the title.
async fn count(tx: &mut Tx, old: event::Model, registered: i64) -> Result<event::Model, Error> {
    let mut row = old.clone().into_active_model();
    row.registered = Set(registered);
    let new = row.update(tx.db()).await?;
    tx.record(change(&new, Some(told(&old)), Some(told(&new))));
    Ok(new)
}
