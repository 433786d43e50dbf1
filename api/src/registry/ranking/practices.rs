//! The data of the rankings of practices.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use entity::{
    AdoptionState, PracticeState, adoption,
    ids::{PracticeId, ProfileId, RegionId},
    practice, rating,
};
use futures::TryStreamExt;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect, QueryTrait, StreamTrait,
    sea_query::{Expr, Query},
};

use super::{
    board::Period,
    entrant::{Entrant, Subject},
    field::{Source, Wanted},
};
use crate::{
    error::Error,
    registry::rating::rules::{MICRO, Tally},
};

/// What is read of a practice that takes part.
#[derive(FromQueryResult)]
pub(super) struct PracticeRow {
    pub(super) id: PracticeId,
    region_id: RegionId,
    profile_id: Option<ProfileId>,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
    rating_organizations: i64,
    rating_sum: i64,
}

impl PracticeRow {
    /// Who it is.
    pub(super) fn subject(&self) -> Arc<Subject> {
        Arc::new(Subject {
            id: self.id.0,
            region: Some(self.region_id),
            profile: self.profile_id,
            since: self.published_at.unwrap_or_default(),
            name: self.number.as_deref().unwrap_or_default().into(),
            sort_key: None,
        })
    }
}

/// The practices of a scope, one after the other.
pub(super) fn rows(of_scope: Condition) -> sea_orm::Selector<sea_orm::SelectModel<PracticeRow>> {
    use practice::Column;
    practice::Entity::find()
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
        .filter(of_scope)
        .into_model::<PracticeRow>()
}

/// The practices that take part in the ranking by ratings.
///
/// # Errors
/// The database's.
pub(super) async fn rated(
    db: &(impl ConnectionTrait + StreamTrait),
    wanted: Wanted<'_>,
    period: Period,
    source: Source,
) -> Result<Vec<Entrant>, Error> {
    let of_scope = of_scope(wanted, period);
    let tallies = match (period, source) {
        (Period::All(_), Source::Kept) => None,
        (Period::All(_), Source::Rows) => Some(tallies(db, of_scope.clone(), None, None).await?),
        (Period::Year(year), _) => {
            Some(tallies(db, of_scope.clone(), Some(year.start()), Some(year.end())).await?)
        }
        (Period::Until(year), _) => Some(tallies(db, of_scope.clone(), None, Some(year.end())).await?),
    };
    let entrant = |row: PracticeRow| {
        let tally = match &tallies {
            Some(tallies) => tallies.get(&row.id).copied().unwrap_or_default(),
            None => Tally { organizations: row.rating_organizations, sum: row.rating_sum },
        };
        Entrant {
            subject: row.subject(),
            figures: [tally.organizations, tally.sum],
            count: Some(tally.organizations),
            judged: Box::default(),
        }
    };
    Ok(rows(of_scope).stream(db).await?.map_ok(entrant).try_collect().await?)
}

/// The practices that were adopted in the period: by how many organizations of their own region, and of others.
///
/// # Errors
/// The database's.
pub(super) async fn adopted(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    period: Period,
) -> Result<Vec<Entrant>, Error> {
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
    let of_scope = of_scope(wanted, period).add(Column::Id.in_subquery(adopted));
    let rows = rows(of_scope.clone()).all(db).await?;
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
    let entrant = |row: PracticeRow| {
        let adopters = by_practice.remove(&row.id).unwrap_or_default();
        let near = adopters.iter().filter(|(region, _)| *region == row.region_id).map(|(_, count)| count);
        let (near, all): (i64, i64) = (near.sum(), adopters.iter().map(|(_, count)| count).sum());
        let figures = [near, all - near];
        Entrant { subject: row.subject(), figures, count: Some(all), judged: Box::default() }
    };
    Ok(rows.into_iter().map(entrant).collect())
}

/// Which practices take part at all.
pub(super) fn of_scope(wanted: Wanted<'_>, period: Period) -> Condition {
    use practice::Column;
    Condition::all()
        .add(Column::State.eq(PracticeState::Published))
        .add_option(wanted.scope.region.map(|id| Column::RegionId.eq(id)))
        .add_option(wanted.scope.profile.map(|id| Column::ProfileId.eq(id)))
        .add_option(wanted.only.map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(period.end().map(|end| Column::PublishedAt.lt(end)))
}

#[derive(FromQueryResult)]
struct TallyRow {
    practice_id: PracticeId,
    organizations: i64,
    sum: i64,
}

/// The ratings given from `start` to before `end`, by practice. They are added up as [`Tally`] does, by the database,
/// since it would have to send a row for nearly every rating.
async fn tallies(
    db: &impl StreamTrait,
    of_scope: Condition,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
) -> Result<HashMap<PracticeId, Tally>, Error> {
    use rating::Column;
    let of_practices =
        Query::select().column(practice::Column::Id).from(practice::Entity).cond_where(of_scope).to_owned();
    // Of positive numbers, the rest left away: rounded half up.
    let (stars, count) = (Column::Stars.sum().cast_as("bigint"), Column::Id.count());
    let mean = stars.mul(2 * MICRO).add(count.clone()).div(count.mul(2));
    // Raters without a known organization count together as one, as in the practice's own summary.
    let of_organizations = rating::Entity::counted()
        .select_only()
        .column(Column::PracticeId)
        .column_as(mean, "mean")
        .filter(
            Condition::all()
                .add_option(start.map(|start| Column::RatedAt.gte(start)))
                .add_option(end.map(|end| Column::RatedAt.lt(end))),
        )
        .filter(Column::PracticeId.in_subquery(of_practices))
        .group_by(Column::PracticeId)
        .group_by(Column::OrganizationId)
        .into_query();
    let of_practices = Query::select()
        .column("practice_id")
        .expr_as(Expr::cust("COUNT(*)"), "organizations")
        .expr_as(Expr::col("mean").sum().cast_as("bigint"), "sum")
        .from_subquery(of_organizations, "of_organizations")
        .group_by_col("practice_id")
        .to_owned();
    let mut tallies = HashMap::new();
    let mut rows = std::pin::pin!(db.stream(&of_practices).await?);
    while let Some(row) = rows.try_next().await? {
        let TallyRow { practice_id, organizations, sum } = TallyRow::from_query_result(&row, "")?;
        tallies.insert(practice_id, Tally { organizations, sum });
    }
    Ok(tallies)
}
