//! The lines of a report in the schema.

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::{amount::Amount, report};
use crate::{
    error::Error,
    graphql::{Caller, scalars::AcademicYear},
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

/// The totals of a year.
#[derive(SimpleObject)]
pub struct GrowthRow {
    /// Which year.
    pub(super) year: AcademicYear,
    /// Communities.
    pub(super) communities: i64,
    /// Their members.
    pub(super) members: i64,
    /// Which share of the region's teachers they were, in percent.
    pub(super) share_percent: Option<f64>,
}

/// A community's engagement and regional events.
#[derive(SimpleObject)]
pub struct EngagementRow {
    /// Whose.
    pub(super) community: Community,
    /// The share of teachers in the year before, in percent.
    pub(super) previous_percent: Option<f64>,
    /// The share of teachers in this year, in percent.
    pub(super) percent: Option<f64>,
    /// Whether this year's share was stated without its numerator; otherwise it was computed.
    pub(super) stated: bool,
    /// Its members: the share's numerator; null where nobody told.
    pub(super) members: Option<i64>,
    /// The region's teachers of its profile: the share's denominator; null where nobody told.
    pub(super) teachers: Option<i64>,
    /// Events of regional level.
    pub(super) events: Option<i64>,
    /// Their participants.
    pub(super) participants: Option<i64>,
}

/// Events of a level.
#[derive(SimpleObject)]
pub struct EventLevelRow {
    /// Which.
    pub(super) level: EventLevel,
    /// How many.
    pub(super) events: i64,
    /// How many took part.
    pub(super) participants: Option<i64>,
    /// How many events in the year before.
    pub(super) previous_events: Option<i64>,
}

/// Events of a kind.
#[derive(SimpleObject)]
pub struct EventKindRow {
    /// Which.
    pub(super) kind: EventKind,
    /// How many.
    pub(super) events: i64,
}

/// A community's events of a level.
#[derive(SimpleObject)]
pub struct CommunityEventsRow {
    /// Whose.
    pub(super) community: Community,
    /// Of which level.
    pub(super) level: EventLevel,
    /// How many.
    pub(super) events: Option<i64>,
    /// How many took part.
    pub(super) participants: Option<i64>,
}

/// What the federal registry held of the region.
#[derive(SimpleObject)]
pub struct RegistryRow {
    /// At the end of which year.
    pub(super) year: AcademicYear,
    /// Communities.
    pub(super) communities: i64,
    /// Published practices, those of the institute's units too.
    pub(super) practices: i64,
}

/// A community's practices in the federal registry.
#[derive(SimpleObject)]
pub struct CommunityPracticesRow {
    /// Whose.
    pub(super) community: Community,
    /// How many.
    pub(super) practices: i64,
}

/// An indicator's plan and value.
#[derive(SimpleObject)]
pub struct IndicatorValue {
    /// The indicator's code.
    pub(super) code: String,
    /// The version that holds in the year.
    pub(super) version: i32,
    /// The name, in Russian.
    pub(super) name: String,
    /// In what it is told.
    pub(super) unit: IndicatorUnit,
    /// How it is computed; null where it is entered as a whole.
    pub(super) formula: Option<String>,
    /// The value; null where it cannot be computed.
    pub(super) value: Option<f64>,
    /// Whether the value was stated without its numerator.
    pub(super) stated: bool,
    /// What was planned; null where nothing was.
    pub(super) plan: Option<f64>,
    /// On which side of the plan the value is to lie.
    pub(super) direction: IndicatorDirection,
    /// Whether it does; null without a plan or a value.
    pub(super) met: Option<bool>,
    /// What was divided.
    pub(super) numerator: Option<f64>,
    /// By what.
    pub(super) denominator: Option<f64>,
    /// The value of the year before.
    pub(super) previous: Option<f64>,
    /// This value less that of the year before.
    pub(super) change: Option<f64>,
    /// Why there is no value or no verdict, in Russian.
    pub(super) reason: Option<String>,
}

impl From<report::Indicator> for IndicatorValue {
    fn from(from: report::Indicator) -> Self {
        let number = |value: Option<Amount>| value.map(|value| value.to_f64());
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
    pub(super) value: f64,
    /// Where it comes from, in Russian.
    pub(super) origin: String,
}

impl From<report::Origin> for FindingNumber {
    fn from(from: report::Origin) -> Self {
        Self { value: from.value.to_f64(), origin: from.origin }
    }
}
