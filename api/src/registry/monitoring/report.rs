//! The yearly report as plain data: what the query shows, what is frozen, and what every file of it is written from.
//!
//! One value serves all of them, so the numbers are the same by construction.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AcademicYear, EventKind, EventLevel, FindingSeverity, IndicatorDirection, IndicatorUnit, ids::CommunityId,
};
use serde::{Deserialize, Serialize};

use super::amount::Amount;

/// The report of a region on an academic year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// ISO 3166-2, `RU-KDA`.
    pub region_code: String,
    /// The region's name.
    pub region_name: String,
    /// Who reports: the name of the region's institute.
    pub institute: Option<String>,
    /// On which year.
    pub year: AcademicYear,
    /// Of when its figures are.
    pub as_of: DateTime<Utc>,
    /// By whom it was signed; none while the year is open.
    pub signing: Option<Signing>,
    /// How many communities there were.
    pub communities: i64,
    /// How many members they had.
    pub members: i64,
    /// How many teachers the region had, where that is known.
    pub teachers: Option<i64>,
    /// Which share of them were members.
    pub engagement: Option<Percent>,
    /// The totals of each year known, the oldest first; the last is this one.
    pub growth: Vec<Growth>,
    /// Each community's engagement and regional events, in the order of the published reports: the greater share first.
    pub engagement_by_community: Vec<CommunityEngagement>,
    /// How many events there were in all, where that is known.
    pub events: Option<i64>,
    /// How many people took part in them.
    pub participants: Option<i64>,
    /// Events by level, the narrowest first; only levels of which something is known.
    pub events_by_level: Vec<LevelEvents>,
    /// Events by kind.
    pub events_by_kind: Vec<KindEvents>,
    /// Events of each community and level, by community in the order of `engagement_by_community`.
    pub events_by_community: Vec<CommunityEvents>,
    /// Communities and practices in the federal registry by year, the oldest first.
    pub registry: Vec<RegistryYear>,
    /// Practices of each community in the federal registry at the end of the year, the greatest number first.
    pub practices_by_community: Vec<CommunityPractices>,
    /// What was planned, and what came of it.
    pub indicators: Vec<Indicator>,
    /// What does not add up; errors first.
    pub findings: Vec<Finding>,
    /// What a reader must know of the figures, in Russian: which were stated and not computed, which are not known.
    pub notes: Vec<String>,
}

/// The signature under a report that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// 1 for the report as it was first accepted, one more for each later correction.
    pub revision: i32,
    /// The day of the signature.
    pub signed_on: NaiveDate,
    /// Who signed: the name as it stands under the report.
    pub signer: String,
    /// The signer's position.
    pub position: Option<String>,
    /// When it was frozen.
    pub accepted_at: DateTime<Utc>,
    /// Why it was corrected; none for the first.
    pub reason: Option<String>,
}

/// A share, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percent {
    /// Of a hundred.
    pub value: Amount,
    /// Whether somebody stated it without its numerator; otherwise it was computed.
    pub is_stated: bool,
}

/// A community, as it was called when the report was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityName {
    /// Which.
    pub id: CommunityId,
    /// `kda-chemistry-teachers`.
    pub slug: String,
    /// «Учителя химии».
    pub name: String,
}

/// The totals of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// Which year.
    pub year: AcademicYear,
    /// Communities.
    pub communities: i64,
    /// Their members.
    pub members: i64,
    /// Which share of the region's teachers they were.
    pub share: Option<Percent>,
}

/// A community's engagement in this year and in the one before, and its regional events in this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityEngagement {
    /// Whose.
    pub community: CommunityName,
    /// In the year before.
    pub previous: Option<Percent>,
    /// In this year.
    pub percent: Option<Percent>,
    /// Its members, where that is known.
    #[serde(default)]
    pub members: Option<i64>,
    /// The region's teachers of its profile, where that is known.
    #[serde(default)]
    pub teachers: Option<i64>,
    /// Events of regional level.
    pub events: Option<i64>,
    /// Their participants.
    pub participants: Option<i64>,
}

/// Events of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelEvents {
    /// Which.
    pub level: EventLevel,
    /// How many.
    pub events: i64,
    /// How many took part, where that is known.
    pub participants: Option<i64>,
    /// How many events in the year before, where that is known.
    pub previous_events: Option<i64>,
}

/// Events of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindEvents {
    /// Which.
    pub kind: EventKind,
    /// How many.
    pub events: i64,
}

/// A community's events of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityEvents {
    /// Whose.
    pub community: CommunityName,
    /// Of which level.
    pub level: EventLevel,
    /// How many, where that is known.
    pub events: Option<i64>,
    /// How many took part, where that is known.
    pub participants: Option<i64>,
}

/// What the federal registry held of a region at the end of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryYear {
    /// Which year.
    pub year: AcademicYear,
    /// Communities in the registry.
    pub communities: i64,
    /// Their published practices and those of the institute's units.
    pub practices: i64,
}

/// A community's practices in the federal registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityPractices {
    /// Whose.
    pub community: CommunityName,
    /// How many.
    pub practices: i64,
}

/// An indicator's plan and value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// `community_participation`.
    pub code: String,
    /// The version of the indicator that holds in the year.
    pub version: i32,
    /// The name, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// How it is computed; none where it is entered as a whole.
    pub formula: Option<String>,
    /// The value; none where it cannot be computed.
    pub value: Option<Amount>,
    /// Whether the value was stated without its numerator.
    pub is_stated: bool,
    /// What was planned; none where nothing was.
    pub plan: Option<Amount>,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// Whether it does; none without a plan or a value.
    pub met: Option<bool>,
    /// What was divided.
    pub numerator: Option<Amount>,
    /// By what.
    pub denominator: Option<Amount>,
    /// The value of the year before.
    pub previous: Option<Amount>,
    /// This value less that of the year before.
    pub change: Option<Amount>,
    /// Why there is no value or no verdict, in Russian.
    pub reason: Option<String>,
}

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check found it: `LEVELS_AND_KINDS_DIFFER`.
    pub code: String,
    /// How grave it is.
    pub severity: FindingSeverity,
    /// What is wrong, with both numbers, in Russian.
    pub message: String,
    /// In whose return; none for the region as a whole.
    pub community: Option<CommunityName>,
    /// One number, and where it comes from.
    pub found: Option<Origin>,
    /// The number beside which it stands.
    pub expected: Option<Origin>,
}

/// A number, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The number.
    pub value: Amount,
    /// Where it comes from, in Russian: «сумма по сообществам».
    pub origin: String,
}
