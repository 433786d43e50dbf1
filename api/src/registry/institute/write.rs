//! The use cases that keep institutes and their departments. What all lists have in common stands in `listed`.

use entity::{
    community, department,
    ids::{DepartmentId, InstituteId, RegionId},
    institute, region,
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::{Db, Tx},
    error::{Error, Outcome, UserError},
    registry::{
        listed::{self, Hanging, Listed, Row, check_name},
        region::service::require_region,
    },
    text,
};

/// The most characters of a department's short name.
const SHORT_NAME_MAX: usize = 100;

impl Listed for institute::Model {
    const ACTION: Action = Action::InstituteWrite;
    const TAKEN: (&'static str, &'static str) =
        ("regionCode", "The region has an institute already, perhaps in the archive.");

    fn told(&self) -> Value {
        json!({ "region": self.region_id, "name": self.name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.name = name;
    }
    async fn region(&self, _: &Db) -> Result<Option<RegionId>, Error> {
        Ok(Some(self.region_id))
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let supervising = community::Entity::living()
            .select_only()
            .column(community::Column::DepartmentId)
            .filter(community::Column::DepartmentId.is_not_null())
            .into_query();
        let departments = department::Entity::living()
            .filter(department::Column::InstituteId.eq(self.id))
            .filter(department::Column::Id.in_subquery(supervising));
        Ok(vec![Hanging::of(departments.count(tx.db()).await?, "departments that supervise communities")])
    }
    /// Not while its region is in the archive: a region is archived without a living institute.
    async fn may_come_back(&self, tx: &Tx) -> Outcome<()> {
        accepted!(listed::living::<region::Model>(tx, self.region_id, "archived").await?);
        Ok(Ok(()))
    }
}

impl Listed for department::Model {
    const ACTION: Action = Action::DepartmentWrite;
    const TAKEN: (&'static str, &'static str) =
        ("name", "The institute has a department with this name already.");

    fn told(&self) -> Value {
        json!({ "institute": self.institute_id, "name": self.name, "shortName": self.short_name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.name = name;
    }
    async fn region(&self, db: &Db) -> Result<Option<RegionId>, Error> {
        Ok(institute::Model::find(db.read(), self.institute_id).await?.map(|row| row.region_id))
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let communities = community::Entity::living().filter(community::Column::DepartmentId.eq(self.id));
        Ok(vec![Hanging::of(communities.count(tx.db()).await?, "communities")])
    }
}

/// Enters the institute of a region.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub(crate) async fn create_institute(
    app: &App,
    actor: &Actor,
    region_code: &str,
    name: &str,
) -> Outcome<institute::Model> {
    policy::signed_in(actor, Action::InstituteWrite)?;
    let region = require_region(&app.db, region_code).await?.id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::InstituteWrite, &place)?;
    let name = accepted!(check_name(name));
    let tx = app.db.begin(permit).await?;
    accepted!(listed::referred::<region::Model>(&tx, region, "regionCode").await?);
    let id = InstituteId::generate();
    let row = institute::Model { id, region_id: region, name, version: 1, archived_at: None };
    listed::enter(tx, row, Some(region)).await
}

/// Enters a department of an institute.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown institute, `FORBIDDEN`.
pub(crate) async fn create_department(
    app: &App,
    actor: &Actor,
    of: InstituteId,
    name: &str,
    short_name: Option<&str>,
) -> Outcome<department::Model> {
    policy::signed_in(actor, Action::DepartmentWrite)?;
    let found = institute::Model::find(app.db.read(), of).await?;
    let region = found.ok_or_else(|| Error::not_found("institute"))?.region_id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::DepartmentWrite, &place)?;
    let name = accepted!(check_name(name));
    let short_name = accepted!(check_short_name(short_name));
    let tx = app.db.begin(permit).await?;
    accepted!(listed::referred::<institute::Model>(&tx, of, "instituteId").await?);
    let id = DepartmentId::generate();
    let row = department::Model { id, institute_id: of, name, short_name, version: 1, archived_at: None };
    listed::enter(tx, row, Some(region)).await
}

/// Changes a department's names, if it is still the version that the caller has seen. What is left out stays; the
/// short name is taken away by none.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub(crate) async fn update_department(
    app: &App,
    actor: &Actor,
    id: DepartmentId,
    expected: i32,
    name: Option<String>,
    short_name: Option<Option<String>>,
) -> Outcome<department::Model> {
    let (permit, region) = listed::may::<department::Model>(app, actor, id).await?;
    let name = accepted!(name.as_deref().map(check_name).transpose());
    let short_name =
        accepted!(short_name.map(|short_name| check_short_name(short_name.as_deref())).transpose());
    let tx = app.db.begin(permit).await?;
    let old: department::Model = accepted!(listed::locked(&tx, id, expected).await?);
    let new = department::Model {
        name: name.unwrap_or_else(|| old.name.clone()),
        short_name: short_name.unwrap_or_else(|| old.short_name.clone()),
        ..old.clone()
    };
    listed::save(tx, old, new, region).await
}

fn check_short_name(short_name: Option<&str>) -> Result<Option<String>, UserError> {
    text::optional_line("shortName", short_name, SHORT_NAME_MAX)
}
