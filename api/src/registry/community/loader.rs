//! Batch loads of communities and of what hangs on them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    AcademicYear, community, community_document, community_link, cooperation_agreement, headcount,
    ids::{CommunityId, ProfileId, RegionId},
    member,
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::rules::{Engagement, engagement};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_by_id! { CommunityId => community }

macro_rules! load_of_community {
    ($($(#[$doc:meta])* $key:ident => $table:ident by $order:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub CommunityId);

        impl Loader<$key> for Reader {
            type Value = Vec<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Error> {
                let rows = $table::Entity::find()
                    .filter(one_of(self.db.read(), $table::Column::CommunityId, keys.iter().map(|key| key.0)))
                    .order_by_asc($table::Column::$order)
                    .order_by_asc($table::Column::Id)
                    .all(self.db.read())
                    .await?;
                let mut found: HashMap<_, Vec<_>> = HashMap::new();
                for row in rows {
                    found.entry($key(row.community_id)).or_default().push(row);
                }
                Ok(found)
            }
        }
    )*};
}

load_of_community! {
    /// The links of a community, in the order of their entry.
    LinksOf => community_link by Id;
    /// The governing documents of a community, oldest first.
    DocumentsOf => community_document by IssuedOn;
    /// The cooperation agreements of a community, oldest first.
    AgreementsOf => cooperation_agreement by SignedOn;
}

load_counts! {
    /// How many communities a region has.
    CommunityCountOf(RegionId): |_reader| community::Entity::living(), of community::RegionId;
}

load_first_pages! {
    /// The first communities of a region, by name.
    FirstCommunitiesOf(RegionId): community where |_reader| community::Entity::living(),
    of RegionId by |row| Some(row.region_id),
    order [Column::SortKey, Column::Id], descending false;
}

/// The engagement of a community in a year; the year must have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngagementIn {
    /// Of which community.
    pub community: CommunityId,
    /// Its region, and
    pub region: RegionId,
    /// its profile: whose headcount it is measured against.
    pub profile: ProfileId,
    /// In which year.
    pub year: AcademicYear,
}

impl EngagementIn {
    /// Of this community in this year.
    #[must_use]
    pub fn of(row: &community::Model, year: AcademicYear) -> Self {
        Self { community: row.id, region: row.region_id, profile: row.profile_id, year }
    }
}

#[derive(FromQueryResult)]
struct MembersRow {
    community_id: CommunityId,
    members: i64,
}

impl Loader<EngagementIn> for Reader {
    type Value = Engagement;
    type Error = Error;

    /// Two statements a year; none where the headcount is not known or the year has not begun.
    async fn load(&self, keys: &[EngagementIn]) -> Result<HashMap<EngagementIn, Engagement>, Error> {
        let mut years: HashMap<AcademicYear, Vec<&EngagementIn>> = HashMap::new();
        for key in keys.iter().filter(|key| key.year.start().date_naive() <= self.today) {
            years.entry(key.year).or_default().push(key);
        }
        let mut found = HashMap::new();
        for (year, keys) in years {
            let teachers: HashMap<_, _> = headcount::Entity::find()
                .filter(headcount::Column::Year.eq(year))
                .filter(one_of(
                    self.db.read(),
                    headcount::Column::RegionId,
                    keys.iter().map(|key| key.region),
                ))
                .filter(one_of(
                    self.db.read(),
                    headcount::Column::ProfileId,
                    keys.iter().map(|key| key.profile),
                ))
                .all(self.db.read())
                .await?
                .into_iter()
                .map(|row| ((row.region_id, row.profile_id), row.teachers))
                .collect();
            if teachers.is_empty() {
                continue;
            }
            let members = self.members_at_end(year, keys.iter().map(|key| key.community)).await?;
            for key in keys {
                let members = members.get(&key.community).copied().unwrap_or(0);
                let teachers = teachers.get(&(key.region, key.profile)).copied();
                if let Some(engagement) = engagement(members, teachers) {
                    found.insert(*key, engagement);
                }
            }
        }
        Ok(found)
    }
}

impl Reader {
    /// Distinct persons with a registration in force on the year's last day (today, while it runs).
    async fn members_at_end(
        &self,
        year: AcademicYear,
        of: impl Iterator<Item = CommunityId>,
    ) -> Result<HashMap<CommunityId, i64>, Error> {
        use member::Column;
        let last_day = Ord::min(year.last_day(), self.today);
        let rows = member::Entity::find()
            .select_only()
            .column(Column::CommunityId)
            .expr_as(Expr::col(Column::PersonId).count_distinct(), "members")
            .filter(one_of(self.db.read(), Column::CommunityId, of))
            .filter(member::in_force(last_day))
            .group_by(Column::CommunityId)
            .into_model::<MembersRow>()
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.community_id, row.members)).collect())
    }
}
