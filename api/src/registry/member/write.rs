//! The use cases that change registrations one by one: handing in, confirming and declining, leaving, moving, changing
//! what is registered.

use chrono::{Days, NaiveDate};
use entity::{
    MemberState, community,
    ids::{CommunityId, MemberId, MunicipalityId, OrganizationId, PersonId, RegionId},
    member, municipality, organization, person,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;

use super::{
    ledger::{self, Counts},
    people,
    rules::{self, PHONE_MAX, PLACE_MAX, POSITION_MAX},
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy, visibility},
    db::{Change, Tx},
    error::{Code, Error, Outcome, UserError, UserErrorCode},
    registry::governance::endings::{end_offices, end_seats},
    text,
};

/// How many registrations one address may hand in in ten minutes without signing in.
const BY_VISITORS: u32 = 100;

/// What is handed in.
#[derive(Clone, Debug)]
pub struct Registration {
    /// In which community.
    pub community: CommunityId,
    /// From which municipality.
    pub municipality: MunicipalityId,
    /// Surname, name, patronymic; left out, those of the signed-in person.
    pub full_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Where the person works.
    pub organization: Option<String>,
    /// What the person does there.
    pub position: Option<String>,
}

/// What is to be changed: `None` stays as it is, `Some(None)` goes.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// Surname, name, patronymic.
    pub full_name: Option<String>,
    /// E-mail address.
    pub email: Option<Option<String>>,
    /// Telephone number.
    pub phone: Option<Option<String>>,
    /// Where the person works.
    pub organization: Option<Option<String>>,
    /// What the person does there.
    pub position: Option<Option<String>>,
}

/// What is checked of a registration's texts.
struct Texts {
    full_name: String,
    email: Option<String>,
    phone: Option<String>,
    organization: Option<String>,
    position: Option<String>,
}

/// Hands in a registration: the signed-in person's own, or that of somebody without an account. It awaits
/// confirmation. Somebody who is not signed in is not told whether the person is registered already: then only the
/// journal tells that it was handed in again, and the answer is the same.
///
/// # Errors
/// `NOT_FOUND` for an unknown community; `TOO_MANY_ATTEMPTS` for visitors of one address.
pub async fn register(app: &App, actor: &Actor, given: Registration) -> Outcome<Option<member::Model>> {
    let permit = policy::permit(actor, Action::MemberRegister, &Place::default())?;
    if actor.identity.is_none() {
        let origin = ("member.register".to_owned(), actor.address);
        if !app.throttle.take_up_to(BY_VISITORS, &origin, actor.now) {
            let message = "Too many registrations from this address; sign in, or try again in some minutes.";
            return Err(Error::Refused(Code::TooManyAttempts, message.into()));
        }
    }
    let found = community::Entity::find_by_id(given.community).one(app.db.read()).await?;
    let community = found.ok_or_else(|| Error::not_found("community"))?;
    let own = match actor.person() {
        Some(id) => person::Entity::find_by_id(id).one(app.db.read()).await?,
        None if actor.identity.is_some() => {
            let message = "A service account is nobody who could be a member.";
            return Ok(Err(UserError::whole(UserErrorCode::NotEligible, message).into()));
        }
        None => None,
    };
    let mut errors = Vec::new();
    if community.archived_at.is_some() {
        let message = "The community is in the archive.";
        errors.push(UserError::of("communityId", UserErrorCode::WrongState, message));
    }
    let place = check_municipality(app, community.region_id, given.municipality).await?;
    errors.extend(place.err());
    let name = given.full_name.or_else(|| own.as_ref().map(|own| own.full_name.clone())).unwrap_or_default();
    let email = given.email.or_else(|| own.as_ref().and_then(|own| own.email.clone()));
    let texts = Texts {
        full_name: name,
        email,
        phone: given.phone,
        organization: given.organization,
        position: given.position,
    };
    let texts = match check_texts(texts) {
        Ok(texts) if errors.is_empty() => texts,
        Ok(_) => return Ok(Err(errors.into())),
        Err(more) => return Ok(Err([errors, more].concat().into())),
    };
    let mut tx = app.db.begin(permit).await?;
    ledger::take_turn(&tx, community.region_id).await?;
    let organization = organization_of(&mut tx, given.municipality, texts.organization.as_deref()).await?;
    let whose = match own {
        Some(own) => own.id,
        None => person_of(&tx, &texts, organization, &community).await?,
    };
    if let Some(standing) = registered(&tx, whose, community.id).await? {
        if actor.identity.is_none() {
            // The journal grows as it does for somebody new: its length is in the cursors of everybody.
            let again = Change::of(standing.id, None, Some(json!({ "handedInAgain": true })));
            tx.record(again.within(standing.region_id, Some(standing.community_id)));
            tx.commit().await?;
            return Ok(Ok(None));
        }
        let message = "You are registered in this community already.";
        return Ok(Err(UserError::of("communityId", UserErrorCode::Taken, message).into()));
    }
    let row = member::Model {
        id: MemberId::generate(),
        person_id: whose,
        community_id: community.id,
        region_id: community.region_id,
        municipality_id: given.municipality,
        organization_id: organization,
        position: texts.position,
        name_key: text::fold(&texts.full_name),
        full_name: texts.full_name,
        email: texts.email,
        phone: texts.phone,
        state: MemberState::Pending,
        joined_on: tx.at().date_naive(),
        left_on: None,
        source: None,
        external_id: None,
        reason: None,
        version: 1,
        erased_at: None,
        row_digest: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.record(ledger::change(None, &row));
    tx.commit().await?;
    Ok(Ok(actor.identity.is_some().then_some(row)))
}

/// Confirms a registration: it is in force from today on.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn confirm(app: &App, actor: &Actor, id: MemberId) -> Outcome<member::Model> {
    change(app, actor, id, Action::MemberConfirm, async |tx, old| {
        let joined_on = tx.at().date_naive();
        let new =
            pending(old).map(|()| member::Model { state: MemberState::Active, joined_on, ..old.clone() });
        Ok(new.map_err(Into::into))
    })
    .await
}

/// Declines a registration, with a reason.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn decline(app: &App, actor: &Actor, id: MemberId, reason: &str) -> Outcome<member::Model> {
    change(app, actor, id, Action::MemberConfirm, async |_, old| {
        let reason = pending(old).and_then(|()| text::required("reason", reason, 2_000));
        let new = reason.map(|reason| member::Model {
            state: MemberState::Declined,
            reason: Some(reason),
            ..old.clone()
        });
        Ok(new.map_err(Into::into))
    })
    .await
}

/// Ends a registration, and with it the offices that only a member holds.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn leave(
    app: &App,
    actor: &Actor,
    id: MemberId,
    left_on: Option<NaiveDate>,
) -> Outcome<member::Model> {
    change(app, actor, id, Action::MemberLeave, async |tx, old| {
        let left_on = left_on.unwrap_or_else(|| tx.at().date_naive());
        if let Err(error) = ours(old).and_then(|()| may_leave(old, left_on, tx.at().date_naive())) {
            return Ok(Err(error.into()));
        }
        end_offices(tx, &[(old.person_id, old.community_id)], left_on).await?;
        // What was never in force counts on no day.
        let joined_on = if old.state == MemberState::Pending { left_on } else { old.joined_on };
        Ok(Ok(member::Model { state: MemberState::Left, joined_on, left_on: Some(left_on), ..old.clone() }))
    })
    .await
}

/// Moves a registration to another municipality of the region; a seat in the council is the former one's, and ends.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn relocate(
    app: &App,
    actor: &Actor,
    id: MemberId,
    to: MunicipalityId,
    organization: Option<String>,
) -> Outcome<member::Model> {
    change(app, actor, id, Action::MemberMove, async |tx, old| {
        if let Err(error) = ours(old).and_then(|()| open(old)) {
            return Ok(Err(error.into()));
        }
        if let Err(error) = check_municipality(app, old.region_id, to).await? {
            return Ok(Err(error.into()));
        }
        let organization = match text::optional_line("organization", organization.as_deref(), PLACE_MAX) {
            Ok(organization) => organization,
            Err(error) => return Ok(Err(error.into())),
        };
        if old.municipality_id == to {
            let message = "The registration lies in this municipality already.";
            return Ok(Err(UserError::of("municipalityId", UserErrorCode::WrongState, message).into()));
        }
        let organization_id = organization_of(tx, to, organization.as_deref()).await?;
        end_seats(tx, &[(old.person_id, old.community_id)], tx.at().date_naive()).await?;
        Ok(Ok(member::Model { municipality_id: to, organization_id, ..old.clone() }))
    })
    .await
}

/// Changes what is registered of a person, if it is still the version that the caller has seen.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn amend(
    app: &App,
    actor: &Actor,
    id: MemberId,
    expected_version: i32,
    amendment: Amendment,
) -> Outcome<member::Model> {
    change(app, actor, id, Action::MemberUpdate, async |tx, old| {
        if old.version != expected_version {
            let message = format!(
                "The registration is at version {}, not {expected_version}: somebody changed it meanwhile.",
                old.version
            );
            return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
        }
        if let Err(error) = ours(old).and_then(|()| open(old)) {
            return Ok(Err(error.into()));
        }
        let keeps_organization = amendment.organization.is_none();
        let texts = Texts {
            full_name: amendment.full_name.clone().unwrap_or_else(|| old.full_name.clone()),
            email: amendment.email.clone().unwrap_or_else(|| old.email.clone()),
            phone: amendment.phone.clone().unwrap_or_else(|| old.phone.clone()),
            organization: amendment.organization.clone().flatten(),
            position: amendment.position.clone().unwrap_or_else(|| old.position.clone()),
        };
        let texts = match check_texts(texts) {
            Ok(texts) => texts,
            Err(errors) => return Ok(Err(errors.into())),
        };
        let organization_id = match keeps_organization {
            true => old.organization_id,
            false => organization_of(tx, old.municipality_id, texts.organization.as_deref()).await?,
        };
        let new = member::Model {
            name_key: text::fold(&texts.full_name),
            full_name: texts.full_name,
            email: texts.email,
            phone: texts.phone,
            position: texts.position,
            organization_id,
            ..old.clone()
        };
        let others = actor.person() != Some(old.person_id);
        let followed = people::follow(tx.db(), old.region_id, others, std::iter::once((old, &new))).await?;
        tx.upsert_all::<person::Entity>(followed.persons, person::Column::Id).await?;
        people::tell_of(tx, &followed.shown).await?;
        Ok(Ok(new))
    })
    .await
}

/// What all changes of one registration have in common: what the caller may see, the permit, the region's turn, the
/// row as it stands then, its count and its entry in the journal.
async fn change(
    app: &App,
    actor: &Actor,
    id: MemberId,
    action: Action,
    step: impl AsyncFnOnce(&mut Tx, &member::Model) -> Outcome<member::Model>,
) -> Outcome<member::Model> {
    let (permit, seen) = may(app, actor, id, action).await?;
    let mut tx = app.db.begin(permit).await?;
    ledger::take_turn(&tx, seen.region_id).await?;
    // Before its community: whoever appoints a member locks them in this order, too.
    let found = member::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let old = found.filter(|row| row.erased_at.is_none()).ok_or_else(|| Error::not_found("registration"))?;
    let new = match step(&mut tx, &old).await? {
        Ok(new) => member::Model { version: old.version + 1, ..new },
        Err(rejected) => return Ok(Err(rejected)),
    };
    let new = new.into_active_model().reset_all().update(tx.db()).await?;
    let mut counts = Counts::default();
    counts.step(new.community_id, Some(old.state), Some(new.state));
    counts.write(&tx).await?;
    tx.record(ledger::change(Some(&old), &new));
    tx.commit().await?;
    Ok(Ok(new))
}

/// The permit for an action on a registration that the caller may see.
async fn may(
    app: &App,
    actor: &Actor,
    id: MemberId,
    action: Action,
) -> Result<(Permit, member::Model), Error> {
    policy::signed_in(actor, action)?;
    let seen = member::Entity::visible(&visibility::visible_members(actor))
        .filter(member::Column::Id.eq(id))
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::not_found("registration"))?;
    let permit = policy::permit(actor, action, &place(&seen))?;
    Ok((permit, seen))
}

/// Where a registration lies, as far as rights go.
#[must_use]
pub fn place(row: &member::Model) -> Place {
    Place {
        region: Some(row.region_id),
        community: Some(row.community_id),
        municipality: Some(row.municipality_id),
        person: Some(row.person_id),
        ..Place::default()
    }
}

fn wrong_state(message: &str) -> UserError {
    UserError::of("memberId", UserErrorCode::WrongState, message)
}

fn pending(row: &member::Model) -> Result<(), UserError> {
    match row.state {
        MemberState::Pending => Ok(()),
        _ => Err(wrong_state("The registration does not await confirmation.")),
    }
}

fn open(row: &member::Model) -> Result<(), UserError> {
    if rules::is_open(row.state) { Ok(()) } else { Err(wrong_state("The registration has ended.")) }
}

/// What another system keeps in step is changed there: the next night would undo a change that was made here.
fn ours(row: &member::Model) -> Result<(), UserError> {
    if row.source.is_none() {
        return Ok(());
    }
    Err(wrong_state("Another system keeps this registration in step (see `source`); change it there."))
}

fn may_leave(row: &member::Model, left_on: NaiveDate, today: NaiveDate) -> Result<(), UserError> {
    open(row)?;
    let fault = |message: &str| Err(UserError::of("leftOn", UserErrorCode::Invalid, message));
    if left_on < row.joined_on {
        return fault("`leftOn` lies before `joinedOn`.");
    }
    if left_on > today + Days::new(1) {
        return fault("`leftOn` lies in the future; a registration is told when it has ended.");
    }
    Ok(())
}

fn check_texts(given: Texts) -> Result<Texts, Vec<UserError>> {
    let mut errors = Vec::new();
    let mut keep = |result: Result<Option<String>, UserError>| {
        result.unwrap_or_else(|error| {
            errors.push(error);
            None
        })
    };
    let full_name = keep(rules::check_name("fullName", &given.full_name).map(Some));
    let email = keep(rules::check_email("email", given.email.as_deref()));
    let phone = keep(text::optional_line("phone", given.phone.as_deref(), PHONE_MAX));
    let organization = keep(text::optional_line("organization", given.organization.as_deref(), PLACE_MAX));
    let position = keep(text::optional_line("position", given.position.as_deref(), POSITION_MAX));
    match full_name {
        Some(full_name) if errors.is_empty() => Ok(Texts { full_name, email, phone, organization, position }),
        _ => Err(errors),
    }
}

/// A municipality of the region that is not in the archive.
async fn check_municipality(
    app: &App,
    region: RegionId,
    id: MunicipalityId,
) -> Result<Result<(), UserError>, Error> {
    let found = municipality::Entity::find_by_id(id)
        .filter(municipality::Column::RegionId.eq(region))
        .filter(municipality::Column::ArchivedAt.is_null())
        .one(app.db.read())
        .await?;
    Ok(found.map(|_| ()).ok_or_else(|| {
        let message = "There is no such municipality in the community's region.";
        UserError::of("municipalityId", UserErrorCode::Invalid, message)
    }))
}

/// The organization of this name in the municipality, entered where it is not known yet.
async fn organization_of(
    tx: &mut Tx,
    of: MunicipalityId,
    name: Option<&str>,
) -> Result<Option<OrganizationId>, Error> {
    let Some(name) = name else { return Ok(None) };
    let found = organization::Entity::find()
        .filter(organization::Column::MunicipalityId.eq(of))
        .filter(organization::Column::Name.eq(name))
        .one(tx.db())
        .await?;
    if let Some(found) = found {
        return Ok(Some(found.id));
    }
    let row = organization::Model {
        id: OrganizationId::generate(),
        municipality_id: of,
        name: name.to_owned(),
        version: 1,
        archived_at: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.record(ledger::brought(&row));
    Ok(Some(row.id))
}

/// The person of a registration that was handed in by nobody known.
async fn person_of(
    tx: &Tx,
    texts: &Texts,
    organization: Option<OrganizationId>,
    of: &community::Model,
) -> Result<PersonId, Error> {
    let new = people::new(&texts.full_name, texts.email.as_deref(), texts.position.as_deref(), organization);
    let known = people::Known::read(tx.db(), new.identity.clone()).await?;
    // Nobody vouches for a visitor: what other regions hold of the person is not touched by it.
    let found = new.identity.as_ref().and_then(|known_by| known.find(known_by, of.id, of.region_id, true));
    if let Some(id) = found {
        return Ok(id);
    }
    let new = person::Model { phone: texts.phone.clone(), ..new };
    Ok(new.into_active_model().insert(tx.db()).await?.id)
}

async fn registered(
    tx: &Tx,
    person: PersonId,
    community: CommunityId,
) -> Result<Option<member::Model>, Error> {
    Ok(member::Entity::find()
        .filter(member::Column::PersonId.eq(person))
        .filter(member::Column::CommunityId.eq(community))
        .filter(member::Column::State.is_in([MemberState::Pending, MemberState::Active]))
        .one(tx.db())
        .await?)
}
