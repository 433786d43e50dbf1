//! Registrations out of the registry: all that the caller may see, page by page, in the order of registration.

use std::collections::{HashMap, HashSet};

use entity::{
    community,
    ids::{CommunityId, MemberId, MunicipalityId, OrganizationId, RegionId},
    member, municipality, organization,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::file;
use crate::{
    app::App,
    auth::{Action, Actor, policy, visibility},
    error::Error,
};

/// The columns of an export: all that a file may hold, so that it can be imported again.
#[must_use]
pub fn titles() -> [&'static str; file::WIDTH] {
    file::COLUMNS.map(|column| column.name)
}

/// Registrations read at once.
const PAGE: u64 = 1_000;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Export {
    to: member::Visible,
    region: Option<RegionId>,
    community: Option<CommunityId>,
}

/// A registration with the names of what it refers to.
#[derive(Clone, Debug)]
pub struct Row {
    /// The registration.
    pub member: member::Model,
    /// Its community's slug.
    pub community: String,
    /// Its municipality's name.
    pub municipality: String,
    /// Where the person works.
    pub organization: Option<String>,
}

/// What `actor` may export: of a region, of a community, or of all that it sees.
///
/// # Errors
/// `UNAUTHENTICATED`; `NOT_FOUND` for an unknown region or community; `FORBIDDEN` for those who see nobody's
/// registration there.
pub async fn may(
    app: &App,
    actor: &Actor,
    region: Option<&str>,
    community: Option<&str>,
) -> Result<Export, Error> {
    policy::signed_in(actor, Action::MembersRead)?;
    // One's own registration is no list.
    let to = member::Visible { person: None, ..visibility::visible_members(actor) };
    if to == member::Visible::default() {
        return Err(policy::denied(actor, Action::MembersRead));
    }
    let db = app.db.read();
    let region = match region {
        None => None,
        Some(code) => {
            let found =
                entity::region::Entity::find().filter(entity::region::Column::Code.eq(code)).one(db).await?;
            Some(found.ok_or_else(|| Error::not_found("region"))?.id)
        }
    };
    let community = match community {
        None => None,
        Some(slug) => {
            let found = community::Entity::find().filter(community::Column::Slug.eq(slug)).one(db).await?;
            Some(found.ok_or_else(|| Error::not_found("community"))?)
        }
    };
    let within = match (&community, region) {
        _ if to.all => true,
        (None, None) => true,
        (Some(community), _) => {
            to.regions.contains(&community.region_id) || own_communities(&to).any(|id| id == community.id)
        }
        (None, Some(region)) => to.regions.contains(&region) || lies_in(db, &to, region).await?,
    };
    if !within {
        return Err(policy::denied(actor, Action::MembersRead));
    }
    Ok(Export { to, region, community: community.map(|row| row.id) })
}

/// The communities of which one sees all registrations, or those of a municipality.
fn own_communities(to: &member::Visible) -> impl Iterator<Item = CommunityId> {
    to.communities.iter().copied().chain(to.municipalities.iter().map(|(community, _)| *community))
}

/// Whether one of these communities lies in the region.
async fn lies_in(db: &impl ConnectionTrait, to: &member::Visible, region: RegionId) -> Result<bool, Error> {
    let found = community::Entity::find()
        .filter(community::Column::Id.is_in(own_communities(to)))
        .filter(community::Column::RegionId.eq(region))
        .one(db)
        .await?;
    Ok(found.is_some())
}

impl Export {
    /// The registrations after this one; none when there are no more. A registration that is made meanwhile comes at
    /// the end. Four statements for a thousand.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(&self, app: &App, after: Option<MemberId>) -> Result<Vec<Row>, Error> {
        let db = app.db.read();
        let mut select = member::Entity::visible(&self.to).order_by_asc(member::Column::Id).limit(PAGE);
        if let Some(after) = after {
            select = select.filter(member::Column::Id.gt(after));
        }
        if let Some(region) = self.region {
            select = select.filter(member::Column::RegionId.eq(region));
        }
        if let Some(community) = self.community {
            select = select.filter(member::Column::CommunityId.eq(community));
        }
        let members = select.all(db).await?;
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let communities = names::<community::Entity, CommunityId>(
            db,
            (community::Column::Id, community::Column::Slug),
            members.iter().map(|row| row.community_id),
        )
        .await?;
        let municipalities = names::<municipality::Entity, MunicipalityId>(
            db,
            (municipality::Column::Id, municipality::Column::Name),
            members.iter().map(|row| row.municipality_id),
        )
        .await?;
        let organizations = names::<organization::Entity, OrganizationId>(
            db,
            (organization::Column::Id, organization::Column::Name),
            members.iter().filter_map(|row| row.organization_id),
        )
        .await?;
        let row = |member: member::Model| Row {
            community: communities.get(&member.community_id).cloned().unwrap_or_default(),
            municipality: municipalities.get(&member.municipality_id).cloned().unwrap_or_default(),
            organization: member.organization_id.and_then(|id| organizations.get(&id).cloned()),
            member,
        };
        Ok(members.into_iter().map(row).collect())
    }
}

/// The names of those rows that have one of these ids.
async fn names<E, I>(
    db: &impl ConnectionTrait,
    (id, name): (E::Column, E::Column),
    ids: impl Iterator<Item = I>,
) -> Result<HashMap<I, String>, Error>
where
    E: EntityTrait,
    I: Eq + std::hash::Hash + Into<sea_orm::Value> + sea_orm::TryGetable + Send,
{
    let ids: HashSet<I> = ids.collect();
    let rows: Vec<(I, String)> =
        E::find().select_only().columns([id, name]).filter(id.is_in(ids)).into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}
