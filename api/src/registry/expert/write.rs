//! The use cases that change the pool: nominating, agreeing, resigning, releasing.

use entity::{
    MemberState, ReviewState, community, expert,
    ids::{CommunityId, ExpertId, MemberId, PersonId, ProfileId},
    member, profile, review,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use serde_json::{Value, json};

use super::{rules, service};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{account::rules::check_one, institute::employees, listed, review::write as reviews},
};

/// Whom a community puts forward: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whom {
    /// One of its members.
    pub member: Option<MemberId>,
    /// An employee of its region's institute.
    pub employee: Option<PersonId>,
}

/// Puts somebody forward for the pool of the community's profile.
///
/// # Errors
/// `NOT_FOUND` for an unknown community, and for a registration or employee that the caller may not see; `FORBIDDEN`.
pub async fn nominate(app: &App, actor: &Actor, of: CommunityId, whom: Whom) -> Outcome<expert::Model> {
    policy::signed_in(actor, Action::ExpertNominate)?;
    accepted!(check_one(whom.member.is_some(), whom.employee.is_some()));
    let community = community::Entity::find_by_id(of).one(app.db.read()).await?;
    let community = community.ok_or_else(|| Error::not_found("community"))?;
    let place = Place { region: Some(community.region_id), community: Some(of), ..Place::default() };
    let permit = policy::permit(actor, Action::ExpertNominate, &place)?;
    let person = accepted!(find(app, actor, &community, whom).await?);

    let mut tx = app.db.begin(permit).await?;
    if let Some(id) = whom.member {
        // Whoever ends or erases the registration locks it, too.
        let row = member::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
        if row.is_none_or(|row| row.state != MemberState::Active || row.community_id != of) {
            let message = "The registration is not one in force in the community.";
            return Ok(Err(UserError::of("memberId", UserErrorCode::NotEligible, message).into()));
        }
    }
    accepted!(listed::living::<community::Model>(&tx, of, "communityId").await?);
    take_turn(&tx, community.profile_id).await?;
    let standing = expert::Entity::find()
        .filter(expert::Column::PersonId.eq(person))
        .filter(expert::Column::ProfileId.eq(community.profile_id))
        .filter(expert::Column::EndedAt.is_null());
    if standing.count(tx.db()).await? > 0 {
        let message = "The person has been nominated in this profile already.";
        let field = if whom.member.is_some() { "memberId" } else { "employeeId" };
        return Ok(Err(UserError::of(field, UserErrorCode::Taken, message).into()));
    }
    accepted!(rules::has_room(service::size(tx.db(), community.profile_id).await?));
    let row = expert::Model {
        id: ExpertId::generate(),
        person_id: person,
        profile_id: community.profile_id,
        community_id: of,
        region_id: community.region_id,
        nominated_by: actor.identity.as_ref().map(|identity| identity.account),
        nominated_at: tx.at(),
        consented_at: None,
        load_limit: rules::LOAD_PROPOSED,
        ended_at: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.record(change(None, &row));
    tx.commit().await?;
    Ok(Ok(row))
}

/// The person, as far as the caller may see it.
async fn find(app: &App, actor: &Actor, of: &community::Model, whom: Whom) -> Outcome<PersonId> {
    if let Some(id) = whom.member {
        let seen = member::Entity::visible(&visibility::visible_members(actor));
        let found = seen.filter(member::Column::Id.eq(id)).one(app.db.read()).await?;
        return Ok(Ok(found.ok_or_else(|| Error::not_found("registration"))?.person_id));
    }
    let id = whom.employee.ok_or_else(|| Error::not_found("employee"))?;
    let (person, region) = employees::require(&app.db, actor, id).await?;
    if region == of.region_id {
        return Ok(Ok(person.id));
    }
    let message = "The person is an employee of another region's institute.";
    Ok(Err(UserError::of("employeeId", UserErrorCode::NotEligible, message).into()))
}

/// The person agrees to assess practices, so many at a time; once more, to another number.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for everybody else.
pub async fn consent(app: &App, actor: &Actor, id: ExpertId, load_limit: i32) -> Outcome<expert::Model> {
    let (tx, old) = lock(app, actor, id, Action::ExpertConsent).await?;
    let load_limit = accepted!(rules::check_load(load_limit));
    accepted!(rules::may_consent(old.standing()));
    let mut row = old.clone().into_active_model();
    row.consented_at = Set(old.consented_at.or(Some(tx.at())));
    row.load_limit = Set(load_limit);
    write(tx, &old, row).await
}

/// The person leaves the pool, or refuses the nomination.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for everybody else.
pub async fn resign(app: &App, actor: &Actor, id: ExpertId) -> Outcome<expert::Model> {
    end(app, actor, id, Action::ExpertResign).await
}

/// The community that put the person forward, or its region's operator, takes it out of the pool.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn release(app: &App, actor: &Actor, id: ExpertId) -> Outcome<expert::Model> {
    end(app, actor, id, Action::ExpertRelease).await
}

async fn end(app: &App, actor: &Actor, id: ExpertId, action: Action) -> Outcome<expert::Model> {
    let (tx, old) = lock(app, actor, id, action).await?;
    let open = review::Entity::find()
        .filter(review::Column::ExpertId.eq(id))
        .filter(review::Column::State.eq(ReviewState::Assigned));
    accepted!(rules::may_end(old.standing(), open.count(tx.db()).await?));
    let mut row = old.clone().into_active_model();
    row.ended_at = Set(Some(tx.at()));
    write(tx, &old, row).await
}

/// Ends all places of an erased person, and its reviews with them.
///
/// # Errors
/// The database's.
pub async fn erase(tx: &mut Tx, whose: PersonId) -> Result<(), Error> {
    let places = || {
        expert::Entity::find()
            .filter(expert::Column::PersonId.eq(whose))
            .filter(expert::Column::EndedAt.is_null())
            .order_by_asc(expert::Column::ProfileId)
    };
    for place in places().all(tx.db()).await? {
        take_turn(tx, place.profile_id).await?;
    }
    reviews::erase(tx, whose).await?;
    for old in places().lock_exclusive().all(tx.db()).await? {
        let mut row = old.clone().into_active_model();
        row.ended_at = Set(Some(tx.at()));
        let new = row.update(tx.db()).await?;
        tx.record(change(Some(&old), &new));
    }
    Ok(())
}

/// Takes the profile's turn: of those who change its pool or draw from it one comes after the other, and sees what the
/// former wrote. Whoever refers to the profile does not wait.
///
/// # Errors
/// The database's.
pub async fn take_turn(tx: &Tx, of: ProfileId) -> Result<(), Error> {
    let row = profile::Entity::find_by_id(of).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    row.map(drop).ok_or_else(|| Error::broken("a pool without its profile"))
}

/// The place in the pool as it stands, in the profile's turn, for who may do this to it.
async fn lock(app: &App, actor: &Actor, id: ExpertId, action: Action) -> Result<(Tx, expert::Model), Error> {
    policy::signed_in(actor, action)?;
    let seen = service::require(app.db.read(), &visibility::visible_experts(actor), id).await?;
    let place = Place {
        region: Some(seen.region_id),
        community: Some(seen.community_id),
        person: Some(seen.person_id),
        ..Place::default()
    };
    let permit = policy::permit(actor, action, &place)?;
    let tx = app.db.begin(permit).await?;
    take_turn(&tx, seen.profile_id).await?;
    let old = expert::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    Ok((tx, old.ok_or_else(|| Error::not_found("expert"))?))
}

async fn write(mut tx: Tx, old: &expert::Model, row: expert::ActiveModel) -> Outcome<expert::Model> {
    let new = row.update(tx.db()).await?;
    tx.record(change(Some(old), &new));
    tx.commit().await?;
    Ok(Ok(new))
}

/// The journal's entry of a place in the pool.
pub(crate) fn change(old: Option<&expert::Model>, new: &expert::Model) -> Change {
    let told = |row: &expert::Model| -> Value {
        json!({
            "person": row.person_id,
            "profile": row.profile_id,
            "consentedAt": row.consented_at,
            "loadLimit": row.load_limit,
            "endedAt": row.ended_at,
        })
    };
    Change::of(new.id, old.map(told), Some(told(new))).within(new.region_id, Some(new.community_id))
}
