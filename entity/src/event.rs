//! An event of one or several communities: a seminar, a webinar, a contest, a publication.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    Condition,
    entity::prelude::*,
    sea_query::{Func, Query, SimpleExpr},
};

use crate::{
    enums::{EventFormat, EventKind, EventLevel},
    event_community,
    ids::{CommunityId, EventId, RegionId},
    profile, region,
    year::AcademicYear,
};

/// A row of `event`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The leading community's region.
    pub region_id: RegionId,
    /// The leading community: it counts the event.
    pub community_id: CommunityId,
    /// The academic year of its first day.
    pub year: AcademicYear,
    /// On whose behalf.
    pub kind: EventKind,
    /// How far it reaches.
    pub level: EventLevel,
    /// Where people meet.
    pub format: EventFormat,
    /// What it is called.
    pub title: String,
    /// The title, folded: by which the same event is known again.
    pub title_key: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// Where.
    pub place: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// How many took part, as somebody told; none where nobody did.
    pub participants: Option<i64>,
    /// How many of its participants are registered, of every community.
    pub registered: i64,
    /// The system that it was imported from.
    pub source: Option<String>,
    /// Its key there; unique with the leading community and the source.
    pub external_id: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was removed: it stands in no list and counts nowhere.
    pub removed_at: Option<DateTime<Utc>>,
    /// Why it was removed.
    pub removal_reason: Option<String>,
}

/// What narrows a list of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Led by a community of the region with this code.
    pub region: Option<String>,
    /// Led by a community of the profile with this code.
    pub profile: Option<String>,
    /// Led by this community, or held together with it.
    pub community: Option<CommunityId>,
    /// Of this academic year.
    pub year: Option<AcademicYear>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Of this level.
    pub level: Option<EventLevel>,
    /// Of this format.
    pub format: Option<EventFormat>,
    /// Not before this day.
    pub from: Option<NaiveDate>,
    /// Not after this day.
    pub to: Option<NaiveDate>,
}

impl Filter {
    /// That an event stands, and matches.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let of_profile = |code: &String| {
            Query::select()
                .column(crate::community::Column::Id)
                .from(crate::community::Entity)
                .and_where(crate::community::Column::ProfileId.in_subquery(profile::with_code(code)))
                .to_owned()
        };
        let joint = |community: CommunityId| {
            Query::select()
                .column(event_community::Column::EventId)
                .from(event_community::Entity)
                .and_where(event_community::Column::CommunityId.eq(community))
                .to_owned()
        };
        let of_region = |code: &String| Column::RegionId.in_subquery(region::with_code(code));
        Condition::all()
            .add(Column::RemovedAt.is_null())
            .add_option(self.region.as_ref().map(of_region))
            .add_option(self.profile.as_ref().map(|code| Column::CommunityId.in_subquery(of_profile(code))))
            .add_option(self.community.map(|id| {
                Condition::any().add(Column::CommunityId.eq(id)).add(Column::Id.in_subquery(joint(id)))
            }))
            .add_option(self.year.map(|year| Column::Year.eq(year)))
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(self.level.map(|level| Column::Level.eq(level)))
            .add_option(self.format.map(|format| Column::Format.eq(format)))
            .add_option(self.from.map(|day| Column::StartsOn.gte(day)))
            .add_option(self.to.map(|day| Column::StartsOn.lte(day)))
    }
}

impl Model {
    /// How many took part: as somebody told, else as many as are registered; none where neither is known.
    #[must_use]
    pub fn took_part(&self) -> Option<i64> {
        self.participants.or_else(|| (self.registered > 0).then_some(self.registered))
    }
}

/// The same as [`Model::took_part`], in a statement.
#[must_use]
pub fn took_part() -> SimpleExpr {
    let registered = Func::cust("nullif").args([Expr::col(Column::Registered), Expr::value(0)]);
    Func::coalesce([Expr::col(Column::Participants), registered.into()]).into()
}

impl Entity {
    /// Events that stand and match the filter.
    pub fn matching(filter: &Filter) -> Select<Self> {
        Self::find().filter(filter.condition())
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
