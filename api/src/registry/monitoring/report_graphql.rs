//! The report in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::ids::{CommunityId, MonitoringId};

use super::{
    difference::Difference,
    report::{self, Percent, Report},
    service::{self, Which},
};
use crate::{
    error::Error,
    graphql::{
        Caller,
        scalars::{AcademicYear, Date},
    },
    registry::community::graphql::Community,
};

/// How far an event reaches.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::EventLevel")]
pub enum EventLevel {
    /// One municipality.
    Municipal,
    /// Several municipalities of a region.
    Intermunicipal,
    /// A region.
    Regional,
    /// Several regions.
    Interregional,
    /// The whole country.
    AllRussian,
    /// Several countries.
    International,
}

/// On whose behalf an event is held.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::EventKind")]
pub enum EventKind {
    /// Held by the institute.
    Institute,
    /// Held by the community's teachers on their own initiative.
    Initiative,
    /// Experience put together for others: publications.
    Experience,
}

/// In what an indicator is told.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::IndicatorUnit")]
pub enum IndicatorUnit {
    /// Of a hundred.
    Percent,
    /// A count.
    Number,
    /// A ratio without a unit.
    Coefficient,
}

/// Which side of its plan an indicator is to lie on.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::IndicatorDirection")]
pub enum IndicatorDirection {
    /// The plan is the least.
    AtLeast,
    /// The plan is the most.
    AtMost,
}

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::FindingSeverity")]
pub enum FindingSeverity {
    /// To look at; blocks nothing.
    Warning,
    /// Cannot be right; blocks acceptance.
    Error,
}

/// A region's report on an academic year.
pub struct MonitoringReport {
    /// What it tells.
    pub report: Arc<Report>,
    /// Of which monitoring.
    pub monitoring: MonitoringId,
}

fn percent(share: Option<Percent>) -> Option<f64> {
    share.map(|share| share.value.to_f64())
}

fn is_stated(share: Option<Percent>) -> bool {
    share.is_some_and(|share| share.is_stated)
}

/// A region's report on an academic year: live while the year is open, frozen with its signature once it is accepted. What
/// is not known is null, never zero; see `notes`.
#[Object]
impl MonitoringReport {
    /// The region's ISO 3166-2 code.
    async fn region_code(&self) -> &str {
        &self.report.region_code
    }
    /// The region's name.
    async fn region_name(&self) -> &str {
        &self.report.region_name
    }
    /// Who reports: the region's institute.
    async fn institute(&self) -> Option<&str> {
        self.report.institute.as_deref()
    }
    /// On which year.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.report.year)
    }
    /// Of when its figures are.
    async fn as_of(&self) -> DateTime<Utc> {
        self.report.as_of
    }
    /// The signature; null while the report is live.
    async fn signing(&self) -> Option<MonitoringSigning> {
        self.report.signing.clone().map(Into::into)
    }
    /// The accepted reports of the year, the first one first, with what each has changed.
    async fn revisions(&self, ctx: &Context<'_>) -> Result<Vec<MonitoringRevision>, Error> {
        revisions_of(Caller::of(ctx)?, self.monitoring).await
    }
    /// How many communities there were; 0 with a note where that is not known.
    async fn communities(&self) -> i64 {
        self.report.communities
    }
    /// How many members they had; 0 with a note where that is not known.
    async fn members(&self) -> i64 {
        self.report.members
    }
    /// How many teachers the region had.
    async fn teachers(&self) -> Option<i64> {
        self.report.teachers
    }
    /// Which share of them were members, in percent.
    async fn engagement_percent(&self) -> Option<f64> {
        percent(self.report.engagement)
    }
    /// Whether that share was stated without its numerator.
    async fn engagement_stated(&self) -> bool {
        is_stated(self.report.engagement)
    }
    /// The totals of each year known, the oldest first.
    async fn growth(&self) -> Vec<GrowthRow> {
        let row = |row: &report::Growth| GrowthRow {
            year: AcademicYear(row.year),
            communities: row.communities,
            members: row.members,
            share_percent: percent(row.share),
        };
        self.report.growth.iter().map(row).collect()
    }
    /// Each community's engagement in this year and the one before, and its regional events: the greater share first.
    async fn engagement(&self, ctx: &Context<'_>) -> Result<Vec<EngagementRow>, Error> {
        let rows = &self.report.engagement_by_community;
        let communities = communities(ctx, rows.iter().map(|row| row.community.id)).await?;
        rows.iter()
            .map(|row| {
                Ok(EngagementRow {
                    community: found(&communities, row.community.id)?,
                    previous_percent: percent(row.previous),
                    percent: percent(row.percent),
                    stated: is_stated(row.percent),
                    events: row.events,
                    participants: row.participants,
                })
            })
            .collect()
    }
    /// How many events there were in all.
    async fn events(&self) -> Option<i64> {
        self.report.events
    }
    /// How many people took part in them.
    async fn participants(&self) -> Option<i64> {
        self.report.participants
    }
    /// Events by level, the narrowest first.
    async fn events_by_level(&self) -> Vec<EventLevelRow> {
        let row = |row: &report::LevelEvents| EventLevelRow {
            level: row.level.into(),
            events: row.events,
            participants: row.participants,
            previous_events: row.previous_events,
        };
        self.report.events_by_level.iter().map(row).collect()
    }
    /// Events by kind.
    async fn events_by_kind(&self) -> Vec<EventKindRow> {
        let row = |row: &report::KindEvents| EventKindRow { kind: row.kind.into(), events: row.events };
        self.report.events_by_kind.iter().map(row).collect()
    }
    /// Events of each community and level.
    async fn events_by_community(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this level only.")] level: Option<EventLevel>,
    ) -> Result<Vec<CommunityEventsRow>, Error> {
        let level = level.map(entity::EventLevel::from);
        let rows: Vec<_> = (self.report.events_by_community.iter())
            .filter(|row| level.is_none_or(|level| level == row.level))
            .collect();
        let communities = communities(ctx, rows.iter().map(|row| row.community.id)).await?;
        rows.into_iter()
            .map(|row| {
                Ok(CommunityEventsRow {
                    community: found(&communities, row.community.id)?,
                    level: row.level.into(),
                    events: row.events,
                    participants: row.participants,
                })
            })
            .collect()
    }
    /// Communities and practices in the federal registry by year, the oldest first.
    async fn registry(&self) -> Vec<RegistryRow> {
        let row = |row: &report::RegistryYear| RegistryRow {
            year: AcademicYear(row.year),
            communities: row.communities,
            practices: row.practices,
        };
        self.report.registry.iter().map(row).collect()
    }
    /// Practices of each community in the federal registry, the greatest number first; those of which it is not known are
    /// left out.
    async fn practices_by_community(&self, ctx: &Context<'_>) -> Result<Vec<CommunityPracticesRow>, Error> {
        let rows = &self.report.practices_by_community;
        let communities = communities(ctx, rows.iter().map(|row| row.community.id)).await?;
        rows.iter()
            .map(|row| {
                let community = found(&communities, row.community.id)?;
                Ok(CommunityPracticesRow { community, practices: row.practices })
            })
            .collect()
    }
    /// What was planned, and what came of it.
    async fn indicators(&self) -> Vec<IndicatorValue> {
        self.report.indicators.iter().cloned().map(Into::into).collect()
    }
    /// What does not add up; errors first.
    async fn findings(&self) -> Vec<Finding> {
        self.report.findings.iter().cloned().map(Finding).collect()
    }
    /// What a reader must know of the figures, in Russian: which were stated and not computed, which are not known.
    async fn notes(&self) -> &[String] {
        &self.report.notes
    }
}

/// The communities of a report, in one load.
async fn communities(
    ctx: &Context<'_>,
    ids: impl Iterator<Item = CommunityId>,
) -> Result<HashMap<CommunityId, Community>, Error> {
    let rows = Caller::of(ctx)?.loader.load_many(ids).await?;
    Ok(rows.into_iter().map(|(id, row)| (id, Community(row))).collect())
}

fn found(among: &HashMap<CommunityId, Community>, id: CommunityId) -> Result<Community, Error> {
    among.get(&id).cloned().ok_or_else(|| Error::broken("a report of a community that is gone"))
}

/// The signature under a report.
#[derive(SimpleObject)]
pub struct MonitoringSigning {
    /// 1 for the report as it was first accepted, one more for each correction.
    revision: i32,
    /// The day of the signature.
    signed_on: Date,
    /// Who signed.
    signer: String,
    /// The signer's position.
    position: Option<String>,
    /// When the report was frozen.
    accepted_at: DateTime<Utc>,
    /// Why it was corrected; null for the first.
    reason: Option<String>,
}

impl From<report::Signing> for MonitoringSigning {
    fn from(from: report::Signing) -> Self {
        Self {
            revision: from.revision,
            signed_on: Date(from.signed_on),
            signer: from.signer,
            position: from.position,
            accepted_at: from.accepted_at,
            reason: from.reason,
        }
    }
}

/// An accepted report among those of its year. `monitoringReport(revision: …)` shows it whole.
#[derive(SimpleObject)]
pub struct MonitoringRevision {
    /// The signature.
    signing: MonitoringSigning,
    /// SHA-256 of the report as it is kept, in hexadecimal; the journal holds it, too.
    checksum: String,
    /// The numbers in which it differs from the revision before it.
    changes: Vec<MonitoringChange>,
}

/// A number of a report that was changed.
#[derive(SimpleObject)]
pub struct MonitoringChange {
    /// Which, in Russian.
    what: String,
    /// As it stood before; null where it was not known.
    before: Option<f64>,
    /// As it stands now; null where it is not known any more.
    after: Option<f64>,
}

/// The accepted reports of a monitoring, the first one first.
///
/// # Errors
/// The database's.
pub async fn revisions_of(caller: &Caller, of: MonitoringId) -> Result<Vec<MonitoringRevision>, Error> {
    let rows = service::revisions(&caller.app.db, of).await?;
    rows.into_iter()
        .map(|row| {
            let changes: Vec<Difference> = serde_json::from_str(&row.changes).map_err(Error::internal)?;
            let change = |one: Difference| MonitoringChange {
                what: one.what,
                before: one.before.map(|value| value.to_f64()),
                after: one.after.map(|value| value.to_f64()),
            };
            Ok(MonitoringRevision {
                signing: MonitoringSigning {
                    revision: row.revision,
                    signed_on: Date(row.signed_on),
                    signer: row.signer,
                    position: row.position,
                    accepted_at: row.accepted_at,
                    reason: row.reason,
                },
                checksum: row.checksum,
                changes: changes.into_iter().map(change).collect(),
            })
        })
        .collect()
}

/// The totals of a year.
#[derive(SimpleObject)]
pub struct GrowthRow {
    /// Which year.
    year: AcademicYear,
    /// Communities.
    communities: i64,
    /// Their members.
    members: i64,
    /// Which share of the region's teachers they were, in percent.
    share_percent: Option<f64>,
}

/// A community's engagement and regional events.
#[derive(SimpleObject)]
pub struct EngagementRow {
    /// Whose.
    community: Community,
    /// The share of teachers in the year before, in percent.
    previous_percent: Option<f64>,
    /// The share of teachers in this year, in percent.
    percent: Option<f64>,
    /// Whether this year's share was stated without its numerator; otherwise it was computed.
    stated: bool,
    /// Events of regional level.
    events: Option<i64>,
    /// Their participants.
    participants: Option<i64>,
}

/// Events of a level.
#[derive(SimpleObject)]
pub struct EventLevelRow {
    /// Which.
    level: EventLevel,
    /// How many.
    events: i64,
    /// How many took part.
    participants: Option<i64>,
    /// How many events in the year before.
    previous_events: Option<i64>,
}

/// Events of a kind.
#[derive(SimpleObject)]
pub struct EventKindRow {
    /// Which.
    kind: EventKind,
    /// How many.
    events: i64,
}

/// A community's events of a level.
#[derive(SimpleObject)]
pub struct CommunityEventsRow {
    /// Whose.
    community: Community,
    /// Of which level.
    level: EventLevel,
    /// How many.
    events: Option<i64>,
    /// How many took part.
    participants: Option<i64>,
}

/// What the federal registry held of the region.
#[derive(SimpleObject)]
pub struct RegistryRow {
    /// At the end of which year.
    year: AcademicYear,
    /// Communities.
    communities: i64,
    /// Published practices, those of the institute's units too.
    practices: i64,
}

/// A community's practices in the federal registry.
#[derive(SimpleObject)]
pub struct CommunityPracticesRow {
    /// Whose.
    community: Community,
    /// How many.
    practices: i64,
}

/// An indicator's plan and value.
#[derive(SimpleObject)]
pub struct IndicatorValue {
    /// The indicator's code.
    code: String,
    /// The version that holds in the year.
    version: i32,
    /// The name, in Russian.
    name: String,
    /// In what it is told.
    unit: IndicatorUnit,
    /// How it is computed; null where it is entered as a whole.
    formula: Option<String>,
    /// The value; null where it cannot be computed.
    value: Option<f64>,
    /// Whether the value was stated without its numerator.
    stated: bool,
    /// What was planned; null where nothing was.
    plan: Option<f64>,
    /// On which side of the plan the value is to lie.
    direction: IndicatorDirection,
    /// Whether it does; null without a plan or a value.
    met: Option<bool>,
    /// What was divided.
    numerator: Option<f64>,
    /// By what.
    denominator: Option<f64>,
    /// The value of the year before.
    previous: Option<f64>,
    /// This value less that of the year before.
    change: Option<f64>,
    /// Why there is no value or no verdict, in Russian.
    reason: Option<String>,
}

impl From<report::Indicator> for IndicatorValue {
    fn from(from: report::Indicator) -> Self {
        let number = |value: Option<super::amount::Amount>| value.map(|value| value.to_f64());
        Self {
            value: number(from.value),
            plan: number(from.plan),
            numerator: number(from.numerator),
            denominator: number(from.denominator),
            previous: number(from.previous),
            change: number(from.change),
            code: from.code,
            version: from.version,
            name: from.name,
            unit: from.unit.into(),
            formula: from.formula,
            stated: from.is_stated,
            direction: from.direction.into(),
            met: from.met,
            reason: from.reason,
        }
    }
}

/// Something that does not add up.
pub struct Finding(pub report::Finding);

/// Something that does not add up.
#[Object]
impl Finding {
    /// Which check found it, e.g. `LEVELS_AND_KINDS_DIFFER`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// How grave it is.
    async fn severity(&self) -> FindingSeverity {
        self.0.severity.into()
    }
    /// What is wrong, with both numbers, in Russian.
    async fn message(&self) -> &str {
        &self.0.message
    }
    /// In whose return; null for the region as a whole.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Community>, Error> {
        let Some(name) = &self.0.community else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(name.id).await?.map(Community))
    }
    /// One number, and where it comes from.
    async fn found(&self) -> Option<FindingNumber> {
        self.0.found.clone().map(Into::into)
    }
    /// The number beside which it stands.
    async fn expected(&self) -> Option<FindingNumber> {
        self.0.expected.clone().map(Into::into)
    }
}

/// A number, and where it comes from.
#[derive(SimpleObject)]
pub struct FindingNumber {
    /// The number.
    value: f64,
    /// Where it comes from, in Russian.
    origin: String,
}

impl From<report::Origin> for FindingNumber {
    fn from(from: report::Origin) -> Self {
        Self { value: from.value.to_f64(), origin: from.origin }
    }
}

/// The query of the report.
#[derive(Default)]
pub struct MonitoringReportQuery;

#[Object]
impl MonitoringReportQuery {
    /// A region's report on an academic year: the newest that was accepted, which everybody may read; while there is none,
    /// the live one for the region's operator, registrar and auditor. Null where there is none that the caller may see.
    async fn monitoring_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code, e.g. `RU-KDA`.")] region_code: String,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
        #[graphql(desc = "As it was accepted under this number; the newest by default.")] revision: Option<
            i32,
        >,
        #[graphql(
            desc = "As the returns stand now, also after an acceptance; `FORBIDDEN` for those who do not see them.",
            default = false
        )]
        live: bool,
    ) -> Result<Option<MonitoringReport>, Error> {
        let caller = Caller::of(ctx)?;
        let which = match (revision, live) {
            (Some(_), true) => return Err(Error::bad_input("Give `revision` or `live`, not both.")),
            (Some(revision), false) => Which::Revision(revision),
            (None, true) => Which::Live,
            (None, false) => Which::Newest,
        };
        let found = service::report(&caller.app, &caller.actor, &region_code, year.0, which).await?;
        Ok(found.map(|(row, report)| MonitoringReport { report: Arc::new(report), monitoring: row.id }))
    }
}
