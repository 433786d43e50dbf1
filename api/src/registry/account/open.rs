//! The use case of opening an account for a person.

use entity::{
    MemberState, Role, account,
    ids::{AccountId, MemberId, PersonId},
    member, person,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use serde_json::json;

use super::rules;
use crate::{
    app::App,
    auth::{
        Action, Actor, Place, Right, actor::rights_of_person, credentials::random_token, policy, visibility,
    },
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{institute::employees, listed::is_duplicate, member::write},
};

/// For whom an account is opened.
#[derive(Clone, Copy, Debug)]
pub struct For {
    /// The person of this registration, or
    pub member: Option<MemberId>,
    /// this employee.
    pub employee: Option<PersonId>,
}

/// A new account with the password that was made for it, which is told once and kept nowhere.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The account.
    pub account: account::Model,
    /// Its password.
    pub password: String,
}

/// Whom the account is for, what opening it is, where that lies, and the field that said so.
struct Whom {
    person: PersonId,
    action: Action,
    place: Place,
    field: &'static str,
}

/// Opens an account for the person of a registration in force, or for an employee.
///
/// Who opens it learns the first password, and could use it. So nobody opens one for a person whose offices and
/// registrations reach further than the opener's own care: such an account is opened by whoever cares for all of it,
/// the region's operator or the federal registrar.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn open(app: &App, actor: &Actor, login: &str, of: For) -> Outcome<Opened> {
    policy::signed_in(actor, Action::AccountOpen)?;
    accepted!(rules::check_one(of.member.is_some(), of.employee.is_some()));
    let whom = find(app, actor, of).await?;
    let permit = policy::permit(actor, whom.action, &whom.place)?;
    let login = accepted!(rules::check_login(login));
    let password = random_token();
    // Before the transaction: it takes time on purpose, and others wait.
    let password_hash = app.passwords.hash(password.clone()).await?;
    let mut tx = app.db.begin(permit).await?;
    // Of two that open an account for the same person at once the second finds the first.
    let person = person::Entity::find_by_id(whom.person).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    let person = person.filter(|it| it.erased_at.is_none()).ok_or_else(|| Error::not_found("person"))?;
    if let Some(id) = of.member {
        accepted!(in_force(&tx, id).await?);
    }
    let rights = rights_of_person(tx.db(), person.id, tx.at()).await?;
    if !rights.iter().all(|right| cares_for(actor, right)) || !cares_for_all_of(&tx, actor, person.id).await?
    {
        let message = "The person holds rights or is registered beyond your care; whoever cares for all of it opens the account.";
        return Ok(Err(UserError::of(whom.field, UserErrorCode::NotEligible, message).into()));
    }
    let open = account::Entity::find()
        .filter(account::Column::PersonId.eq(person.id))
        .filter(account::Column::ClosedAt.is_null());
    if open.count(tx.db()).await? > 0 {
        let message = "The person has an account already.";
        return Ok(Err(UserError::of(whom.field, UserErrorCode::Taken, message).into()));
    }
    let row = account::Model {
        id: AccountId::generate(),
        login,
        name: None,
        password_hash,
        person_id: Some(person.id),
        created_at: tx.at(),
        closed_at: None,
    };
    let account = match row.into_active_model().insert(tx.db()).await {
        Ok(row) => row,
        Err(error) if is_duplicate(&error) => {
            let message = "There is an account with this login already.";
            return Ok(Err(UserError::of("login", UserErrorCode::Taken, message).into()));
        }
        Err(error) => return Err(error.into()),
    };
    // A login may be an e-mail address, which an erasure must reach.
    let change = Change::of(account.id, None, Some(json!({ "person": person.id })));
    tx.record(match whom.place.region {
        Some(region) => change.within(region, whom.place.community),
        None => change,
    });
    tx.commit().await?;
    Ok(Ok(Opened { account, password }))
}

/// The person, as far as the caller may see the registration or employee.
async fn find(app: &App, actor: &Actor, of: For) -> Result<Whom, Error> {
    if let Some(id) = of.employee {
        let (row, region) = employees::require(&app.db, actor, id).await?;
        let place = Place { region: Some(region), ..Place::default() };
        return Ok(Whom { person: row.id, action: Action::AccountOpenEmployee, place, field: "employeeId" });
    }
    let missing = || Error::not_found("registration");
    let id = of.member.ok_or_else(missing)?;
    let seen = member::Entity::visible(&visibility::visible_members(actor))
        .filter(member::Column::Id.eq(id))
        .one(app.db.read())
        .await?
        .ok_or_else(missing)?;
    let place = Place {
        region: Some(seen.region_id),
        community: Some(seen.community_id),
        municipality: Some(seen.municipality_id),
        ..Place::default()
    };
    Ok(Whom { person: seen.person_id, action: Action::AccountOpen, place, field: "memberId" })
}

/// The registration must be in force, and stays so until the transaction ends.
async fn in_force(tx: &Tx, id: MemberId) -> Outcome<()> {
    let row = member::Entity::find_by_id(id).lock_shared().one(tx.db()).await?;
    let row = row.ok_or_else(|| Error::not_found("registration"))?;
    if row.state == MemberState::Active {
        return Ok(Ok(()));
    }
    let message = "The registration is not in force.";
    Ok(Err(UserError::of("memberId", UserErrorCode::WrongState, message).into()))
}

/// Whether the opener may open accounts wherever the person is, was, or wants to be registered: the account is shown
/// all of these registrations, in whatever state.
async fn cares_for_all_of(tx: &Tx, actor: &Actor, person: PersonId) -> Result<bool, Error> {
    let rows = member::Entity::find()
        .filter(member::Column::PersonId.eq(person))
        .filter(member::Column::ErasedAt.is_null())
        .all(tx.db())
        .await?;
    let action = |place: &Place| {
        policy::may(actor, Action::AccountOpen, place)
            || policy::may(actor, Action::AccountOpenEmployee, place)
    };
    Ok(rows.iter().all(|row| action(&write::place(row))))
}

/// Whether the right lies within what the opener cares for. A coordinator is above the chair of the same community:
/// that account is opened by those who open employees'.
fn cares_for(actor: &Actor, right: &Right) -> bool {
    let place = Place {
        region: right.region,
        community: right.community,
        municipality: right.municipality,
        ..Place::default()
    };
    let above = right.role == Role::Coordinator;
    policy::may(actor, Action::AccountOpenEmployee, &place)
        || (!above && policy::may(actor, Action::AccountOpen, &place))
}
