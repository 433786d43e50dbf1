//! Reads of communities. All of them are public.

use entity::{community, ids::CommunityId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// The community with this slug.
///
/// # Errors
/// The database's.
pub async fn by_slug(db: &Db, slug: &str) -> Result<Option<community::Model>, Error> {
    Ok(community::Entity::find().filter(community::Column::Slug.eq(slug)).one(db.read()).await?)
}

/// A page of communities, by name.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    filter: &community::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<community::Model>, Error> {
    let columns = (community::Column::SortKey, community::Column::Id);
    let select = community::Entity::matching(filter);
    keyset::read::<_, (Vec<u8>, CommunityId)>(db.read(), select, columns, false, list, page).await
}

/// How many communities match the filter.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, filter: &community::Filter) -> Result<u64, Error> {
    Ok(community::Entity::matching(filter).count(db.read()).await?)
}
