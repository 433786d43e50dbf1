//! The data of the rankings of practices.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entity::{
    AdoptionState, PracticeState, adoption,
    ids::{OrganizationId, PracticeId, ProfileId, RegionId},
    practice, rating,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::Query,
};

use super::{
    board::Period,
    build::{Scope, Source},
    formula::Entrant,
};
use crate::{error::Error, registry::rating::rules::Tally};

#[derive(FromQueryResult)]
struct PracticeRow {
    id: PracticeId,
    region_id: RegionId,
    profile_id: Option<ProfileId>,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
    rating_organizations: i64,
    rating_sum: i64,
}

/// The practices that take part in the ranking by ratings.
///
/// # Errors
/// The database's.
pub(super) async fn rated(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
    source: Source,
) -> Result<Vec<Arc<Entrant>>, Error> {
    use practice::Column;
    let of_scope = of_scope(scope, period);
    let rows = practice::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::RegionId,
            Column::ProfileId,
            Column::Number,
            Column::PublishedAt,
            Column::RatingOrganizations,
            Column::RatingSum,
        ])
        .filter(of_scope.clone())
        .into_model::<PracticeRow>()
        .all(db)
        .await?;
    let tallies = match (period, source) {
        (Period::All(_), Source::Kept) => None,
        (Period::All(_), Source::Rows) => Some(tallies(db, of_scope, None, None).await?),
        (Period::Year(year), _) => Some(tallies(db, of_scope, Some(year.start()), Some(year.end())).await?),
        (Period::Until(year), _) => Some(tallies(db, of_scope, None, Some(year.end())).await?),
    };
    let entrant = |row: PracticeRow| {
        let tally = match &tallies {
            Some(tallies) => tallies.get(&row.id).copied().unwrap_or_default(),
            None => Tally { organizations: row.rating_organizations, sum: row.rating_sum },
        };
        let published = row.published_at.unwrap_or_default();
        let number = row.number.unwrap_or_default();
        Entrant {
            subject: row.id.0,
            region: Some(row.region_id),
            profile: row.profile_id,
            judged: Vec::new(),
            figures: [tally.organizations, tally.sum],
            order: (-tally.organizations, published.timestamp_micros(), number.clone().into_bytes()),
            ties: vec![tally.organizations.to_string(), published.date_naive().to_string(), number],
        }
    };
    Ok(rows.into_iter().map(entrant).map(Arc::new).collect())
}

#[derive(FromQueryResult)]
struct AdoptedRow {
    id: PracticeId,
    region_id: RegionId,
    profile_id: Option<ProfileId>,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
}

/// The practices that were adopted in the period: by how many organizations of their own region, and of others.
///
/// # Errors
/// The database's.
pub(super) async fn adopted(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
) -> Result<Vec<Arc<Entrant>>, Error> {
    use practice::Column;
    let start = match period {
        Period::Year(year) => Some(year.start()),
        Period::All(_) | Period::Until(_) => None,
    };
    let counted = Condition::all()
        .add(adoption::Column::State.eq(AdoptionState::Confirmed))
        .add_option(start.map(|start| adoption::Column::DecidedAt.gte(start)))
        .add_option(period.end().map(|end| adoption::Column::DecidedAt.lt(end)));
    let adopted = Query::select()
        .column(adoption::Column::PracticeId)
        .from(adoption::Entity)
        .cond_where(counted.clone())
        .to_owned();
    let of_scope = of_scope(scope, period).add(Column::Id.in_subquery(adopted));
    let rows = practice::Entity::find()
        .select_only()
        .columns([Column::Id, Column::RegionId, Column::ProfileId, Column::Number, Column::PublishedAt])
        .filter(of_scope.clone())
        .into_model::<AdoptedRow>()
        .all(db)
        .await?;
    let of_practices =
        Query::select().column(Column::Id).from(practice::Entity).cond_where(of_scope).to_owned();
    let counts: Vec<(PracticeId, RegionId, i64)> = adoption::Entity::find()
        .select_only()
        .column(adoption::Column::PracticeId)
        .column(adoption::Column::RegionId)
        .column_as(adoption::Column::Id.count(), "count")
        .filter(counted)
        .filter(adoption::Column::PracticeId.in_subquery(of_practices))
        .group_by(adoption::Column::PracticeId)
        .group_by(adoption::Column::RegionId)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_practice: HashMap<PracticeId, Vec<(RegionId, i64)>> = HashMap::new();
    for (practice, region, count) in counts {
        by_practice.entry(practice).or_default().push((region, count));
    }
    let entrant = |row: AdoptedRow| {
        let adopters = by_practice.remove(&row.id).unwrap_or_default();
        let near = adopters.iter().filter(|(region, _)| *region == row.region_id).map(|(_, count)| count);
        let (near, all): (i64, i64) = (near.sum(), adopters.iter().map(|(_, count)| count).sum());
        let published = row.published_at.unwrap_or_default();
        let number = row.number.unwrap_or_default();
        Entrant {
            subject: row.id.0,
            region: Some(row.region_id),
            profile: row.profile_id,
            judged: Vec::new(),
            figures: [near, all - near],
            order: (-all, published.timestamp_micros(), number.clone().into_bytes()),
            ties: vec![all.to_string(), published.date_naive().to_string(), number],
        }
    };
    Ok(rows.into_iter().map(entrant).map(Arc::new).collect())
}

/// Which practices take part at all.
pub(super) fn of_scope(scope: Scope, period: Period) -> Condition {
    use practice::Column;
    Condition::all()
        .add(Column::State.eq(PracticeState::Published))
        .add_option(scope.region.map(|id| Column::RegionId.eq(id)))
        .add_option(scope.profile.map(|id| Column::ProfileId.eq(id)))
        .add_option(period.end().map(|end| Column::PublishedAt.lt(end)))
}

#[derive(FromQueryResult)]
struct OrganizationRow {
    practice_id: PracticeId,
    organization_id: Option<OrganizationId>,
    count: i64,
    stars: i64,
}

/// The ratings given from `start` to before `end`, by practice.
async fn tallies(
    db: &impl ConnectionTrait,
    of_scope: Condition,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
) -> Result<HashMap<PracticeId, Tally>, Error> {
    use rating::Column;
    let of_practices =
        Query::select().column(practice::Column::Id).from(practice::Entity).cond_where(of_scope).to_owned();
    let rows = rating::Entity::counted()
        .select_only()
        .column(Column::PracticeId)
        .column(Column::OrganizationId)
        .column_as(Column::Id.count(), "count")
        .column_as(Column::Stars.sum().cast_as("bigint"), "stars")
        .filter(
            Condition::all()
                .add_option(start.map(|start| Column::RatedAt.gte(start)))
                .add_option(end.map(|end| Column::RatedAt.lt(end))),
        )
        .filter(Column::PracticeId.in_subquery(of_practices))
        .group_by(Column::PracticeId)
        .group_by(Column::OrganizationId)
        .into_model::<OrganizationRow>()
        .all(db)
        .await?;
    // Raters without a known organization count together as one, as in the practice's own summary.
    let mut by_practice: BTreeMap<(PracticeId, Option<OrganizationId>), (i64, i64)> = BTreeMap::new();
    for row in rows {
        let entry = by_practice.entry((row.practice_id, row.organization_id)).or_default();
        entry.0 += row.count;
        entry.1 += row.stars;
    }
    let mut tallies: HashMap<PracticeId, Tally> = HashMap::new();
    for ((practice, _), (count, stars)) in by_practice {
        tallies.entry(practice).or_default().add(count, stars);
    }
    Ok(tallies)
}
