//! Reads of registrations, each through the caller's visibility.

use entity::{
    ids::{CommunityId, MemberId},
    member,
};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of a community's registrations that the caller may see, in the order of registration.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &member::Visible,
    of: CommunityId,
    list: List,
    page: &Page,
) -> Result<Rows<member::Model>, Error> {
    let select = member::Entity::visible(to).filter(member::Column::CommunityId.eq(of));
    keyset::read::<_, MemberId>(db.read(), select, member::Column::Id, false, list, page).await
}
