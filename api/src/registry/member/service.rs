//! Reads of registrations, each through the caller's visibility.

use entity::{
    ids::{CommunityId, MemberId},
    member,
};
use sea_orm::PaginatorTrait;

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of a community's registrations that the caller may see and that match the filter, in the
/// order of registration.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &member::Visible,
    of: CommunityId,
    filter: &member::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<member::Model>, Error> {
    let select = member::Entity::matching(to, of, filter);
    keyset::read::<_, MemberId>(db.read(), select, member::Column::Id, false, list, page).await
}

/// How many of a community's registrations that the caller may see match the filter.
///
/// # Errors
/// The database's.
pub async fn count(
    db: &Db,
    to: &member::Visible,
    of: CommunityId,
    filter: &member::Filter,
) -> Result<u64, Error> {
    Ok(member::Entity::matching(to, of, filter).count(db.read()).await?)
}
