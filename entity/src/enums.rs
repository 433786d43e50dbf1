//! The closed sets of the domain, stored as their upper-case names so that a row reads by itself.

use sea_orm::{DeriveActiveEnum, EnumIter, prelude::StringLen};
use serde::{Deserialize, Serialize};

/// An office of a community (an appointment names one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Office {
    /// The institute's person responsible for the community.
    Coordinator,
    /// Leads the community; one of its members.
    Chair,
    /// One of the 8 to 10 who take the operational decisions.
    PresidiumMember,
    /// Represents one municipality of the region.
    CouncilRepresentative,
}

/// The state of a member's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MemberState {
    /// Registered, not yet confirmed.
    Pending,
    /// In force.
    Active,
    /// Ended.
    Left,
    /// Not confirmed, with a reason.
    Declined,
}

/// Where a practice stands on its way to the federal registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PracticeState {
    /// Being written; seen by its authors and the auditor only.
    Draft,
    /// Submitted to the presidium; the text is frozen.
    Submitted,
    /// Back with its authors, with a reason.
    Returned,
    /// Approved by the chair or the presidium; awaits publication.
    Approved,
    /// In the federal registry, with a number.
    Published,
    /// Refused for good, with a reason.
    Rejected,
    /// Taken back, with a reason; the number is never given again.
    Withdrawn,
    /// Struck from the registry by the federal registrar.
    Annulled,
}

/// Where an organization's use of a practice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AdoptionState {
    /// Declared by a member; awaits the coordinator.
    Declared,
    /// Confirmed by the coordinator: it counts.
    Confirmed,
    /// Not confirmed, with a reason.
    Declined,
    /// Taken back, with a reason.
    Withdrawn,
}

/// Where a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// In the hands of the expert who was drawn.
    Assigned,
    /// The expert has handed in the assessment.
    Finished,
    /// The expert will not do it, with a reason.
    Declined,
    /// The expert declared a conflict of interest.
    Conflict,
    /// Taken back after its day had passed.
    Expired,
    /// Called off: the practice left the state in which it is assessed.
    Cancelled,
}

/// What a draw of experts was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// The experts of a submitted practice.
    First,
    /// Somebody in the place of an expert who fell out.
    Replacement,
    /// One more expert, where the others disagree.
    Third,
}

/// Why an expert of the pool does not take part in a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExclusionReason {
    /// Wrote the practice.
    Author,
    /// Wrote another practice together with an author within the last three years.
    Coauthor,
    /// Is of the practice's community or of an author's.
    Community,
    /// Works where an author works.
    Organization,
    /// Is of the practice's region or of an author's.
    Region,
    /// Has declared a conflict with the practice or with an author.
    Conflict,
    /// Has as many open reviews as the expert agreed to.
    Load,
    /// Has written a practice for which an author was drawn as an expert in the same academic year.
    Reciprocal,
    /// Was drawn for this practice already.
    Drawn,
}

/// What a material of a practice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MaterialKind {
    /// An address elsewhere.
    Link,
    /// A file that the registry keeps.
    File,
}

/// What a check of ratings and texts looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingCode {
    /// One person rated many practices of one community within days, nearly all alike.
    SerialRatings,
    /// Authors who rate one another's practices high, and hardly anybody else's.
    RatingRing,
    /// Many ratings of one practice within hours, nearly all alike.
    RatingBurst,
    /// A text that is nearly the same as another practice's.
    NearCopy,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingState {
    /// Awaits the registrar.
    Open,
    /// Ratings were set aside for it.
    SetAside,
    /// Nothing is to be done.
    Dismissed,
}

/// A role that a grant gives within its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Of a community, by an active registration.
    Member,
    /// Of a municipality in a community's council, by appointment.
    CouncilRepresentative,
    /// Of a community's presidium, by appointment.
    PresidiumMember,
    /// Of a community, by appointment.
    Chair,
    /// Of a community, by appointment.
    Coordinator,
    /// Of a region.
    RegionalOperator,
    /// Of a profile.
    Expert,
    /// A service account of a region.
    Integrator,
    /// Of the federation.
    FederalRegistrar,
    /// Of the federation; reads everything, changes nothing.
    Auditor,
}

/// How far an event reaches.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// Held by the institute.
    Institute,
    /// Held by the community's teachers on their own initiative.
    Initiative,
    /// Experience put together for others: publications.
    Experience,
}

/// In what an indicator is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IndicatorUnit {
    /// Of a hundred.
    Percent,
    /// A count.
    Number,
    /// A ratio without a unit.
    Coefficient,
}

/// Which side of its plan an indicator is to lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IndicatorDirection {
    /// The plan is the least.
    AtLeast,
    /// The plan is the most.
    AtMost,
}

/// How grave a finding is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingSeverity {
    /// To look at; blocks nothing.
    Warning,
    /// Cannot be right; blocks acceptance.
    Error,
}

/// Where a community's monitoring return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnState {
    /// Being completed; the registry's figures in it follow the registry.
    Draft,
    /// Handed in; its figures stand still.
    Submitted,
    /// Back with who completes it, with remarks.
    Returned,
    /// Accepted by the region's operator.
    Accepted,
}
