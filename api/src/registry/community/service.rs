//! Reads of communities. All of them are public.

use chrono::{DateTime, Utc};
use entity::{AcademicYear, MemberState, community, headcount, ids::CommunityId, member};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::rules::{Engagement, engagement};
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

/// The community's engagement in a year; none where the headcount is not known or the year has not begun.
///
/// # Errors
/// The database's.
pub async fn engagement_in(
    db: &Db,
    of: &community::Model,
    year: AcademicYear,
    now: DateTime<Utc>,
) -> Result<Option<Engagement>, Error> {
    if year.start() > now {
        return Ok(None);
    }
    let teachers = headcount::Entity::find_by_id((of.region_id, of.profile_id, year))
        .one(db.read())
        .await?
        .map(|row| row.teachers);
    if teachers.is_none() {
        return Ok(None);
    }
    let last_day = (year.end().min(now)).date_naive();
    // In force on that day: confirmed, begun, and not yet ended.
    let in_force = Condition::any().add(member::Column::State.eq(MemberState::Active)).add(
        Condition::all()
            .add(member::Column::State.eq(MemberState::Left))
            .add(member::Column::LeftOn.gt(last_day)),
    );
    let members = member::Entity::find()
        .select_only()
        .column(member::Column::PersonId)
        .distinct()
        .filter(member::Column::CommunityId.eq(of.id))
        .filter(member::Column::JoinedOn.lte(last_day))
        .filter(in_force)
        .count(db.read())
        .await?;
    Ok(engagement(i64::try_from(members).unwrap_or(i64::MAX), teachers))
}
