//! Employees of institutes: entered by those who keep them, listed for them and the auditor.

use entity::{
    ids::{InstituteId, PersonId, RegionId},
    institute, person,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Select,
};
use serde_json::json;

use crate::{
    app::App,
    auth::{Action, Actor, Place, policy, visibility},
    db::{
        Change, Db,
        keyset::{self, List, Page, Rows},
    },
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        listed::Row,
        member::rules::{self, POSITION_MAX, identity},
    },
    text,
};

/// What is entered of an employee.
#[derive(Clone, Debug)]
pub struct NewEmployee {
    /// Surname, name, patronymic.
    pub full_name: String,
    /// E-mail address.
    pub email: String,
    /// What the person does there.
    pub position: String,
}

/// Enters an employee of an institute.
///
/// A person who is registered somewhere under the same name and address is not taken for the employee: whoever
/// enters employees could open an account for them, and would hold the rights of somebody else's members.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown institute, `FORBIDDEN`.
pub async fn create(app: &App, actor: &Actor, of: InstituteId, new: NewEmployee) -> Outcome<person::Model> {
    policy::signed_in(actor, Action::EmployeeWrite)?;
    let found = institute::Model::find(app.db.read(), of).await?;
    let region = found.ok_or_else(|| Error::not_found("institute"))?.region_id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::EmployeeWrite, &place)?;
    let NewEmployee { full_name, email, position } = accepted!(check(&new));
    let identity = identity(&full_name, Some(&email), None);
    let mut tx = app.db.begin(permit).await?;
    // Locked for itself, so that of two who enter the same employee at once one is told.
    let institute = institute::Model::lock(&tx, of).await?.ok_or_else(|| Error::not_found("institute"))?;
    if institute.archived_at.is_some() {
        let message = "The institute is in the archive.";
        return Ok(Err(UserError::of("instituteId", UserErrorCode::Invalid, message).into()));
    }
    let same = employed()
        .filter(person::Column::InstituteId.eq(of))
        .filter(person::Column::Identity.eq(identity.clone()));
    if same.count(tx.db()).await? > 0 {
        let message = "The institute has an employee with this name and address already.";
        return Ok(Err(UserError::of("email", UserErrorCode::Taken, message).into()));
    }
    let row = person::Model {
        id: PersonId::generate(),
        full_name,
        email: Some(email),
        phone: None,
        position: Some(position),
        organization_id: None,
        institute_id: Some(of),
        identity,
        erased_at: None,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    // Who it is stands in the person alone, which an erasure reaches.
    tx.record(Change::of(row.id, None, Some(json!({ "institute": of }))).within(region, None));
    tx.commit().await?;
    Ok(Ok(row))
}

fn check(new: &NewEmployee) -> Result<NewEmployee, Vec<UserError>> {
    let full_name = rules::check_name("fullName", &new.full_name);
    let email = rules::check_email("email", Some(&new.email)).and_then(|email| {
        let missing = || UserError::of("email", UserErrorCode::Invalid, "`email` must not be empty.");
        email.ok_or_else(missing)
    });
    let position = text::required_line("position", &new.position, POSITION_MAX);
    match (full_name, email, position) {
        (Ok(full_name), Ok(email), Ok(position)) => Ok(NewEmployee { full_name, email, position }),
        (full_name, email, position) => {
            Err([full_name.err(), email.err(), position.err()].into_iter().flatten().collect())
        }
    }
}

/// The employees of all institutes.
pub(super) fn employed() -> Select<person::Entity> {
    person::Entity::find()
        .filter(person::Column::ErasedAt.is_null())
        .filter(person::Column::InstituteId.is_not_null())
}

/// Whether the caller may read the employees of institutes of this region.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub fn may_read(actor: &Actor, region: RegionId) -> Result<(), Error> {
    let scope = visibility::scope(actor, Action::EmployeesRead);
    if scope.all || scope.regions.contains(&region) {
        return Ok(());
    }
    Err(policy::denied(actor, Action::EmployeesRead))
}

/// The employee with this id, as far as the caller may read it, and the region of the institute.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn require(db: &Db, actor: &Actor, id: PersonId) -> Result<(person::Model, RegionId), Error> {
    let missing = || Error::not_found("employee");
    let found = employed().filter(person::Column::Id.eq(id)).one(db.read()).await?.ok_or_else(missing)?;
    let of = found.institute_id.ok_or_else(missing)?;
    let region = institute::Model::find(db.read(), of).await?.ok_or_else(missing)?.region_id;
    may_read(actor, region).map_err(|_| missing())?;
    Ok((found, region))
}

/// A page of an institute's employees, in the order of their entry. The caller must be one who
/// [may read](may_read) them.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(db: &Db, of: InstituteId, list: List, page: &Page) -> Result<Rows<person::Model>, Error> {
    let select = employed().filter(person::Column::InstituteId.eq(of));
    keyset::read::<_, PersonId>(db.read(), select, person::Column::Id, false, list, page).await
}
