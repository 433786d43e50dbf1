//! The use cases that found, change, archive and register communities.

use chrono::NaiveDate;
use entity::{
    community, department,
    ids::{CommunityId, DepartmentId, RegionId},
    institute, profile, region,
    text::sort_key,
};
use serde_json::{Map, Value, json};

use super::{
    papers::{self, Told},
    rules::{self, Papers},
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        listed::{self, Row, check_name},
        region::service::{require_profile, require_region},
        search,
    },
    text,
};

/// A community to be founded.
#[derive(Clone, Debug)]
pub struct NewCommunity {
    /// The readable name in addresses.
    pub slug: String,
    /// The name in Russian.
    pub name: String,
    /// Where, by the region's code.
    pub region_code: String,
    /// Whom it gathers, by the profile's code.
    pub profile_code: String,
    /// Which unit of the region's institute supervises it.
    pub department: Option<DepartmentId>,
    /// The calendar year of its founding.
    pub founded_year: Option<i32>,
    /// Its links and papers.
    pub papers: Papers,
}

/// A change of a community; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The name in Russian.
    pub name: Option<String>,
    /// Another unit of the region's institute, or none.
    pub department: Option<Option<DepartmentId>>,
    /// Another year of founding, or none.
    pub founded_year: Option<Option<i32>>,
    /// Links and papers instead of the former ones.
    pub papers: Papers,
}

/// Founds a community.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, profile or department, `FORBIDDEN`.
pub async fn create(app: &App, actor: &Actor, new: NewCommunity) -> Outcome<community::Model> {
    policy::signed_in(actor, Action::CommunityFound)?;
    let region = require_region(&app.db, &new.region_code).await?.id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::CommunityFound, &place)?;
    let profile = require_profile(&app.db, &new.profile_code).await?.id;
    let NewCommunity { slug, name, department, founded_year, papers, .. } = new;
    let (slug, name, founded_year, papers) = {
        let today = actor.now.date_naive();
        let slug = text::slug("slug", &slug, rules::SLUG.0, rules::SLUG.1);
        let name = check_name(&name);
        let founded = founded_year.map(|year| rules::check_founded(year, today)).transpose();
        match (slug, name, founded, rules::check_papers(papers, today)) {
            (Ok(slug), Ok(name), Ok(founded), Ok(papers)) => (slug, name, founded, papers),
            (slug, name, founded, papers) => {
                let first = [slug.err(), name.err(), founded.err()].into_iter().flatten();
                let errors: Vec<_> = first.chain(papers.err().into_iter().flatten()).collect();
                return Ok(Err(errors.into()));
            }
        }
    };
    let mut tx = app.db.begin(permit).await?;
    accepted!(listed::referred::<region::Model>(&tx, region, "regionCode").await?);
    accepted!(listed::referred::<profile::Model>(&tx, profile, "profileCode").await?);
    if let Some(id) = department {
        accepted!(supervises(&tx, id, region).await?);
    }
    let row = community::Model {
        id: CommunityId::generate(),
        sort_key: sort_key(&name),
        slug,
        name,
        region_id: region,
        profile_id: profile,
        department_id: department,
        founded_year,
        registered_on: None,
        practice_count: 0,
        member_count: 0,
        version: 1,
        created_at: tx.at(),
        archived_at: None,
    };
    let row = match row.insert(&tx).await {
        Ok(row) => row,
        Err(error) if listed::is_duplicate(&error) => {
            let message = "There is a community with this slug already, perhaps in the archive.";
            return Ok(Err(UserError::of("slug", UserErrorCode::Taken, message).into()));
        }
        Err(error) => return Err(error.into()),
    };
    let Told { after, .. } = papers::replace(&tx, row.id, papers).await?;
    search::index::communities(tx.db(), std::slice::from_ref(&row)).await?;
    tx.record(change(&row, None, told(&row, after)));
    tx.commit().await?;
    Ok(Ok(row))
}

/// Changes a community's own fields, links and papers, if it is still the version that the caller has seen.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: CommunityId,
    expected: i32,
    changes: Changes,
) -> Outcome<community::Model> {
    let permit = may(app, actor, id, Action::CommunityUpdate).await?;
    let today = actor.now.date_naive();
    let name = changes.name.as_deref().map(check_name).transpose();
    let founded = changes.founded_year.map(|year| year.map(|it| rules::check_founded(it, today)).transpose());
    let (name, founded_year, papers) =
        match (name, founded.transpose(), rules::check_papers(changes.papers, today)) {
            (Ok(name), Ok(founded), Ok(papers)) => (name, founded, papers),
            (name, founded, papers) => {
                let first = [name.err(), founded.err()].into_iter().flatten();
                let errors: Vec<_> = first.chain(papers.err().into_iter().flatten()).collect();
                return Ok(Err(errors.into()));
            }
        };
    let tx = app.db.begin(permit).await?;
    let old: community::Model = accepted!(listed::locked(&tx, id, expected).await?);
    accepted!(listed::may_go_on(&old, "communityId"));
    let mut new = old.clone();
    if let Some(name) = name {
        new.sort_key = sort_key(&name);
        new.name = name;
    }
    if let Some(department) = changes.department {
        if let Some(id) = department.filter(|_| department != old.department_id) {
            accepted!(supervises(&tx, id, old.region_id).await?);
        }
        new.department_id = department;
    }
    if let Some(founded_year) = founded_year {
        new.founded_year = founded_year;
    }
    let papers = papers::replace(&tx, id, papers).await?;
    save(tx, &old, new, papers).await
}

/// Puts a community into the archive, or takes it out. It may have members and offices when it goes: they stay as
/// they are and end one by one, but nothing new begins, and neither lists nor rankings show it.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn archive(
    app: &App,
    actor: &Actor,
    id: CommunityId,
    expected: i32,
    archived: bool,
) -> Outcome<community::Model> {
    let permit = may(app, actor, id, Action::CommunityFound).await?;
    let tx = app.db.begin(permit).await?;
    let old: community::Model = accepted!(listed::locked(&tx, id, expected).await?);
    accepted!(listed::may_move(&old, archived));
    if !archived {
        // What it refers to has gone into the archive after it, perhaps.
        accepted!(listed::living::<region::Model>(&tx, old.region_id, "archived").await?);
        accepted!(listed::living::<profile::Model>(&tx, old.profile_id, "archived").await?);
        if let Some(id) = old.department_id {
            let unit = accepted!(listed::living::<department::Model>(&tx, id, "archived").await?);
            accepted!(listed::living::<institute::Model>(&tx, unit.institute_id, "archived").await?);
        }
    }
    let new = community::Model { archived_at: archived.then(|| tx.at()), ..old.clone() };
    save(tx, &old, new, Told::default()).await
}

/// Enters a community in the federal registry as of a day, or takes it out of it (none). The day must be said, or
/// that there is none: leaving it out takes nothing out.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn register(
    app: &App,
    actor: &Actor,
    id: CommunityId,
    expected: i32,
    registered_on: Option<Option<NaiveDate>>,
) -> Outcome<community::Model> {
    let permit = may(app, actor, id, Action::CommunityRegister).await?;
    let Some(registered_on) = registered_on else {
        let message = "`registeredOn` must be given; null takes the community out of the registry.";
        return Ok(Err(UserError::of("registeredOn", UserErrorCode::Invalid, message).into()));
    };
    let today = actor.now.date_naive();
    let registered_on =
        accepted!(registered_on.map(|day| rules::check_registered_on(day, today)).transpose());
    let tx = app.db.begin(permit).await?;
    let old: community::Model = accepted!(listed::locked(&tx, id, expected).await?);
    accepted!(listed::may_go_on(&old, "communityId"));
    let new = community::Model { registered_on, ..old.clone() };
    save(tx, &old, new, Told::default()).await
}

/// Leave to do this with a community; communities are public.
async fn may(app: &App, actor: &Actor, id: CommunityId, action: Action) -> Result<Permit, Error> {
    policy::signed_in(actor, action)?;
    let found = community::Model::find(app.db.read(), id).await?;
    let community = found.ok_or_else(|| Error::not_found("community"))?;
    let place = Place { region: Some(community.region_id), community: Some(id), ..Place::default() };
    policy::permit(actor, action, &place)
}

/// Whether the department may supervise a community of this region: it is a unit of the region's institute, and
/// neither is in the archive.
async fn supervises(tx: &Tx, id: DepartmentId, region: RegionId) -> Outcome<()> {
    let unit = accepted!(listed::referred::<department::Model>(tx, id, "departmentId").await?);
    let of = accepted!(listed::referred::<institute::Model>(tx, unit.institute_id, "departmentId").await?);
    if of.region_id == region {
        return Ok(Ok(()));
    }
    let message = "The department is not a unit of the institute of the community's region.";
    Ok(Err(UserError::of("departmentId", UserErrorCode::Invalid, message).into()))
}

/// Writes the next version, with what was done to the papers.
async fn save(
    mut tx: Tx,
    old: &community::Model,
    new: community::Model,
    papers: Told,
) -> Outcome<community::Model> {
    let row = community::Model { version: old.version + 1, ..new }.update(&tx).await?;
    if row.name != old.name {
        search::index::communities(tx.db(), std::slice::from_ref(&row)).await?;
    }
    let before = told(old, papers.before);
    tx.record(change(&row, Some(before), told(&row, papers.after)));
    tx.commit().await?;
    Ok(Ok(row))
}

fn change(row: &community::Model, before: Option<Value>, after: Value) -> Change {
    Change::of(row.id, before, Some(after)).within(row.region_id, Some(row.id))
}

/// A community, as the journal tells it.
fn told(row: &community::Model, papers: Map<String, Value>) -> Value {
    let mut told = json!({
        "slug": row.slug,
        "name": row.name,
        "profile": row.profile_id,
        "department": row.department_id,
        "foundedYear": row.founded_year,
        "registeredOn": row.registered_on,
        "archivedAt": row.archived_at,
        "version": row.version,
    });
    if let Value::Object(fields) = &mut told {
        fields.extend(papers);
    }
    told
}
