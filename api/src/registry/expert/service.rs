//! Reads of the pool, through the caller's sight.

use entity::{
    expert,
    ids::{ExpertId, ProfileId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of the places in pools that the caller may see, in the order of their nomination.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &expert::Visible,
    filter: &expert::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<expert::Model>, Error> {
    let select = expert::Entity::matching(to, filter);
    keyset::read::<_, ExpertId>(db.read(), select, expert::Column::Id, false, list, page).await
}

/// How many places that the caller may see match the filter.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, to: &expert::Visible, filter: &expert::Filter) -> Result<u64, Error> {
    Ok(expert::Entity::matching(to, filter).count(db.read()).await?)
}

/// A place in the pool that the caller may see, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    to: &expert::Visible,
    id: ExpertId,
) -> Result<expert::Model, Error> {
    let found = expert::Entity::visible(to).filter(expert::Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("expert"))
}

/// How many places of a profile's pool have not ended.
///
/// # Errors
/// The database's.
pub async fn size(db: &impl ConnectionTrait, of: ProfileId) -> Result<u64, Error> {
    let select = expert::Entity::matching(
        &expert::Visible { all: true, person: None },
        &expert::Filter {
            standings: vec![expert::Standing::Nominated, expert::Standing::Consented],
            ..expert::Filter::default()
        },
    );
    Ok(select.filter(expert::Column::ProfileId.eq(of)).count(db).await?)
}
