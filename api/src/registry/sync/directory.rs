//! What names the places and communities of a region in rows, read once for a batch.

use std::collections::HashMap;

use entity::{community, ids::RegionId, municipality, region};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::rules::Names;
use crate::{error::Error, text};

/// The names of a region. Three statements; a region has some dozens of either.
///
/// # Errors
/// The database's.
pub async fn read(db: &impl ConnectionTrait, of: RegionId) -> Result<Names, Error> {
    let region = region::Entity::find_by_id(of).one(db).await?;
    let region = region.ok_or_else(|| Error::not_found("region"))?.code;
    let communities = community::Entity::find().filter(community::Column::RegionId.eq(of)).all(db).await?;
    let municipalities =
        municipality::Entity::find().filter(municipality::Column::RegionId.eq(of)).all(db).await?;
    Ok(Names {
        region,
        communities: communities
            .into_iter()
            .map(|row| (row.slug, row.archived_at.is_none().then_some(row.id)))
            .collect(),
        municipalities: municipalities.into_iter().fold(HashMap::new(), |mut names, row| {
            // Of two that are written alike, one not in the archive.
            let name = names.entry(text::fold(&row.name)).or_insert(None);
            *name = name.or_else(|| row.archived_at.is_none().then_some(row.id));
            names
        }),
    })
}
