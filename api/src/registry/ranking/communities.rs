//! The data of the rankings of communities.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{MemberState, PracticeState, community, ids::CommunityId, member, practice};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::{
    board::Period,
    build::Scope,
    method::Method,
    rules::{Candidate, Part},
};
use crate::{
    error::Error,
    registry::rating::rules::{self as rating_rules, MICRO},
};

#[derive(FromQueryResult)]
struct CommunityRow {
    id: CommunityId,
    name: String,
    sort_key: Vec<u8>,
    registered_on: Option<NaiveDate>,
    practice_count: i64,
    member_count: i64,
}

#[derive(FromQueryResult)]
struct CountRow {
    community_id: Option<CommunityId>,
    count: i64,
}

/// The communities that take part, each with its score.
///
/// # Errors
/// The database's.
pub(super) async fn candidates(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<Vec<Candidate>, Error> {
    use community::Column;
    let end = period.end();
    // What is in the archive takes part in no ranking, of past years neither.
    let rows = community::Entity::living()
        .select_only()
        .columns([
            Column::Id,
            Column::Name,
            Column::SortKey,
            Column::RegisteredOn,
            Column::PracticeCount,
            Column::MemberCount,
        ])
        .filter(Column::RegisteredOn.is_not_null())
        .filter(
            Condition::all()
                .add_option(scope.region.map(|id| Column::RegionId.eq(id)))
                .add_option(scope.profile.map(|id| Column::ProfileId.eq(id)))
                .add_option(end.map(|end| Column::RegisteredOn.lt(end.date_naive()))),
        )
        .into_model::<CommunityRow>()
        .all(db)
        .await?;
    let published = match period {
        Period::All(_) => None,
        Period::Year(year) => Some(published(db, scope, practice::Column::PublishedYear.eq(year)).await?),
        Period::Until(year) => Some(published(db, scope, practice::Column::PublishedYear.lte(year)).await?),
    };
    let members = match (method, end) {
        (Method::PracticesPer100Members, Some(end)) => Some(members_at(db, scope, end.date_naive()).await?),
        _ => None,
    };
    let of = |counts: &Option<HashMap<CommunityId, i64>>, id: CommunityId, now: i64| match counts {
        Some(counts) => counts.get(&id).copied().unwrap_or(0),
        None => now,
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let practices = of(&published, row.id, row.practice_count);
            let members = of(&members, row.id, row.member_count);
            let (score, parts) = score_of_community(method, practices, members);
            let registered = row.registered_on.unwrap_or_default();
            Candidate {
                subject: row.id.0,
                score,
                parts,
                order: (days(registered), 0, row.sort_key),
                ties: vec![registered.to_string(), row.name],
            }
        })
        .collect())
}

fn days(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

fn score_of_community(method: Method, practices: i64, members: i64) -> (i64, Vec<Part>) {
    if method == Method::PublishedPractices {
        let score = practices * MICRO;
        return (score, vec![Part { value: score, weight: MICRO, contribution: score }]);
    }
    let score = rating_rules::divide(practices * 100 * MICRO, members);
    let parts = vec![
        Part {
            value: practices * MICRO,
            weight: rating_rules::divide(100 * MICRO, members),
            contribution: score,
        },
        Part { value: members * MICRO, weight: 0, contribution: 0 },
    ];
    (score, parts)
}

/// Published practices by community, of those years.
async fn published(
    db: &impl ConnectionTrait,
    scope: Scope,
    years: sea_orm::sea_query::Expr,
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
                .add_option(scope.region.map(|id| Column::RegionId.eq(id)))
                .add_option(scope.profile.map(|id| Column::ProfileId.eq(id))),
        )
        .group_by(Column::CommunityId)
        .into_model::<CountRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.community_id?, row.count))).collect())
}

/// Registrations in force by community at the end of a year.
async fn members_at(
    db: &impl ConnectionTrait,
    scope: Scope,
    end: NaiveDate,
) -> Result<HashMap<CommunityId, i64>, Error> {
    use member::Column;
    let in_force = Condition::any()
        .add(Column::State.eq(MemberState::Active))
        .add(Condition::all().add(Column::State.eq(MemberState::Left)).add(Column::LeftOn.gte(end)));
    let rows = member::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .column_as(Column::Id.count(), "count")
        .filter(Column::JoinedOn.lt(end))
        .filter(in_force)
        .filter(Condition::all().add_option(scope.region.map(|id| Column::RegionId.eq(id))))
        .group_by(Column::CommunityId)
        .into_model::<CountRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.community_id?, row.count))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_score_add_up_to_it() {
        for (practices, members) in [(0, 0), (3, 7), (45, 53)] {
            let (score, parts) = score_of_community(Method::PracticesPer100Members, practices, members);
            assert_eq!(score, parts.iter().map(|part| part.contribution).sum::<i64>());
        }
    }
}
