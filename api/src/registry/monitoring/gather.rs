//! From which data returns and reports are made: a dozen statements a year, however many communities there are.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    IndicatorUnit, ReturnState, community,
    ids::{CommunityId, MonitoringId, ReturnId},
    institute, monitoring, monitoring_figure, monitoring_question, monitoring_report, monitoring_return,
    region,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    amount::Amount,
    figures::{Figure, Figures},
    known::{Known, known},
    making::{self, Part, Sources, make},
    report::{CommunityName, Indicator, Report},
    whole::Twice,
};
use crate::{
    error::Error,
    registry::{
        event,
        indicator::{
            self,
            figures::{EVENT_PARTICIPANTS, EVENTS},
        },
    },
};

/// The most years before a report that it looks back on.
const YEARS_BACK: u64 = 30;

/// A figure that may be asked: what it is called, and in what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// In Russian.
    pub name: String,
    /// Percent, number or coefficient.
    pub unit: IndicatorUnit,
}

/// A monitoring with all its returns.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The monitoring.
    pub row: monitoring::Model,
    /// Its questions, in their order.
    pub questions: Vec<monitoring_question::Model>,
    /// The region's own return.
    pub region: Return,
    /// Those of its communities, in the order of the monitoring.
    pub communities: Vec<(CommunityName, Return)>,
}

/// A return with its figures.
#[derive(Clone, Debug)]
pub struct Return {
    /// The return.
    pub row: monitoring_return::Model,
    /// Its figures: what the registry knows is as of now while it is open, else as it was handed in.
    pub figures: Figures,
}

#[derive(FromQueryResult)]
struct NameRow {
    id: CommunityId,
    slug: String,
    name: String,
}

/// A monitoring with its returns as they stand; none where there is none.
///
/// # Errors
/// The database's.
pub async fn whole(
    db: &impl ConnectionTrait,
    id: MonitoringId,
    now: DateTime<Utc>,
) -> Result<Option<Whole>, Error> {
    let Some(row) = monitoring::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let questions = monitoring_question::Entity::find()
        .filter(monitoring_question::Column::MonitoringId.eq(id))
        .order_by_asc(monitoring_question::Column::Position)
        .all(db)
        .await?;
    let returns = monitoring_return::Entity::find()
        .filter(monitoring_return::Column::MonitoringId.eq(id))
        .order_by_asc(monitoring_return::Column::Position)
        .all(db)
        .await?;
    let mut figures = figures_of(db, returns.iter().map(|row| row.id)).await?;
    let names = names(db, returns.iter().filter_map(|row| row.community_id)).await?;
    // The region's own return adds up the others for as long as one of them may change.
    let is_live = |one: &monitoring_return::Model| match one.community_id {
        Some(_) => matches!(one.state, ReturnState::Draft | ReturnState::Returned),
        None => row.is_open,
    };
    let known = match row.from_registry && row.is_open {
        true => known(db, row.region_id, row.year, now).await?,
        false => Known::default(),
    };
    let (mut own, mut communities) = (None, Vec::new());
    for one in returns {
        let mut held = figures.remove(&one.id).unwrap_or_default();
        let live = is_live(&one);
        match one.community_id {
            None => {
                if live {
                    held.follow(&known.region);
                }
                own = Some(Return { row: one, figures: held });
            }
            Some(id) => {
                if live {
                    held.follow(known.communities.get(&id).unwrap_or(&Figures::default()));
                }
                let name =
                    names.get(&id).cloned().ok_or_else(|| Error::broken("a return without its community"))?;
                communities.push((name, Return { row: one, figures: held }));
            }
        }
    }
    let mut region = own.ok_or_else(|| Error::broken("a monitoring without the region's own return"))?;
    if is_live(&region.row) {
        making::add_up(&mut region.figures, &parts(&communities));
    }
    Ok(Some(Whole { row, questions, region, communities }))
}

/// The communities' parts.
fn parts(communities: &[(CommunityName, Return)]) -> Vec<Part> {
    let part = |(name, of): &(CommunityName, Return)| Part {
        community: name.clone(),
        figures: of.figures.clone(),
        is_accepted: of.row.state == ReturnState::Accepted,
    };
    communities.iter().map(part).collect()
}

/// The report as the returns stand.
///
/// # Errors
/// The database's.
pub async fn report(db: &impl ConnectionTrait, whole: &Whole, now: DateTime<Utc>) -> Result<Report, Error> {
    let region = region::Entity::find_by_id(whole.row.region_id).one(db).await?;
    let region = region.ok_or_else(|| Error::broken("a monitoring without its region"))?;
    let institute =
        institute::Entity::find().filter(institute::Column::RegionId.eq(region.id)).one(db).await?;
    let earlier = earlier(db, &whole.row).await?;
    let named = named(db).await?;
    let previous = earlier.last().filter(|report| report.year == whole.row.year.previous());
    let indicators = indicators(db, whole, previous, &named).await?;
    let required = |of_region: bool| {
        let asked = whole.questions.iter().filter(|one| one.of_region == of_region && one.is_required);
        asked.map(|one| (one.code.clone(), name_of(&named, &one.code))).collect::<Vec<_>>()
    };
    Ok(make(Sources {
        region_code: region.code,
        region_name: region.name,
        institute: institute.map(|row| row.name),
        year: whole.row.year,
        as_of: now,
        region: whole.region.figures.clone(),
        parts: parts(&whole.communities),
        required: required(false),
        required_of_region: required(true),
        earlier,
        twice: twice(db, whole, now).await?,
        indicators,
    }))
}

/// Events of the year that several of the region's communities entered, each as its own; the first of them. Only where
/// the registry knows the year.
async fn twice(db: &impl ConnectionTrait, of: &Whole, now: DateTime<Utc>) -> Result<Vec<Twice>, Error> {
    if !of.row.from_registry {
        return Ok(Vec::new());
    }
    let until = Ord::min(of.row.year.last_day(), now.date_naive());
    let mut found: Vec<Twice> = Vec::new();
    let led = event::service::entered_by_several(db, of.row.region_id, of.row.year, until).await?;
    for same in led.chunk_by(|one, next| one.starts_on == next.starts_on && one.title_key == next.title_key) {
        let leads = |id: &CommunityId| same.iter().any(|one| one.community_id == *id);
        let mut names = of.communities.iter().map(|(name, _)| name).filter(|name| leads(&name.id)).cloned();
        if let (Some(first), Some(one), Some(other)) = (same.first(), names.next(), names.next()) {
            found.push(Twice {
                title: first.title.clone(),
                starts_on: first.starts_on,
                communities: [one, other],
                times: i64::try_from(same.len()).unwrap_or(i64::MAX),
            });
        }
    }
    Ok(found)
}

/// The report of a monitoring as its returns stand.
///
/// # Errors
/// The database's.
pub async fn standing(
    db: &impl ConnectionTrait,
    of: MonitoringId,
    now: DateTime<Utc>,
) -> Result<Option<Report>, Error> {
    match whole(db, of, now).await? {
        Some(whole) => Ok(Some(report(db, &whole, now).await?)),
        None => Ok(None),
    }
}

/// What a figure is called; its code where nobody named it.
#[must_use]
pub fn name_of(named: &BTreeMap<String, Named>, code: &str) -> String {
    named.get(code).map_or_else(|| code.to_owned(), |one| one.name.clone())
}

/// The figures that may be asked, by their codes.
///
/// # Errors
/// The database's.
pub async fn named(db: &impl ConnectionTrait) -> Result<BTreeMap<String, Named>, Error> {
    let rows = indicator::service::figures(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, Named { name: row.name, unit: row.unit })).collect())
}

/// What a region's indicators come to in a year.
async fn indicators(
    db: &impl ConnectionTrait,
    whole: &Whole,
    previous: Option<&Report>,
    named: &BTreeMap<String, Named>,
) -> Result<Vec<Indicator>, Error> {
    let asked = |code: &str| whole.questions.iter().any(|one| one.of_region && one.code == code);
    let figure = |code: &str| match code {
        EVENTS => whole.region.figures.events(),
        EVENT_PARTICIPANTS => whole.region.figures.participants(),
        code => whole.region.figures.value(code),
    };
    let mut found = Vec::new();
    for one in indicator::service::in_force(db, whole.row.region_id, whole.row.year).await? {
        let computed = indicator::rules::compute(&one, &figure, &|code| name_of(named, code));
        // The catalogue is long: of what is entered a report tells what was asked, or planned by the region.
        if one.formula.is_none() && one.is_plan_default && !asked(&one.code) {
            continue;
        }
        let before =
            previous.and_then(|report| report.indicators.iter().find(|before| before.code == one.code));
        let before = before.and_then(|before| before.value);
        let change =
            computed.value.zip(before).and_then(|(now, before)| now.0.checked_sub(before.0)).map(Amount);
        found.push(Indicator {
            code: one.code,
            version: one.version,
            name: one.name,
            unit: one.unit,
            formula: one.formula_text,
            value: computed.value,
            is_stated: computed.is_stated,
            plan: one.plan,
            direction: one.direction,
            met: computed.met,
            numerator: computed.numerator,
            denominator: computed.denominator,
            previous: before,
            change,
            reason: computed.reason,
        });
    }
    Ok(found)
}

/// The accepted reports of the years before, the oldest first: of each the newest revision.
async fn earlier(db: &impl ConnectionTrait, of: &monitoring::Model) -> Result<Vec<Report>, Error> {
    let mut rows = monitoring::Entity::find()
        .filter(monitoring::Column::RegionId.eq(of.region_id))
        .filter(monitoring::Column::Year.lt(of.year))
        .filter(monitoring::Column::Revision.gt(0))
        .order_by_desc(monitoring::Column::Year)
        .limit(YEARS_BACK)
        .all(db)
        .await?;
    rows.reverse();
    let frozen = monitoring_report::Entity::find()
        .filter(monitoring_report::Column::MonitoringId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let mut newest: HashMap<(MonitoringId, i32), String> =
        frozen.into_iter().map(|row| ((row.monitoring_id, row.revision), row.report)).collect();
    rows.iter().filter_map(|row| newest.remove(&(row.id, row.revision))).map(|text| thaw(&text)).collect()
}

/// A report that was frozen.
///
/// # Errors
/// A fault of ours: it cannot be read.
pub fn thaw(text: &str) -> Result<Report, Error> {
    serde_json::from_str(text).map_err(Error::internal)
}

/// The figures that are kept of returns.
async fn figures_of(
    db: &impl ConnectionTrait,
    returns: impl Iterator<Item = ReturnId>,
) -> Result<HashMap<ReturnId, Figures>, Error> {
    let rows = monitoring_figure::Entity::find()
        .filter(monitoring_figure::Column::ReturnId.is_in(returns))
        .all(db)
        .await?;
    let mut found: HashMap<ReturnId, Figures> = HashMap::new();
    for row in rows {
        let figure = Figure {
            registered: row.registered.map(Amount),
            stated: row.stated.map(Amount),
            reason: row.reason,
        };
        found.entry(row.return_id).or_default().0.insert(row.code, figure);
    }
    Ok(found)
}

/// How these communities are called.
///
/// # Errors
/// The database's.
pub async fn names(
    db: &impl ConnectionTrait,
    of: impl Iterator<Item = CommunityId>,
) -> Result<HashMap<CommunityId, CommunityName>, Error> {
    let rows = community::Entity::find()
        .select_only()
        .columns([community::Column::Id, community::Column::Slug, community::Column::Name])
        .filter(community::Column::Id.is_in(of))
        .into_model::<NameRow>()
        .all(db)
        .await?;
    let name = |row: NameRow| (row.id, CommunityName { id: row.id, slug: row.slug, name: row.name });
    Ok(rows.into_iter().map(name).collect())
}
