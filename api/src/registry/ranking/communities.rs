//! The data of the rankings of communities.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::{
    MemberState, PracticeState, community,
    ids::{CommunityId, ProfileId, RegionId},
    member, practice,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::{
    board::Period,
    entrant::{Entrant, Subject},
    field::{Source, Wanted},
    method::Method,
};
use crate::error::Error;

#[derive(FromQueryResult)]
struct CommunityRow {
    id: CommunityId,
    name: String,
    sort_key: Vec<u8>,
    region_id: RegionId,
    profile_id: ProfileId,
    registered_on: Option<NaiveDate>,
    practice_count: i64,
    member_count: i64,
}

#[derive(FromQueryResult)]
struct CountRow {
    community_id: Option<CommunityId>,
    count: i64,
}

/// A community in the federal registry, with its figures in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) id: CommunityId,
    pub(super) name: String,
    pub(super) sort_key: Vec<u8>,
    pub(super) region: RegionId,
    pub(super) profile: ProfileId,
    /// The first moment of the day.
    pub(super) registered: DateTime<Utc>,
    pub(super) practices: i64,
    /// Zero where the method does not count members.
    pub(super) members: i64,
}

/// The communities that take part.
///
/// # Errors
/// The database's.
pub(super) async fn entrants(
    db: &impl ConnectionTrait,
    method: Method,
    wanted: Wanted<'_>,
    period: Period,
    source: Source,
) -> Result<Vec<Entrant>, Error> {
    let counts_members = method == Method::PracticesPer100Members;
    let shares = shares(db, counts_members, wanted, period, source).await?;
    let entrant = |one: Share| Entrant {
        subject: Arc::new(Subject {
            id: one.id.0,
            region: Some(one.region),
            profile: Some(one.profile),
            since: one.registered,
            name: one.name.into(),
            sort_key: Some(one.sort_key.into()),
        }),
        figures: [one.practices, one.members],
        count: None,
        judged: Box::default(),
    };
    Ok(shares.into_iter().map(entrant).collect())
}

/// The communities in the federal registry by the end of the period, with their figures.
///
/// # Errors
/// The database's.
pub(super) async fn shares(
    db: &impl ConnectionTrait,
    counts_members: bool,
    wanted: Wanted<'_>,
    period: Period,
    source: Source,
) -> Result<Vec<Share>, Error> {
    use community::Column;
    let end = period.end();
    // What is in the archive takes part in no ranking, of past years neither.
    let rows = community::Entity::living()
        .select_only()
        .columns([
            Column::Id,
            Column::Name,
            Column::SortKey,
            Column::RegionId,
            Column::ProfileId,
            Column::RegisteredOn,
            Column::PracticeCount,
            Column::MemberCount,
        ])
        .filter(Column::RegisteredOn.is_not_null())
        .filter(
            Condition::all()
                .add_option(wanted.scope.region.map(|id| Column::RegionId.eq(id)))
                .add_option(wanted.scope.profile.map(|id| Column::ProfileId.eq(id)))
                .add_option(wanted.only.map(|ids| Column::Id.is_in(ids.iter().copied())))
                .add_option(end.map(|end| Column::RegisteredOn.lt(end.date_naive()))),
        )
        .into_model::<CommunityRow>()
        .all(db)
        .await?;
    let published = match (period, source) {
        (Period::All(_), Source::Kept) => None,
        (Period::All(_), Source::Rows) => Some(published(db, wanted, Condition::all()).await?),
        (Period::Year(_) | Period::Until(_), _) => Some(published(db, wanted, published_in(period)).await?),
    };
    let members = match (end, source) {
        _ if !counts_members => Some(HashMap::new()),
        (None, Source::Kept) => None,
        (end, _) => Some(members_at(db, wanted, end.map(|end| end.date_naive())).await?),
    };
    let of = |counts: &Option<HashMap<CommunityId, i64>>, id: CommunityId, kept: i64| match counts {
        Some(counts) => counts.get(&id).copied().unwrap_or(0),
        None => kept,
    };
    let share = |row: CommunityRow| Share {
        practices: of(&published, row.id, row.practice_count),
        members: of(&members, row.id, row.member_count),
        id: row.id,
        name: row.name,
        sort_key: row.sort_key,
        region: row.region_id,
        profile: row.profile_id,
        registered: row.registered_on.unwrap_or_default().and_time(NaiveTime::MIN).and_utc(),
    };
    Ok(rows.into_iter().map(share).collect())
}

/// Which practices were published in the period.
pub(super) fn published_in(period: Period) -> Condition {
    use practice::Column;
    match period {
        Period::All(_) => Condition::all(),
        Period::Year(year) => Condition::all().add(Column::PublishedYear.eq(year)),
        Period::Until(year) => Condition::all().add(Column::PublishedYear.lte(year)),
    }
}

/// Published practices by community, of those years.
async fn published(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    years: Condition,
) -> Result<HashMap<CommunityId, i64>, Error> {
    use practice::Column;
    let rows = practice::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .column_as(Column::Id.count(), "count")
        .filter(Column::State.eq(PracticeState::Published))
        .filter(Column::CommunityId.is_not_null())
        .filter(years)
        .filter(
            Condition::all()
                .add_option(wanted.scope.region.map(|id| Column::RegionId.eq(id)))
                .add_option(wanted.scope.profile.map(|id| Column::ProfileId.eq(id)))
                .add_option(wanted.only.map(|ids| Column::CommunityId.is_in(ids.iter().copied()))),
        )
        .group_by(Column::CommunityId)
        .into_model::<CountRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.community_id?, row.count))).collect())
}

/// Registrations in force by community at the end of a year, or now.
async fn members_at(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    end: Option<NaiveDate>,
) -> Result<HashMap<CommunityId, i64>, Error> {
    use member::Column;
    let left_later =
        |end| Condition::all().add(Column::State.eq(MemberState::Left)).add(Column::LeftOn.gte(end));
    let in_force =
        Condition::any().add(Column::State.eq(MemberState::Active)).add_option(end.map(left_later));
    let rows = member::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .column_as(Column::Id.count(), "count")
        .filter(Condition::all().add_option(end.map(|end| Column::JoinedOn.lt(end))))
        .filter(in_force)
        .filter(
            Condition::all()
                .add_option(wanted.scope.region.map(|id| Column::RegionId.eq(id)))
                .add_option(wanted.only.map(|ids| Column::CommunityId.is_in(ids.iter().copied()))),
        )
        .group_by(Column::CommunityId)
        .into_model::<CountRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.community_id?, row.count))).collect())
}
