//! What the mutations of rankings take.

use async_graphql::InputObject;

use super::history_graphql::RankingSubject;
use crate::graphql::scalars::AcademicYear;

/// Which academic year is closed.
#[derive(InputObject)]
pub struct AcademicYearCloseInput {
    /// The year; it must be over, and none after it closed.
    pub year: AcademicYear,
}

/// Which closed year is computed anew, and why.
#[derive(InputObject)]
pub struct RankingReviseInput {
    /// The year; it must be closed.
    pub year: AcademicYear,
    /// Why, at most 1,000 characters; everybody reads it.
    pub reason: String,
}

/// A new version of a ranking method. What is left out stays as it is in the newest version.
#[derive(InputObject)]
pub struct RankingMethodReviseInput {
    /// What the method ranks.
    pub ranks: RankingSubject,
    /// The method's code, e.g. `RATING`.
    pub code: String,
    /// The newest version that the caller has seen.
    pub expected_version: i32,
    /// What it is called, in Russian; at most 200 characters.
    pub name: Option<String>,
    /// The formula in words, in Russian; at most 4,000 characters. Every number of the method stands in it by its name
    /// in braces, e.g. `({damping}·C + n·R) / ({damping} + n)`.
    pub formula: Option<String>,
    /// Numbers of the formula.
    pub numbers: Option<Vec<RankingNumberInput>>,
}

/// A number of a formula.
#[derive(InputObject)]
pub struct RankingNumberInput {
    /// Its name, as `numbers` of the method tells.
    pub name: String,
    /// What it shall be.
    pub value: i32,
}
