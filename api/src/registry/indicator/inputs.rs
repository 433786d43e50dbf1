//! What the mutations of figures and indicators take.

use async_graphql::{InputObject, MaybeUndefined};

use super::graphql::{IndicatorDirection, IndicatorUnit};
use crate::graphql::scalars::AcademicYear;

/// A new figure.
#[derive(InputObject)]
pub struct FigureCreateInput {
    /// Unique: 2 to 40 of a-z, 0-9 and `_`, beginning with a letter.
    pub code: String,
    /// The name, in Russian; at most 500 characters.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
}

/// A new indicator.
#[derive(InputObject)]
pub struct IndicatorCreateInput {
    /// Whose it is; left out for the federation's.
    pub region_code: Option<String>,
    /// Unique in the federation: 2 to 40 of a-z, 0-9 and `_`, beginning with a letter.
    pub code: String,
    /// The name, in Russian; at most 500 characters.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed, at most 300 characters: `a`, `a + b - c`, `a / b * 100`, `(a - b) / (c + d) * 100`, where the
    /// letters stand for codes of figures. A percentage needs a denominator. Left out: the value is entered, as the
    /// figure with the indicator's code, which is made where there is none.
    pub formula: Option<String>,
    /// The plan where a region makes none of its own, from 0, with at most six digits after the point.
    pub planned: Option<f64>,
    /// The first academic year in which it holds, not after the next; the running one where it is left out.
    pub from_year: Option<AcademicYear>,
}

/// A new version of an indicator. What is left out stays as it is in the newest version.
#[derive(InputObject)]
pub struct IndicatorReviseInput {
    /// Which indicator.
    pub code: String,
    /// The newest version that the caller has seen.
    pub expected_version: i32,
    /// The first academic year in which the version holds: the next one, or at most ten years later.
    pub from_year: Option<AcademicYear>,
    /// The name, in Russian; at most 500 characters.
    pub name: Option<String>,
    /// On which side of the plan the value is to lie.
    pub direction: Option<IndicatorDirection>,
    /// How it is computed; only for an indicator that is computed already.
    pub formula: Option<String>,
    /// The plan where a region makes none of its own; null takes it away.
    pub planned: MaybeUndefined<f64>,
    /// Whether the indicator ends with the version; false takes an ended one up again.
    pub is_ended: Option<bool>,
}

/// What a region plans.
#[derive(InputObject)]
pub struct IndicatorPlanSetInput {
    /// The region's ISO 3166-2 code, e.g. `RU-KDA`.
    pub region_code: String,
    /// For which indicator.
    pub code: String,
    /// For which academic year.
    pub year: AcademicYear,
    /// How much, from 0, with at most six digits after the point; null takes the plan away. Must be given.
    pub planned: MaybeUndefined<f64>,
    /// On which side of it the value is to lie; the indicator's own where it is left out.
    pub direction: Option<IndicatorDirection>,
}
