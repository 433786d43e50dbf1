//! The use cases of offices: appointing, ending a term, confirming a presidium.
//!
//! Whoever decides about an office locks in this order, so that nobody waits in a circle: the registration or the
//! employee, the municipality, the community, its appointments. The community's row is the turnstile: of two who
//! appoint to its offices at the same moment the second counts what the first has written.

use chrono::NaiveDate;
use entity::{
    MemberState, Office, appointment, community,
    ids::{AppointmentId, CommunityId, ConfirmationId, MunicipalityId, PersonId, RegionId},
    institute, member, municipality, person,
    presidium_confirmation::{self, Appointments},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use serde_json::{Value, json};

use super::{
    rules::{self, Asked, Order, Whom},
    service,
    terms::{self, Holder, Term},
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
};

/// Appoints somebody to an office of a community.
///
/// # Errors
/// `NOT_FOUND` for a community, registration, employee or municipality that is unknown to the caller, `FORBIDDEN`.
pub async fn appoint(app: &App, actor: &Actor, of: CommunityId, asked: Asked) -> Outcome<appointment::Model> {
    let action = rules::appointing_to(asked.office);
    policy::signed_in(actor, action)?;
    let seen = community_of(app.db.read(), of).await?;
    let permit = policy::permit(actor, action, &place(&seen))?;
    let (whom, term, order) = match rules::check(&asked, permit.at().date_naive()) {
        Ok(sound) => sound,
        Err(errors) => return Ok(Err(errors.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let (person, seat) = match candidate(&tx, actor, &seen, whom).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error.into())),
    };
    let community = lock(&tx, of).await?;
    if let Err(error) = may_take_new(&community) {
        return Ok(Err(error.into()));
    }
    let new = Holder { person, municipality: seat, term };
    let others = holders(&tx, of, asked.office, new, None).await?;
    if let Err(error) = terms::may_hold(asked.office, new, &others) {
        return Ok(Err(error.into()));
    }
    let row = appointment::Model {
        id: AppointmentId::generate(),
        person_id: person,
        office: asked.office,
        community_id: of,
        municipality_id: seat,
        since: term.since,
        until: term.until,
        order_number: order.number,
        order_date: order.date,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.record(change(&row, community.region_id, None));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Ends a term on a day, or moves the end that was set; `until` is the first day no longer in office, today where
/// it is not said.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn end(
    app: &App,
    actor: &Actor,
    id: AppointmentId,
    until: Option<NaiveDate>,
) -> Outcome<appointment::Model> {
    policy::signed_in(actor, Action::AppointLeaders)?;
    let seen = appointment::Entity::find_by_id(id).one(app.db.read()).await?;
    let seen = seen.ok_or_else(|| Error::not_found("appointment"))?;
    let community = community_of(app.db.read(), seen.community_id).await?;
    let permit = policy::permit(actor, rules::appointing_to(seen.office), &place(&community))?;
    let mut tx = app.db.begin(permit).await?;
    let community = lock(&tx, seen.community_id).await?;
    let old = appointment::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let old = old.ok_or_else(|| Error::not_found("appointment"))?;
    let held = Holder::from(&old);
    let until = match terms::may_end(held.term, until, tx.at().date_naive()) {
        Ok(until) => until,
        Err(error) => return Ok(Err(error.into())),
    };
    // An end that is put off takes days that somebody else may have been given.
    if old.until.is_some_and(|former| former < until) {
        let longer = Holder { term: Term { until: Some(until), ..held.term }, ..held };
        let others = holders(&tx, old.community_id, old.office, longer, Some(id)).await?;
        if let Err(error) = terms::may_hold(old.office, longer, &others) {
            let path = vec!["input".into(), "until".into()];
            return Ok(Err(UserError { path, ..error }.into()));
        }
    }
    let before = told(&old);
    let mut row = old.into_active_model();
    row.until = Set(Some(until));
    let row = row.update(tx.db()).await?;
    tx.record(change(&row, community.region_id, Some(before)));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Confirms the presidium that is in office today, as a whole.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    of: CommunityId,
    order: Order,
) -> Outcome<presidium_confirmation::Model> {
    policy::signed_in(actor, Action::PresidiumConfirm)?;
    let seen = community_of(app.db.read(), of).await?;
    let permit = policy::permit(actor, Action::PresidiumConfirm, &place(&seen))?;
    let today = permit.at().date_naive();
    let order = match rules::check_order(&order, today) {
        Ok(order) => order,
        Err(errors) => return Ok(Err(errors.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let community = lock(&tx, of).await?;
    let members = appointment::Entity::find()
        .filter(appointment::Column::CommunityId.eq(of))
        .filter(appointment::Column::Office.eq(Office::PresidiumMember))
        .filter(appointment::in_force(today))
        .order_by_asc(appointment::Column::Id)
        .all(tx.db())
        .await?;
    let members = Appointments(members.into_iter().map(|row| row.id).collect());
    if let Err(error) = may_take_new(&community).and_then(|()| rules::may_confirm(members.0.len())) {
        return Ok(Err(error.into()));
    }
    if let Some(standing) = service::confirmation(tx.db(), of, &members, today).await? {
        let message = format!("This presidium is confirmed, since {}.", standing.confirmed_on);
        return Ok(Err(UserError::of("communityId", UserErrorCode::WrongState, message).into()));
    }
    let row = presidium_confirmation::Model {
        id: ConfirmationId::generate(),
        community_id: of,
        confirmed_on: today,
        order_number: order.number,
        order_date: order.date,
        appointments: members,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    let after = json!({
        "confirmedOn": row.confirmed_on,
        "orderNumber": row.order_number,
        "orderDate": row.order_date,
        "appointments": row.appointments,
    });
    tx.record(Change::of(row.id, None, Some(after)).within(community.region_id, Some(of)));
    tx.commit().await?;
    Ok(Ok(row))
}

async fn community_of(db: &impl ConnectionTrait, id: CommunityId) -> Result<community::Model, Error> {
    let found = community::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("community"))
}

fn place(of: &community::Model) -> Place {
    Place { region: Some(of.region_id), community: Some(of.id), ..Place::default() }
}

/// The community as it stands; others who decide about its offices wait until the transaction ends. Who only refers
/// to it does not.
async fn lock(tx: &Tx, id: CommunityId) -> Result<community::Model, Error> {
    let found = community::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    found.ok_or_else(|| Error::not_found("community"))
}

fn may_take_new(community: &community::Model) -> Result<(), UserError> {
    if community.archived_at.is_none() {
        return Ok(());
    }
    let message = "The community is in the archive: nothing new is entered there.";
    Err(UserError::of("communityId", UserErrorCode::WrongState, message))
}

/// The person who is to hold an office, and for which municipality; what makes it eligible stays so until the
/// transaction ends.
async fn candidate(
    tx: &Tx,
    actor: &Actor,
    of: &community::Model,
    whom: Whom,
) -> Result<Result<(PersonId, Option<MunicipalityId>), UserError>, Error> {
    let not_eligible =
        |field: &str, message: &str| Ok(Err(UserError::of(field, UserErrorCode::NotEligible, message)));
    let (member, seat) = match whom {
        Whom::Employee(id) => {
            let there = person::Entity::find_by_id(id).filter(person::Column::ErasedAt.is_null());
            let employee = there.lock_shared().one(tx.db()).await?;
            let employee = employee.ok_or_else(|| Error::not_found("employee"))?;
            if works_in(tx, &employee, of.region_id).await? {
                return Ok(Ok((id, None)));
            }
            let message = "A coordinator is an employee of the institute of the community's region.";
            return not_eligible("employeeId", message);
        }
        Whom::Member(id) => (id, None),
        Whom::Representative(id, municipality) => (id, Some(municipality)),
    };
    let member = member::Entity::visible(&visibility::visible_members(actor))
        .filter(member::Column::Id.eq(member))
        .lock_shared()
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::not_found("registration"))?;
    if let Some(seat) = seat {
        let found = municipality::Entity::find_by_id(seat).lock_shared().one(tx.db()).await?;
        let found = found.ok_or_else(|| Error::not_found("municipality"))?;
        let fault = if found.region_id != of.region_id {
            Some("The municipality lies in another region than the community.")
        } else {
            found.archived_at.map(|_| "The municipality is in the archive.")
        };
        if let Some(message) = fault {
            return Ok(Err(UserError::of("municipalityId", UserErrorCode::Invalid, message)));
        }
    }
    if member.community_id != of.id || member.state != MemberState::Active {
        return not_eligible("memberId", "The office is held by a member of the community in force.");
    }
    if seat.is_some_and(|seat| member.municipality_id != seat) {
        return not_eligible("memberId", "A municipality is represented by a member registered in it.");
    }
    Ok(Ok((member.person_id, seat)))
}

async fn works_in(tx: &Tx, whose: &person::Model, region: RegionId) -> Result<bool, Error> {
    let Some(id) = whose.institute_id else { return Ok(false) };
    let institute = institute::Entity::find_by_id(id).one(tx.db()).await?;
    Ok(institute.is_some_and(|it| it.region_id == region && it.archived_at.is_none()))
}

/// Who else holds the office on days on which `new` would: a few, whatever the history.
async fn holders(
    tx: &Tx,
    of: CommunityId,
    office: Office,
    new: Holder,
    but: Option<AppointmentId>,
) -> Result<Vec<Holder>, Error> {
    use appointment::Column;
    let mut select = appointment::Entity::find()
        .filter(Column::CommunityId.eq(of))
        .filter(Column::Office.eq(office))
        .filter(Column::Until.is_null().or(Column::Until.gt(new.term.since)))
        .order_by_asc(Column::Since);
    if let Some(until) = new.term.until {
        select = select.filter(Column::Since.lt(until));
    }
    if let Some(seat) = new.municipality {
        select = select.filter(Column::MunicipalityId.eq(seat));
    }
    if let Some(but) = but {
        select = select.filter(Column::Id.ne(but));
    }
    Ok(select.all(tx.db()).await?.iter().map(Into::into).collect())
}

/// An appointment, as the journal tells it: ids and days, nobody's name.
pub(super) fn told(row: &appointment::Model) -> Value {
    json!({
        "office": row.office,
        "personId": row.person_id,
        "municipalityId": row.municipality_id,
        "since": row.since,
        "until": row.until,
        "orderNumber": row.order_number,
        "orderDate": row.order_date,
    })
}

/// What became of an appointment.
pub(super) fn change(now: &appointment::Model, region: RegionId, before: Option<Value>) -> Change {
    Change::of(now.id, before, Some(told(now))).within(region, Some(now.community_id))
}
