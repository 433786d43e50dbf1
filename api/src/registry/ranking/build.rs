//! The data from which boards are made, and their making.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AcademicYear, MemberState, PracticeState, community,
    ids::{CommunityId, OrganizationId, PracticeId, ProfileId, RegionId},
    member, practice, profile, rating, region,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};

use super::{
    board::{self, Parameters, Period, Spec},
    method::Method,
    rules::{self, Candidate, Part},
};
use crate::{
    app::App,
    auth::Permit,
    error::Error,
    registry::rating::rules::{self as rating_rules, MICRO, Tally},
};

/// The filter, by ids.
#[derive(Clone, Copy, Debug)]
struct Scope {
    region: Option<RegionId>,
    profile: Option<ProfileId>,
}

/// Makes the next generation of a board; false where the filter names an unknown region or profile. The
/// board is locked first and the data are read after it, so of two builders the later one has the newer data.
///
/// # Errors
/// The database's.
pub async fn build(app: &App, spec: &Spec) -> Result<bool, Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(scope) = resolve(tx.db(), spec).await? else { return Ok(false) };
    let board = board::lock(&tx, spec, scope.region, scope.profile).await?;
    let previous = match spec.period.previous() {
        Some(period) => rules::ranks(candidates(tx.db(), spec.method, scope, period).await?.0),
        None => HashMap::new(),
    };
    let (candidates, parameters) = candidates(tx.db(), spec.method, scope, spec.period).await?;
    board::write(&tx, &board, parameters, &rules::rank(candidates, &previous)).await?;
    tx.commit_quietly().await?;
    Ok(true)
}

async fn resolve(db: &impl ConnectionTrait, spec: &Spec) -> Result<Option<Scope>, Error> {
    let mut scope = Scope { region: None, profile: None };
    if let Some(code) = &spec.region {
        let found = region::Entity::find().filter(region::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.region = Some(row.id);
    }
    if let Some(code) = &spec.profile {
        let found = profile::Entity::find().filter(profile::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.profile = Some(row.id);
    }
    Ok(Some(scope))
}

async fn candidates(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<(Vec<Candidate>, Parameters), Error> {
    match method {
        Method::PublishedPractices | Method::PracticesPer100Members => {
            Ok((communities(db, method, scope, period).await?, Parameters::default()))
        }
        Method::Rating => practices(db, scope, period).await,
        // Who has no assessment, or no adoption, takes no part; the registry records neither so far.
        Method::Expert | Method::Adoption => Ok((Vec::new(), Parameters::default())),
    }
}

/// The first moment after the period; none while it runs on.
fn end(period: Period) -> Option<DateTime<Utc>> {
    match period {
        Period::All(_) => None,
        Period::Year(year) | Period::Until(year) => Some(year.end()),
    }
}

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

async fn communities(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<Vec<Candidate>, Error> {
    use community::Column;
    let end = end(period);
    let rows = community::Entity::find()
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

#[derive(FromQueryResult)]
struct PracticeRow {
    id: PracticeId,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
    rating_organizations: i64,
    rating_sum: i64,
}

async fn practices(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
) -> Result<(Vec<Candidate>, Parameters), Error> {
    use practice::Column;
    let of_scope = Condition::all()
        .add(Column::State.eq(PracticeState::Published))
        .add_option(scope.region.map(|id| Column::RegionId.eq(id)))
        .add_option(scope.profile.map(|id| Column::ProfileId.eq(id)))
        .add_option(end(period).map(|end| Column::PublishedAt.lt(end)));
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
    let of_practices = sea_orm::sea_query::Query::select()
        .column(practice::Column::Id)
        .from(practice::Entity)
        .cond_where(of_scope)
        .to_owned();
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
    fn the_parts_of_a_score_add_up_to_it() {
        for (organizations, sum) in [(0, 0), (1, 5 * MICRO), (7, 23_333_333), (1000, 4_123_456_789)] {
            let tally = Tally { organizations, sum };
            let sum: i64 = parts_of_rating(tally, 4_285_714).iter().map(|part| part.contribution).sum();
            assert_eq!(sum, rating_rules::damped(tally, 4_285_714));
        }
        for (practices, members) in [(0, 0), (3, 7), (45, 53)] {
            let (score, parts) = score_of_community(Method::PracticesPer100Members, practices, members);
            assert_eq!(score, parts.iter().map(|part| part.contribution).sum::<i64>());
        }
    }
}
