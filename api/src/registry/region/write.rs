//! The use cases that keep the federal lists of regions and profiles, and a region's lists of municipalities and
//! organizations. What all lists have in common stands in `listed`.

use entity::{
    MemberState, Office, appointment, community,
    ids::{MunicipalityId, OrganizationId, ProfileId, RegionId},
    institute, member, municipality, organization, profile, region,
    text::sort_key,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::{rules, service};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::{Db, Tx},
    error::{Error, Outcome},
    registry::{
        listed::{self, Hanging, Listed, Row, check_name},
        search,
    },
};

impl Listed for region::Model {
    const ACTION: Action = Action::RegionWrite;
    const TAKEN: (&'static str, &'static str) = ("code", "There is a region with this code already.");

    fn told(&self) -> Value {
        json!({ "code": self.code, "name": self.name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.sort_key = sort_key(&name);
        self.name = name;
    }
    async fn renamed(&self, tx: &Tx) -> Result<(), Error> {
        search::index::communities_of(tx, community::Column::RegionId, self.id).await
    }
    async fn region(&self, _: &Db) -> Result<Option<RegionId>, Error> {
        Ok(Some(self.id))
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let communities = community::Entity::living().filter(community::Column::RegionId.eq(self.id));
        let institutes = institute::Entity::find()
            .filter(institute::Column::RegionId.eq(self.id))
            .filter(institute::Column::ArchivedAt.is_null());
        Ok(vec![
            Hanging::of(communities.count(tx.db()).await?, "communities"),
            Hanging::of(institutes.count(tx.db()).await?, "institutes"),
        ])
    }
}

impl Listed for profile::Model {
    const ACTION: Action = Action::ProfileWrite;
    const TAKEN: (&'static str, &'static str) = ("code", "There is a profile with this code already.");

    fn told(&self) -> Value {
        json!({ "code": self.code, "name": self.name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.name = name;
    }
    async fn renamed(&self, tx: &Tx) -> Result<(), Error> {
        search::index::communities_of(tx, community::Column::ProfileId, self.id).await
    }
    async fn region(&self, _: &Db) -> Result<Option<RegionId>, Error> {
        Ok(None)
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let communities = community::Entity::living().filter(community::Column::ProfileId.eq(self.id));
        Ok(vec![Hanging::of(communities.count(tx.db()).await?, "communities")])
    }
}

impl Listed for municipality::Model {
    const ACTION: Action = Action::MunicipalityWrite;
    const TAKEN: (&'static str, &'static str) =
        ("name", "The region has a municipality with this name already.");

    fn told(&self) -> Value {
        json!({ "region": self.region_id, "name": self.name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.sort_key = sort_key(&name);
        self.name = name;
    }
    async fn region(&self, _: &Db) -> Result<Option<RegionId>, Error> {
        Ok(Some(self.region_id))
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let registrations = member::Entity::find()
            .filter(member::Column::MunicipalityId.eq(self.id))
            .filter(member::Column::State.eq(MemberState::Active));
        // A term that begins later counts, too: it was given to a living municipality.
        let until = appointment::Column::Until;
        let seats = appointment::Entity::find()
            .filter(appointment::Column::MunicipalityId.eq(self.id))
            .filter(appointment::Column::Office.eq(Office::CouncilRepresentative))
            .filter(Condition::any().add(until.is_null()).add(until.gt(tx.at().date_naive())));
        Ok(vec![
            Hanging::of(registrations.count(tx.db()).await?, "registrations in force"),
            Hanging::of(seats.count(tx.db()).await?, "seats of councils"),
        ])
    }
}

impl Listed for organization::Model {
    const ACTION: Action = Action::OrganizationWrite;
    const TAKEN: (&'static str, &'static str) =
        ("name", "The municipality has an organization with this name already.");

    fn told(&self) -> Value {
        json!({ "municipality": self.municipality_id, "name": self.name })
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn rename(&mut self, name: String) {
        self.name = name;
    }
    async fn region(&self, db: &Db) -> Result<Option<RegionId>, Error> {
        Ok(municipality::Model::find(db.read(), self.municipality_id).await?.map(|row| row.region_id))
    }
    async fn hanging(&self, tx: &Tx) -> Result<Vec<Hanging>, Error> {
        let registrations = member::Entity::find()
            .filter(member::Column::OrganizationId.eq(self.id))
            .filter(member::Column::State.eq(MemberState::Active));
        Ok(vec![Hanging::of(registrations.count(tx.db()).await?, "registrations in force")])
    }
}

/// Enters a region in the federal list.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub(crate) async fn create_region(
    app: &App,
    actor: &Actor,
    code: &str,
    name: &str,
) -> Outcome<region::Model> {
    let permit = policy::permit(actor, Action::RegionWrite, &Place::default())?;
    let (code, name) = accepted!(rules::both(rules::check_region_code(code), check_name(name)));
    let tx = app.db.begin(permit).await?;
    let id = RegionId::generate();
    let row = region::Model { id, code, sort_key: sort_key(&name), name, version: 1, archived_at: None };
    listed::enter(tx, row, Some(id)).await
}

/// Enters a profile in the federal list.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub(crate) async fn create_profile(
    app: &App,
    actor: &Actor,
    code: &str,
    name: &str,
) -> Outcome<profile::Model> {
    let permit = policy::permit(actor, Action::ProfileWrite, &Place::default())?;
    let (code, name) = accepted!(rules::both(rules::check_profile_code(code), check_name(name)));
    let tx = app.db.begin(permit).await?;
    let row = profile::Model { id: ProfileId::generate(), code, name, version: 1, archived_at: None };
    listed::enter(tx, row, None).await
}

/// Enters a municipality of a region.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub(crate) async fn create_municipality(
    app: &App,
    actor: &Actor,
    region_code: &str,
    name: &str,
) -> Outcome<municipality::Model> {
    policy::signed_in(actor, Action::MunicipalityWrite)?;
    let region = service::require_region(&app.db, region_code).await?.id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::MunicipalityWrite, &place)?;
    let name = accepted!(check_name(name));
    let tx = app.db.begin(permit).await?;
    accepted!(listed::referred::<region::Model>(&tx, region, "regionCode").await?);
    let row = municipality::Model {
        id: MunicipalityId::generate(),
        region_id: region,
        sort_key: sort_key(&name),
        name,
        version: 1,
        archived_at: None,
    };
    listed::enter(tx, row, Some(region)).await
}

/// Enters an organization of a municipality.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown municipality, `FORBIDDEN`.
pub(crate) async fn create_organization(
    app: &App,
    actor: &Actor,
    of: MunicipalityId,
    name: &str,
) -> Outcome<organization::Model> {
    policy::signed_in(actor, Action::OrganizationWrite)?;
    let found = municipality::Model::find(app.db.read(), of).await?;
    let region = found.ok_or_else(|| Error::not_found("municipality"))?.region_id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::OrganizationWrite, &place)?;
    let name = accepted!(check_name(name));
    let tx = app.db.begin(permit).await?;
    accepted!(listed::referred::<municipality::Model>(&tx, of, "municipalityId").await?);
    let id = OrganizationId::generate();
    let row = organization::Model { id, municipality_id: of, name, version: 1, archived_at: None };
    listed::enter(tx, row, Some(region)).await
}

/// The profile that an input names by its code.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`.
pub(crate) async fn profile_to_write(app: &App, actor: &Actor, code: &str) -> Result<ProfileId, Error> {
    policy::signed_in(actor, Action::ProfileWrite)?;
    Ok(service::require_profile(&app.db, code).await?.id)
}
