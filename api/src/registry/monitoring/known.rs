//! What the registry itself knows of a year: of which returns are prefilled. A statement a figure, however many
//! communities there are.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AcademicYear, EventKind, EventLevel, PracticeState, community, cooperation_agreement, headcount,
    ids::{CommunityId, ProfileId, RegionId},
    member, practice,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{amount::Amount, figures::Figures};
use crate::{
    error::Error,
    registry::{
        event,
        indicator::figures::{
            AGREEMENTS_LAST_YEAR, AGREEMENTS_THIS_YEAR, MEMBERS, PRACTICES, REGISTERED_COMMUNITIES, TEACHERS,
            events_at, events_of, participants_at,
        },
    },
};

#[derive(FromQueryResult)]
struct CountRow {
    community_id: Option<CommunityId>,
    count: i64,
}

/// What the registry knows of the communities of a region in a year, and of the region itself.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Of each community.
    pub communities: HashMap<CommunityId, Figures>,
    /// Of the region.
    pub region: Figures,
}

/// What the registry knows of a region in a year: as of its end, or of now while it runs.
///
/// # Errors
/// The database's.
pub async fn known(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
    now: DateTime<Utc>,
) -> Result<Known, Error> {
    let last_day = Ord::min(year.last_day(), now.date_naive());
    let mut known = Known::default();
    let mut put = |code: &str, counts: Vec<CountRow>, of_region: bool| {
        let mut total = 0_i64;
        for row in counts {
            total += row.count;
            if let Some(id) = row.community_id {
                known.communities.entry(id).or_default().register(code, Some(Amount::whole(row.count)));
            }
        }
        if of_region {
            known.region.register(code, Some(Amount::whole(total)));
        }
    };
    put(MEMBERS, members(db, of, last_day).await?, false);
    put(PRACTICES, practices(db, of, year).await?, true);
    put(AGREEMENTS_THIS_YEAR, agreements(db, of, year).await?, true);
    put(AGREEMENTS_LAST_YEAR, agreements(db, of, year.previous()).await?, true);
    events(db, of, year, last_day, &mut known).await?;
    let communities = community::Entity::find()
        .filter(community::Column::RegionId.eq(of))
        .filter(community::Column::ArchivedAt.is_null())
        .all(db)
        .await?;
    let teachers: HashMap<ProfileId, i64> = headcount::Entity::find()
        .filter(headcount::Column::RegionId.eq(of))
        .filter(headcount::Column::Year.eq(year))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.profile_id, row.teachers))
        .collect();
    if !teachers.is_empty() {
        known.region.register(TEACHERS, Some(Amount::whole(teachers.values().sum())));
    }
    let mut registered = 0;
    for row in communities {
        registered += i64::from(row.registered_on.is_some_and(|day| day <= last_day));
        let figures = known.communities.entry(row.id).or_default();
        figures.register(TEACHERS, teachers.get(&row.profile_id).map(|count| Amount::whole(*count)));
        // Where the registry counts, nothing found is none.
        for code in [MEMBERS, PRACTICES, AGREEMENTS_THIS_YEAR] {
            if figures.value(code).is_none() {
                figures.register(code, Some(Amount(0)));
            }
        }
    }
    known.region.register(REGISTERED_COMMUNITIES, Some(Amount::whole(registered)));
    Ok(known)
}

/// Events by level and kind, with their participants as far as all of them were told: a part of them is no number.
async fn events(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
    until: NaiveDate,
    known: &mut Known,
) -> Result<(), Error> {
    #[derive(Default)]
    struct Held {
        events: i64,
        counted: i64,
        participants: i64,
    }
    let mut levels: HashMap<(CommunityId, EventLevel), Held> = HashMap::new();
    let mut kinds: HashMap<(CommunityId, EventKind), i64> = HashMap::new();
    for row in event::service::totals(db, of, year, until).await? {
        let held = levels.entry((row.community_id, row.level)).or_default();
        held.events += row.events;
        held.counted += row.counted;
        held.participants += row.participants.unwrap_or(0);
        *kinds.entry((row.community_id, row.kind)).or_default() += row.events;
    }
    for ((community, level), held) in levels {
        let figures = known.communities.entry(community).or_default();
        figures.register(events_at(level), Some(Amount::whole(held.events)));
        if held.counted == held.events {
            figures.register(participants_at(level), Some(Amount::whole(held.participants)));
        }
    }
    for ((community, kind), events) in kinds {
        let figures = known.communities.entry(community).or_default();
        figures.register(events_of(kind), Some(Amount::whole(events)));
    }
    Ok(())
}

/// Persons with a registration in force.
async fn members(db: &impl ConnectionTrait, of: RegionId, on: NaiveDate) -> Result<Vec<CountRow>, Error> {
    use member::Column;
    Ok(member::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .expr_as(Expr::col(Column::PersonId).count_distinct(), "count")
        .filter(Column::RegionId.eq(of))
        .filter(member::in_force(on))
        .group_by(Column::CommunityId)
        .into_model()
        .all(db)
        .await?)
}

/// Practices in the federal registry that were published by the end of the year, those of the institute's units too.
async fn practices(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
) -> Result<Vec<CountRow>, Error> {
    use practice::Column;
    Ok(practice::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .expr_as(Expr::col(Column::Id).count(), "count")
        .filter(Column::RegionId.eq(of))
        .filter(Column::State.eq(PracticeState::Published))
        .filter(Column::PublishedAt.lt(year.end()))
        .group_by(Column::CommunityId)
        .into_model()
        .all(db)
        .await?)
}

/// Cooperation agreements that were signed in the year.
async fn agreements(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
) -> Result<Vec<CountRow>, Error> {
    use cooperation_agreement::Column;
    Ok(cooperation_agreement::Entity::find()
        .select_only()
        .column(Column::CommunityId)
        .expr_as(Expr::col(Column::Id).count(), "count")
        .filter(Column::CommunityId.in_subquery(community::of_region(of)))
        .filter(Column::SignedOn.between(year.start().date_naive(), year.last_day()))
        .group_by(Column::CommunityId)
        .into_model()
        .all(db)
        .await?)
}
