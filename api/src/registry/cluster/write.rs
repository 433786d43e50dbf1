//! The use cases of a region's operator: what clusters there are, of whom, judged by what, with which results.

use std::collections::{BTreeMap, HashSet};

use entity::{
    AcademicYear, cluster, cluster_indicator, cluster_organization, cluster_result,
    ids::{ClusterId, OrganizationId, RegionId},
    municipality, organization, region,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait,
};
use serde_json::json;

use super::rules::{self, CLUSTERS_MAX, INDICATORS_MAX, ORGANIZATIONS_MAX, RESULTS_MAX};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        indicator::service::in_force,
        listed::{self, NAME_MAX, Row},
        monitoring::amount::Amount,
        region::service::require_region,
    },
    text,
};

/// The greatest number of a cluster, and of the organizations that a region states.
const NUMBER_MAX: i32 = 100_000;

/// A new cluster.
#[derive(Clone, Debug)]
pub struct NewCluster {
    /// Where.
    pub region_code: String,
    /// The number in the region.
    pub number: i32,
    /// The topic, in Russian.
    pub name: String,
    /// How many organizations the region states.
    pub stated_organizations: Option<i32>,
    /// From this score on an organization leads, in percent.
    pub top_from: f64,
    /// Below this score it lags, in percent.
    pub lagging_below: f64,
}

/// Makes a cluster.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub async fn create(app: &App, actor: &Actor, given: NewCluster) -> Outcome<cluster::Model> {
    policy::signed_in(actor, Action::ClusterWrite)?;
    let region = require_region(&app.db, &given.region_code).await?;
    let permit = leave(actor, region.id)?;
    let number = accepted!(rules::check_whole("number", given.number, NUMBER_MAX));
    let name = accepted!(text::required_line("name", &given.name, NAME_MAX));
    let stated = accepted!(check_stated(given.stated_organizations));
    let (top, lagging) = accepted!(rules::check_thresholds(given.top_from, given.lagging_below));

    let mut tx = app.db.begin(permit).await?;
    // Of two that make the last one of a region at once the second is told.
    let region = region::Model::lock(&tx, region.id).await?.ok_or_else(|| Error::not_found("region"))?;
    if region.archived_at.is_some() {
        let message = "The region is in the archive.";
        return Ok(Err(UserError::of("regionCode", UserErrorCode::Invalid, message).into()));
    }
    let there =
        cluster::Entity::find().filter(cluster::Column::RegionId.eq(region.id)).count(tx.db()).await?;
    if usize::try_from(there).unwrap_or(usize::MAX) >= CLUSTERS_MAX {
        let message = format!("The region has {CLUSTERS_MAX} clusters already; no more are kept.");
        return Ok(Err(UserError::whole(UserErrorCode::Invalid, message).into()));
    }
    let row = cluster::Model {
        id: ClusterId::generate(),
        region_id: region.id,
        number,
        name,
        stated_organizations: stated,
        top_from: top.0,
        lagging_below: lagging.0,
        version: 1,
    };
    let row = match row.into_active_model().insert(tx.db()).await {
        Ok(row) => row,
        Err(error) if listed::is_duplicate(&error) => {
            let message = "The region has a cluster with this number already.";
            return Ok(Err(UserError::of("number", UserErrorCode::Taken, message).into()));
        }
        Err(error) => return Err(error.into()),
    };
    tx.record(change(&row, None));
    tx.commit().await?;
    Ok(Ok(row))
}

/// What changes of a cluster; what is left out stays.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The version that the caller has seen.
    pub expected_version: i32,
    /// The topic.
    pub name: Option<String>,
    /// How many organizations the region states; `Some(None)` takes the number away.
    pub stated_organizations: Option<Option<i32>>,
    /// From this score on an organization leads, in percent.
    pub top_from: Option<f64>,
    /// Below this score it lags, in percent.
    pub lagging_below: Option<f64>,
}

/// Changes a cluster's topic, stated number or thresholds.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn update(app: &App, actor: &Actor, id: ClusterId, given: Changed) -> Outcome<cluster::Model> {
    let permit = may(app, actor, id).await?;
    let name = given.name.as_deref().map(|name| text::required_line("name", name, NAME_MAX));
    let name = accepted!(name.transpose());
    let stated = accepted!(given.stated_organizations.map(check_stated).transpose());
    let tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    if old.version != given.expected_version {
        let message = format!(
            "The cluster is at version {}, not {}: somebody changed it meanwhile.",
            old.version, given.expected_version
        );
        return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
    }
    let top = given.top_from.unwrap_or(Amount(old.top_from).to_f64());
    let lagging = given.lagging_below.unwrap_or(Amount(old.lagging_below).to_f64());
    let (top, lagging) = accepted!(rules::check_thresholds(top, lagging));
    let new = cluster::Model {
        name: name.unwrap_or_else(|| old.name.clone()),
        stated_organizations: stated.unwrap_or(old.stated_organizations),
        top_from: top.0,
        lagging_below: lagging.0,
        ..old.clone()
    };
    save(tx, old, new).await
}

/// Sets which organizations belong to a cluster: these and no others.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn set_organizations(
    app: &App,
    actor: &Actor,
    id: ClusterId,
    organizations: Vec<OrganizationId>,
) -> Outcome<cluster::Model> {
    let permit = may(app, actor, id).await?;
    accepted!(rules::check_list("organizationIds", &organizations, ORGANIZATIONS_MAX));
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    let there = members(&tx, id).await?;
    let given: HashSet<_> = organizations.iter().copied().collect();
    let new: Vec<_> = organizations.into_iter().filter(|one| !there.contains(one)).collect();
    let gone: Vec<_> = there.iter().copied().filter(|one| !given.contains(one)).collect();
    if new.is_empty() && gone.is_empty() {
        return Ok(Ok(old));
    }
    let known = living(&tx, old.region_id, &new).await?;
    if known.len() < new.len() {
        let strangers = new.len() - known.len();
        let message = format!("{strangers} of the organizations are not of the region, or in the archive.");
        return Ok(Err(UserError::of("organizationIds", UserErrorCode::Invalid, message).into()));
    }
    if !gone.is_empty() {
        cluster_organization::Entity::delete_many()
            .filter(cluster_organization::Column::ClusterId.eq(id))
            .filter(cluster_organization::Column::OrganizationId.is_in(gone.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    let rows = new.iter().map(|one| cluster_organization::Model { cluster_id: id, organization_id: *one });
    tx.insert_all::<cluster_organization::Entity>(rows.collect()).await?;
    let told = |list: &[OrganizationId]| Some(json!({ "organizations": list }));
    tx.record(Change::of(id, told(&gone), told(&new)).within(old.region_id, None));
    let next = cluster::Model { version: old.version + 1, ..old };
    let next = next.into_active_model().reset_all().update(tx.db()).await?;
    tx.commit().await?;
    Ok(Ok(next))
}

/// By what a cluster is judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// By which indicator.
    pub code: String,
    /// The plan; the region's where nothing is said.
    pub planned: Option<f64>,
}

/// Sets by which indicators a cluster is judged in a year: these and no others. They must hold in the region then.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn set_indicators(
    app: &App,
    actor: &Actor,
    id: ClusterId,
    year: AcademicYear,
    judged: Vec<Judged>,
) -> Outcome<cluster::Model> {
    let permit = may(app, actor, id).await?;
    let codes: Vec<_> = judged.iter().map(|one| one.code.as_str()).collect();
    accepted!(rules::check_list("indicators", &codes, INDICATORS_MAX));
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, id).await?;
    let holding = in_force(tx.db(), old.region_id, year).await?;
    let mut new = Vec::new();
    for (at, Judged { code, planned }) in judged.into_iter().enumerate() {
        let place = at.to_string();
        let within = |error: UserError| error.within(&["indicators", &place]);
        let Some(indicator) = holding.iter().find(|one| one.code == code) else {
            let message = format!("No indicator `{code}` holds in the region in {year}.");
            return Ok(Err(within(UserError::of("code", UserErrorCode::Invalid, message)).into()));
        };
        let planned = planned.map(|number| rules::check_amount("planned", number, Amount(1)).map_err(within));
        let planned = accepted!(planned.transpose()).or(indicator.plan.filter(|plan| plan.0 > 0));
        new.push(cluster_indicator::Model {
            cluster_id: id,
            year,
            code,
            name: indicator.name.clone(),
            direction: indicator.direction,
            planned: planned.map(|plan| plan.0),
        });
    }
    new.sort_by(|one, other| one.code.cmp(&other.code));
    let of_year = Condition::all()
        .add(cluster_indicator::Column::ClusterId.eq(id))
        .add(cluster_indicator::Column::Year.eq(year));
    let mut there = cluster_indicator::Entity::find().filter(of_year.clone()).all(tx.db()).await?;
    there.sort_by(|one, other| one.code.cmp(&other.code));
    if there == new {
        return Ok(Ok(old));
    }
    cluster_indicator::Entity::delete_many().filter(of_year).exec(tx.db()).await?;
    tx.insert_all::<cluster_indicator::Entity>(new.clone()).await?;
    let told = |rows: &[cluster_indicator::Model]| {
        let rows = rows.iter().map(|row| json!([row.code, row.planned.map(|plan| Amount(plan).to_f64())]));
        Some(json!({ "year": year.to_string(), "indicators": rows.collect::<Vec<_>>() }))
    };
    tx.record(Change::of(id, told(&there), told(&new)).within(old.region_id, None));
    let next = cluster::Model { version: old.version + 1, ..old };
    let next = next.into_active_model().reset_all().update(tx.db()).await?;
    tx.commit().await?;
    Ok(Ok(next))
}

/// What an organization has reached.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Which organization.
    pub organization: OrganizationId,
    /// By which indicator.
    pub code: String,
    /// How much; none takes the result away.
    pub value: Option<f64>,
}

/// Enters results of a cluster's organizations in a year; those that are not among them stay.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn set_results(
    app: &App,
    actor: &Actor,
    id: ClusterId,
    year: AcademicYear,
    results: Vec<Reached>,
) -> Outcome<cluster::Model> {
    let permit = may(app, actor, id).await?;
    let keys: Vec<_> = results.iter().map(|one| (one.organization, one.code.as_str())).collect();
    accepted!(rules::check_list("results", &keys, RESULTS_MAX));
    let mut tx = app.db.begin(permit).await?;
    let row = lock(&tx, id).await?;
    let organizations = members(&tx, id).await?;
    let judged: HashSet<String> = cluster_indicator::Entity::find()
        .filter(cluster_indicator::Column::ClusterId.eq(id))
        .filter(cluster_indicator::Column::Year.eq(year))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| row.code)
        .collect();
    let mut given = BTreeMap::new();
    for (at, Reached { organization, code, value }) in results.into_iter().enumerate() {
        let place = at.to_string();
        let fault = |field: &str, message: String| {
            UserError::of(field, UserErrorCode::Invalid, message).within(&["results", &place])
        };
        if !organizations.contains(&organization) {
            let message = "The organization does not belong to the cluster.".to_owned();
            return Ok(Err(fault("organizationId", message).into()));
        }
        if !judged.contains(&code) {
            let message = format!("The cluster is not judged by `{code}` in {year}.");
            return Ok(Err(fault("code", message).into()));
        }
        let value = value.map(|number| rules::check_amount("value", number, Amount(0)));
        let value = accepted!(value.transpose().map_err(|error| error.within(&["results", &place])));
        given.insert((organization, code), value);
    }
    let there = cluster_result::Entity::find()
        .filter(cluster_result::Column::ClusterId.eq(id))
        .filter(cluster_result::Column::Year.eq(year))
        .all(tx.db())
        .await?;
    let there: BTreeMap<_, _> =
        there.into_iter().map(|row| ((row.organization_id, row.code.clone()), row)).collect();
    given.retain(|key, value| there.get(key).map(|row| Amount(row.value)) != *value);
    if given.is_empty() {
        return Ok(Ok(row));
    }
    write_results(&tx, id, year, &given).await?;
    let before = given.keys().filter_map(|key| there.get(key));
    let before = before.map(|row| json!([row.organization_id, row.code, Amount(row.value).to_f64()]));
    let after = given.iter().filter_map(|((of, code), value)| Some(json!([of, code, (*value)?.to_f64()])));
    let told =
        |results: Vec<serde_json::Value>| Some(json!({ "year": year.to_string(), "results": results }));
    let change = Change::of(id, told(before.collect()), told(after.collect()));
    tx.record(change.within(row.region_id, None));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Takes away what stood under these keys, and enters what stands there now.
async fn write_results(
    tx: &Tx,
    id: ClusterId,
    year: AcademicYear,
    given: &BTreeMap<(OrganizationId, String), Option<Amount>>,
) -> Result<(), Error> {
    let mut by_code: BTreeMap<&str, Vec<OrganizationId>> = BTreeMap::new();
    for (organization, code) in given.keys() {
        by_code.entry(code).or_default().push(*organization);
    }
    let keys = by_code.into_iter().fold(Condition::any(), |any, (code, organizations)| {
        let key = Condition::all()
            .add(cluster_result::Column::Code.eq(code))
            .add(cluster_result::Column::OrganizationId.is_in(organizations));
        any.add(key)
    });
    cluster_result::Entity::delete_many()
        .filter(cluster_result::Column::ClusterId.eq(id))
        .filter(cluster_result::Column::Year.eq(year))
        .filter(keys)
        .exec(tx.db())
        .await?;
    let rows = given.iter().filter_map(|((organization_id, code), value)| {
        let value = (*value)?.0;
        Some(cluster_result::Model {
            cluster_id: id,
            year,
            organization_id: *organization_id,
            code: code.clone(),
            value,
        })
    });
    tx.insert_all::<cluster_result::Entity>(rows.collect()).await
}

fn leave(actor: &Actor, region: RegionId) -> Result<Permit, Error> {
    policy::permit(actor, Action::ClusterWrite, &Place { region: Some(region), ..Place::default() })
}

/// Leave to change a cluster, which everybody may see.
async fn may(app: &App, actor: &Actor, id: ClusterId) -> Result<Permit, Error> {
    policy::signed_in(actor, Action::ClusterWrite)?;
    let row = cluster::Entity::find_by_id(id).one(app.db.read()).await?;
    leave(actor, row.ok_or_else(|| Error::not_found("cluster"))?.region_id)
}

/// The cluster, kept from everybody else until the transaction ends.
async fn lock(tx: &Tx, id: ClusterId) -> Result<cluster::Model, Error> {
    let row = cluster::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("cluster"))
}

async fn members(tx: &Tx, of: ClusterId) -> Result<HashSet<OrganizationId>, Error> {
    let rows = cluster_organization::Entity::find()
        .filter(cluster_organization::Column::ClusterId.eq(of))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.organization_id).collect())
}

/// Those of the organizations that are of the region and not in the archive; they stay out of it until the transaction
/// ends.
async fn living(
    tx: &Tx,
    region: RegionId,
    organizations: &[OrganizationId],
) -> Result<HashSet<OrganizationId>, Error> {
    let places = municipality::Entity::find()
        .filter(municipality::Column::RegionId.eq(region))
        .select_only()
        .column(municipality::Column::Id)
        .into_query();
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(organizations.iter().copied()))
        .filter(organization::Column::ArchivedAt.is_null())
        .filter(organization::Column::MunicipalityId.in_subquery(places))
        .lock_shared()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn check_stated(stated: Option<i32>) -> Result<Option<i32>, UserError> {
    stated.map(|number| rules::check_whole("statedOrganizations", number, NUMBER_MAX)).transpose()
}

async fn save(mut tx: Tx, old: cluster::Model, new: cluster::Model) -> Outcome<cluster::Model> {
    if new == old {
        return Ok(Ok(old));
    }
    let new = cluster::Model { version: old.version + 1, ..new };
    let new = new.into_active_model().reset_all().update(tx.db()).await?;
    tx.record(change(&new, Some(&old)));
    tx.commit().await?;
    Ok(Ok(new))
}

fn change(new: &cluster::Model, old: Option<&cluster::Model>) -> Change {
    let told = |row: &cluster::Model| {
        json!({
            "number": row.number, "name": row.name, "statedOrganizations": row.stated_organizations,
            "topFrom": Amount(row.top_from).to_f64(), "laggingBelow": Amount(row.lagging_below).to_f64(),
        })
    };
    Change::of(new.id, old.map(told), Some(told(new))).within(new.region_id, None)
}
