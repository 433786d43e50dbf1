//! The data of the rankings of practices.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    AcademicYear, AdoptionState, PracticeState, adoption,
    ids::{OrganizationId, PracticeId, RegionId},
    practice, rating,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::Query,
};

use super::{
    board::{Parameters, Period},
    build::Scope,
    rules::{Candidate, Part},
};
use crate::{
    error::Error,
    registry::rating::rules::{self as rating_rules, MICRO, Tally},
};

#[derive(FromQueryResult)]
struct PracticeRow {
    id: PracticeId,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
    rating_organizations: i64,
    rating_sum: i64,
}

/// The practices that take part, each with its score, and the mean by which they are damped.
///
/// # Errors
/// The database's.
pub(super) async fn candidates(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
) -> Result<(Vec<Candidate>, Parameters), Error> {
    use practice::Column;
    let of_scope = of_scope(scope, period);
    let rows = practice::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Number,
            Column::PublishedAt,
            Column::RatingOrganizations,
            Column::RatingSum,
        ])
        .filter(of_scope.clone())
        .into_model::<PracticeRow>()
        .all(db)
        .await?;
    let tallies = match period {
        Period::All(_) => None,
        Period::Year(year) => Some(tallies(db, of_scope, Some(year.start()), year).await?),
        Period::Until(year) => Some(tallies(db, of_scope, None, year).await?),
    };
    let of = |row: &PracticeRow| match &tallies {
        Some(tallies) => tallies.get(&row.id).copied().unwrap_or_default(),
        None => Tally { organizations: row.rating_organizations, sum: row.rating_sum },
    };
    let mut all = Tally::default();
    for row in &rows {
        let tally = of(row);
        all.organizations += tally.organizations;
        all.sum += tally.sum;
    }
    let mean = rating_rules::scope_mean(all);
    let candidates = rows
        .into_iter()
        .map(|row| {
            let tally = of(&row);
            let published = row.published_at.unwrap_or_default();
            let number = row.number.unwrap_or_default();
            Candidate {
                subject: row.id.0,
                score: rating_rules::damped(tally, mean),
                parts: parts_of_rating(tally, mean),
                order: (-tally.organizations, published.timestamp_micros(), number.clone().into_bytes()),
                ties: vec![tally.organizations.to_string(), published.date_naive().to_string(), number],
            }
        })
        .collect();
    Ok((candidates, Parameters { mean: Some(mean) }))
}

#[derive(FromQueryResult)]
struct AdoptedRow {
    id: PracticeId,
    region_id: RegionId,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
}

/// The practices that were adopted in the period, each with its score: organizations of other regions count double.
///
/// # Errors
/// The database's.
pub(super) async fn adopted(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
) -> Result<Vec<Candidate>, Error> {
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
        .columns([Column::Id, Column::RegionId, Column::Number, Column::PublishedAt])
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
    let candidate = |row: AdoptedRow| {
        let adopters = by_practice.remove(&row.id).unwrap_or_default();
        let near = adopters.iter().filter(|(region, _)| *region == row.region_id).map(|(_, count)| count);
        let (near, all): (i64, i64) = (near.sum(), adopters.iter().map(|(_, count)| count).sum());
        let parts = parts_of_adoption(near, all - near);
        let published = row.published_at.unwrap_or_default();
        let number = row.number.unwrap_or_default();
        Candidate {
            subject: row.id.0,
            score: parts.iter().map(|part| part.contribution).sum(),
            parts,
            order: (-all, published.timestamp_micros(), number.clone().into_bytes()),
            ties: vec![all.to_string(), published.date_naive().to_string(), number],
        }
    };
    Ok(rows.into_iter().map(candidate).collect())
}

/// Organizations of the practice's own region count once, those of others double.
fn parts_of_adoption(near: i64, far: i64) -> Vec<Part> {
    let part = |count: i64, weight: i64| Part {
        value: count * MICRO,
        weight: weight * MICRO,
        contribution: count * weight * MICRO,
    };
    vec![part(near, 1), part(far, 2)]
}

/// Which practices take part at all.
fn of_scope(scope: Scope, period: Period) -> Condition {
    use practice::Column;
    Condition::all()
        .add(Column::State.eq(PracticeState::Published))
        .add_option(scope.region.map(|id| Column::RegionId.eq(id)))
        .add_option(scope.profile.map(|id| Column::ProfileId.eq(id)))
        .add_option(period.end().map(|end| Column::PublishedAt.lt(end)))
}

/// The two parts of a damped mean; the second takes what rounding leaves, so that they add up exactly.
fn parts_of_rating(tally: Tally, mean: i64) -> Vec<Part> {
    let weight = rating_rules::DAMPING + tally.organizations;
    let prior = rating_rules::divide(rating_rules::DAMPING * mean, weight);
    let own_weight = rating_rules::divide(tally.organizations * MICRO, weight);
    vec![
        Part { value: mean, weight: MICRO - own_weight, contribution: prior },
        Part {
            value: rating_rules::divide(tally.sum, tally.organizations),
            weight: own_weight,
            contribution: rating_rules::damped(tally, mean) - prior,
        },
    ]
}

#[derive(FromQueryResult)]
struct OrganizationRow {
    practice_id: PracticeId,
    organization_id: Option<OrganizationId>,
    count: i64,
    stars: i64,
}

/// The ratings given from `start` to the end of `year`, by practice.
async fn tallies(
    db: &impl ConnectionTrait,
    of_scope: Condition,
    start: Option<DateTime<Utc>>,
    year: AcademicYear,
) -> Result<HashMap<PracticeId, Tally>, Error> {
    use rating::Column;
    let of_practices =
        Query::select().column(practice::Column::Id).from(practice::Entity).cond_where(of_scope).to_owned();
    let rows = rating::Entity::find()
        .select_only()
        .column(Column::PracticeId)
        .column(Column::OrganizationId)
        .column_as(Column::Id.count(), "count")
        .column_as(Column::Stars.sum().cast_as("bigint"), "stars")
        .filter(Column::RatedAt.lt(year.end()))
        .filter(Condition::all().add_option(start.map(|start| Column::RatedAt.gte(start))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_of_another_region_counts_double() {
        let score =
            |near, far| parts_of_adoption(near, far).iter().map(|part| part.contribution).sum::<i64>();
        assert_eq!((score(3, 0), score(1, 1), score(0, 2)), (3 * MICRO, 3 * MICRO, 4 * MICRO));
    }

    #[test]
    fn the_parts_of_a_score_add_up_to_it() {
        for (organizations, sum) in [(0, 0), (1, 5 * MICRO), (7, 23_333_333), (1000, 4_123_456_789)] {
            let tally = Tally { organizations, sum };
            let sum: i64 = parts_of_rating(tally, 4_285_714).iter().map(|part| part.contribution).sum();
            assert_eq!(sum, rating_rules::damped(tally, 4_285_714));
        }
    }
}
