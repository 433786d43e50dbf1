//! Batch loads of registrations, and of persons for registrations that were found visible.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{
    ids::{CommunityId, MemberId, MunicipalityId},
    member,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_by_id! { PersonId => person }

impl Loader<MemberId> for Reader {
    type Value = member::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, member::Model>, Error> {
        let rows = member::Entity::visible(&self.members)
            .filter(one_of(self.db.read(), member::Column::Id, ids.iter().copied()))
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

/// How many registrations of a community are in force on a day, by municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MembershipOn(pub CommunityId, pub NaiveDate);

impl Loader<MembershipOn> for Reader {
    type Value = Arc<Vec<(MunicipalityId, i64)>>;
    type Error = Error;

    /// One statement a day, answered from an index.
    async fn load(&self, keys: &[MembershipOn]) -> Result<HashMap<MembershipOn, Self::Value>, Error> {
        let mut days: HashMap<NaiveDate, Vec<CommunityId>> = HashMap::new();
        for MembershipOn(community, day) in keys {
            days.entry(*day).or_default().push(*community);
        }
        let mut found: HashMap<MembershipOn, Vec<_>> = HashMap::new();
        for (day, communities) in days {
            let rows: Vec<(CommunityId, MunicipalityId, i64)> = member::Entity::find()
                .select_only()
                .column(member::Column::CommunityId)
                .column(member::Column::MunicipalityId)
                .column_as(member::Column::Id.count(), "members")
                .filter(one_of(self.db.read(), member::Column::CommunityId, communities))
                .filter(member::in_force(day))
                .group_by(member::Column::CommunityId)
                .group_by(member::Column::MunicipalityId)
                .into_tuple()
                .all(self.db.read())
                .await?;
            for (community, municipality, members) in rows {
                found.entry(MembershipOn(community, day)).or_default().push((municipality, members));
            }
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}
