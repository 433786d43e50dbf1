//! A professional community: region + profile.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    Condition,
    entity::prelude::*,
    sea_query::{Query, SelectStatement},
};

use crate::{
    ids::{CommunityId, DepartmentId, ProfileId, RegionId},
    profile, region,
    search_term::{Word, holds_all},
};

/// A row of `community`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "community")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommunityId,
    /// e.g. `kda-chemistry-teachers`; unique.
    pub slug: String,
    /// Name in Russian.
    pub name: String,
    /// Where.
    pub region_id: RegionId,
    /// Whom it gathers.
    pub profile_id: ProfileId,
    /// Which unit of the institute supervises it.
    pub department_id: Option<DepartmentId>,
    /// The calendar year of its founding.
    pub founded_year: Option<i32>,
    /// When it entered the federal registry; none while it has not.
    pub registered_on: Option<NaiveDate>,
    /// Published practices that it owns. Kept by the transactions that publish and withdraw.
    pub practice_count: i64,
    /// Registrations in force. Kept by the transactions that change registrations.
    pub member_count: i64,
    /// Grows with every change of its text.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it is in the archive: kept with all its history, but for nothing new.
    pub archived_at: Option<DateTime<Utc>>,
    /// The folded name's bytes: the alphabetical order of lists.
    pub sort_key: Vec<u8>,
}

/// What narrows a list of communities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of the region with this code only.
    pub region: Option<String>,
    /// Of the profile with this code only.
    pub profile: Option<String>,
    /// Holding every one of these words.
    pub words: Vec<Word>,
}

impl Filter {
    /// That a community matches.
    #[must_use]
    pub fn condition(&self) -> Condition {
        Condition::all()
            .add_option(
                self.region.as_ref().map(|code| Column::RegionId.in_subquery(region::with_code(code))),
            )
            .add_option(
                self.profile.as_ref().map(|code| Column::ProfileId.in_subquery(profile::with_code(code))),
            )
            .add(holds_all(Column::Id, &self.words))
    }
}

/// The id of the community with this slug.
#[must_use]
pub fn with_slug(slug: &str) -> SelectStatement {
    Query::select().column(Column::Id).from(Entity).and_where(Column::Slug.eq(slug)).to_owned()
}

/// The ids of a region's communities.
#[must_use]
pub fn of_region(region: RegionId) -> SelectStatement {
    Query::select().column(Column::Id).from(Entity).and_where(Column::RegionId.eq(region)).to_owned()
}

impl Entity {
    /// Those that are not in the archive.
    pub fn living() -> Select<Self> {
        Self::find().filter(Column::ArchivedAt.is_null())
    }

    /// Communities that match the filter, without those in the archive; communities are public.
    pub fn matching(filter: &Filter) -> Select<Self> {
        Self::living().filter(filter.condition())
    }
}

/// Whom a community belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Where.
    #[sea_orm(
        belongs_to = "super::region::Entity",
        from = "Column::RegionId",
        to = "super::region::Column::Id"
    )]
    Region,
}

impl Related<super::region::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Region.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
