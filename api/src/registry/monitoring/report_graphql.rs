//! The report in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::ids::{CommunityId, MonitoringId};

use super::{
    difference::Difference,
    report::{self, Percent, Report},
    rows_graphql::{
        CommunityEventsRow, CommunityPracticesRow, EngagementRow, EventKindRow, EventLevel, EventLevelRow,
        Finding, GrowthRow, IndicatorValue, RegistryRow,
    },
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
                    members: row.members,
                    teachers: row.teachers,
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
