//! The use cases that change adoptions: declaring, deciding, withdrawing.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::{
    AdoptionState, MemberState, PracticeState, adoption, community,
    ids::{AdoptionId, CommunityId, OrganizationId, PersonId, PracticeId},
    member, person, practice,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::json;

use super::{
    rules::{self, REASON_MAX, RESULT_MAX, Step},
    service::{self, Sight},
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::practice::{rules as practice_rules, service as practices, write as practice_write},
    text,
};

/// What is declared.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Which practice is used.
    pub practice: PracticeId,
    /// As a member of which community.
    pub community: CommunityId,
    /// Since when.
    pub adopted_on: NaiveDate,
    /// With what result.
    pub result: String,
}

/// Declares that the organization in which the caller is registered uses a practice.
///
/// # Errors
/// `NOT_FOUND` for an unknown practice or community, `FORBIDDEN` for those who are no members of the community.
pub async fn declare(app: &App, actor: &Actor, given: Declaration) -> Outcome<adoption::Model> {
    policy::signed_in(actor, Action::AdoptionDeclare)?;
    let seen =
        practices::require(app.db.read(), &visibility::visible_practices(actor), given.practice).await?;
    let community = community::Entity::find_by_id(given.community).one(app.db.read()).await?;
    let community = community.ok_or_else(|| Error::not_found("community"))?;
    let place =
        Place { region: Some(community.region_id), community: Some(community.id), ..Place::default() };
    let permit = policy::permit(actor, Action::AdoptionDeclare, &place)?;
    let whose = actor.person().ok_or_else(|| Error::broken("a member without a person"))?;
    let day = rules::check_day(given.adopted_on, actor.now.date_naive());
    let result = match (text::required("result", &given.result, RESULT_MAX), day) {
        (Ok(result), Ok(())) => result,
        (result, day) => {
            let errors = [day.err(), result.err()].into_iter().flatten();
            return Ok(Err(errors.collect::<Vec<_>>().into()));
        }
    };

    let mut tx = app.db.begin(permit).await?;
    let practice = practice_write::lock(&tx, seen.id).await?;
    if let Err(error) = published(&practice, "practiceId") {
        return Ok(Err(error.into()));
    }
    let not_eligible = |field: &str, message: &str| {
        Ok(Err(UserError::of(field, UserErrorCode::NotEligible, message).into()))
    };
    let Some(organization) = organization_of(&tx, whose, community.id).await? else {
        let message = "Your registration in the community names no organization that could adopt a practice.";
        return not_eligible("communityId", message);
    };
    let authors = practices::authors(tx.db(), practice.id).await?;
    if workplaces(&tx, &authors).await?.contains(&organization) {
        return not_eligible("practiceId", "Your organization is where the practice was written.");
    }
    let former = adoption::Entity::find()
        .filter(adoption::Column::PracticeId.eq(practice.id))
        .filter(adoption::Column::OrganizationId.eq(organization))
        .one(tx.db())
        .await?;
    if let Err(error) = rules::may_declare(former.as_ref().map(|row| row.state)) {
        return Ok(Err(error.into()));
    }
    let row = adoption::ActiveModel {
        id: Set(former.as_ref().map_or_else(AdoptionId::generate, |row| row.id)),
        practice_id: Set(practice.id),
        organization_id: Set(organization),
        community_id: Set(community.id),
        region_id: Set(community.region_id),
        declared_by: Set(whose),
        state: Set(AdoptionState::Declared),
        adopted_on: Set(given.adopted_on),
        result: Set(result),
        declared_at: Set(tx.at()),
        decided_at: Set(None),
        reason: Set(None),
    };
    let new = if former.is_some() { row.update(tx.db()).await? } else { row.insert(tx.db()).await? };
    tx.record(change(former.as_ref(), &new));
    tx.commit().await?;
    Ok(Ok(new))
}

/// Confirms, declines or withdraws an adoption; declining and withdrawing need a reason.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn take_step(
    app: &App,
    actor: &Actor,
    id: AdoptionId,
    step: Step,
    reason: Option<&str>,
) -> Outcome<adoption::Model> {
    let action = match step {
        Step::Confirm | Step::Decline => Action::AdoptionDecide,
        Step::Withdraw => Action::AdoptionWithdraw,
    };
    policy::signed_in(actor, action)?;
    let seen = service::require(app.db.read(), &Sight::of(actor), id).await?;
    let place = Place {
        region: Some(seen.region_id),
        community: Some(seen.community_id),
        person: Some(seen.declared_by),
        ..Place::default()
    };
    let permit = policy::permit(actor, action, &place)?;
    let reason = match reason.map(|reason| text::required("reason", reason, REASON_MAX)).transpose() {
        Ok(reason) => reason,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let practice = practice_write::lock(&tx, seen.practice_id).await?;
    let old = adoption::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    let old = old.ok_or_else(|| Error::not_found("adoption"))?;
    let to = match rules::step(step, old.state) {
        Ok(to) => to,
        Err(error) => return Ok(Err(error.into())),
    };
    if step == Step::Confirm {
        if let Err(error) = published(&practice, "adoptionId") {
            return Ok(Err(error.into()));
        }
        if actor.person() == Some(old.declared_by) {
            let message = "Nobody confirms an adoption that they declared.";
            return Ok(Err(UserError::of("adoptionId", UserErrorCode::NotEligible, message).into()));
        }
    }
    let mut row = old.clone().into_active_model();
    row.state = Set(to);
    row.decided_at = Set(Some(tx.at()));
    row.reason = Set(reason);
    let new = row.update(tx.db()).await?;
    tx.record(change(Some(&old), &new));
    if [old.state, new.state].contains(&AdoptionState::Confirmed) {
        let (before, after) = (
            json!({ "state": practice.state }),
            json!({ "state": practice.state, "changed": ["adoptions"] }),
        );
        tx.record(practice_write::change(&practice, Some(before), Some(after)));
    }
    tx.commit().await?;
    Ok(Ok(new))
}

fn published(practice: &practice::Model, field: &str) -> Result<(), UserError> {
    if practice.state == PracticeState::Published {
        return Ok(());
    }
    let name = practice_rules::name(practice.state);
    let message = format!("The practice is {name}; only PUBLISHED ones are adopted.");
    Err(UserError::of(field, UserErrorCode::WrongState, message))
}

/// Where a member of the community works, as registered there.
async fn organization_of(
    tx: &Tx,
    whose: PersonId,
    community: CommunityId,
) -> Result<Option<OrganizationId>, Error> {
    let found = member::Entity::find()
        .filter(member::Column::PersonId.eq(whose))
        .filter(member::Column::CommunityId.eq(community))
        .filter(member::Column::State.eq(MemberState::Active))
        .one(tx.db())
        .await?;
    Ok(found.and_then(|row| row.organization_id))
}

/// Where these people work: as they say, and as registrations in force say.
async fn workplaces(tx: &Tx, of: &[PersonId]) -> Result<HashSet<OrganizationId>, Error> {
    let own = person::Entity::find()
        .filter(person::Column::Id.is_in(of.iter().copied()))
        .all(tx.db())
        .await?
        .into_iter()
        .filter_map(|row| row.organization_id);
    let registered = member::Entity::find()
        .filter(member::Column::PersonId.is_in(of.iter().copied()))
        .filter(member::Column::State.eq(MemberState::Active))
        .all(tx.db())
        .await?
        .into_iter()
        .filter_map(|row| row.organization_id);
    Ok(own.chain(registered).collect())
}

/// The journal's entry: without the result and the reason, which are in people's own words.
fn change(old: Option<&adoption::Model>, new: &adoption::Model) -> Change {
    let told = |row: &adoption::Model| {
        json!({
            "practice": row.practice_id,
            "organization": row.organization_id,
            "state": row.state,
            "adoptedOn": row.adopted_on,
        })
    };
    Change::of(new.id, old.map(told), Some(told(new))).within(new.region_id, Some(new.community_id))
}
