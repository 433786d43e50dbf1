//! Batch loads of registrations, and of persons for registrations that were found visible.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    ids::{CommunityId, MemberId},
    member,
};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{db::Reader, error::Error};

load_by_id! { PersonId => person }

impl Loader<MemberId> for Reader {
    type Value = member::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, member::Model>, Error> {
        let rows = member::Entity::visible(&self.members)
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

load_counts! {
    /// How many of a community's registrations the caller may see.
    MemberCountOf(CommunityId): |reader| member::Entity::visible(&reader.members), of member::CommunityId;
}

load_first_pages! {
    /// The first registrations of a community that the caller may see, in the order of registration.
    FirstMembersOf(CommunityId): member where |reader| member::Entity::visible(&reader.members),
    of CommunityId by |row| Some(row.community_id),
    order [Column::Id], descending false;
}
