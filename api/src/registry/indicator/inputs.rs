//! What the mutations of figures and indicators take and answer.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::{indicator, indicator_plan};

use super::{graphql::Figure, write::Definition};
use crate::{
    error::Rejected,
    graphql::{
        errors::{UserError, user_errors},
        scalars::AcademicYear,
    },
    registry::monitoring::{
        amount::Amount,
        rows_graphql::{IndicatorDirection, IndicatorUnit},
    },
};

/// A figure to be entered.
#[derive(InputObject)]
pub struct FigureCreateInput {
    /// 2 to 40 small Latin letters, digits and underscores, a letter first; no other figure or indicator has it.
    pub code: String,
    /// What it is called, in Russian, at most 500 characters.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
}

/// An indicator to be entered.
#[derive(InputObject)]
pub struct IndicatorCreateInput {
    /// Of the region with this ISO 3166-2 code; left out, a federal one.
    pub region_code: Option<String>,
    /// 2 to 40 small Latin letters, digits and underscores, a letter first; no other figure or indicator has it.
    pub code: String,
    /// What it is called, in Russian, at most 500 characters.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of its plan it is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed, over the codes of figures, at most 300 characters: `sum [/ sum] [* factor]`, e.g.
    /// `(curators + methodists) / teachers * 100`. Left out, the value is entered in the region's return.
    pub formula: Option<String>,
    /// What is planned where a region says nothing.
    pub planned: Option<f64>,
}

/// The next version of an indicator; it holds from the next academic year on.
#[derive(InputObject)]
pub struct IndicatorReviseInput {
    /// Its code.
    pub code: String,
    /// The newest version that the caller has seen.
    pub expected_version: i32,
    /// What it is called, in Russian, at most 500 characters.
    pub name: String,
    /// In what it is told; as before.
    pub unit: IndicatorUnit,
    /// On which side of its plan it is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed; must be given where it was computed before, and only there.
    pub formula: Option<String>,
    /// What is planned where a region says nothing.
    pub planned: Option<f64>,
    /// Whether it is told no more from then on.
    #[graphql(default = false)]
    pub ended: bool,
}

impl IndicatorCreateInput {
    /// What is entered.
    #[must_use]
    pub fn definition(self) -> Definition {
        Definition {
            code: self.code,
            name: self.name,
            unit: self.unit.into(),
            direction: self.direction.into(),
            formula: self.formula,
            planned: self.planned,
        }
    }
}

impl IndicatorReviseInput {
    /// What the next version is.
    #[must_use]
    pub fn definition(self) -> Definition {
        Definition {
            code: self.code,
            name: self.name,
            unit: self.unit.into(),
            direction: self.direction.into(),
            formula: self.formula,
            planned: self.planned,
        }
    }
}

/// What a region plans of an indicator for a year.
#[derive(InputObject)]
pub struct IndicatorPlanSetInput {
    /// The region with this ISO 3166-2 code.
    pub region_code: String,
    /// The indicator's code.
    pub code: String,
    /// For which academic year.
    pub year: AcademicYear,
    /// What is planned, not negative; `null` takes the region's plan away: the indicator's usual one holds. Must be given.
    pub planned: MaybeUndefined<f64>,
    /// On which side of it the value is to lie; left out, as the indicator says.
    pub direction: Option<IndicatorDirection>,
}

/// What entering a figure answers.
#[derive(SimpleObject)]
pub struct FigurePayload {
    /// The figure; null when it was refused.
    pub figure: Option<Figure>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// What a mutation of an indicator answers.
#[derive(SimpleObject)]
pub struct IndicatorPayload {
    /// The version that was made; null when it was refused.
    pub indicator: Option<IndicatorVersion>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// A version of an indicator.
#[derive(SimpleObject)]
pub struct IndicatorVersion {
    /// Its code.
    code: String,
    /// Grows.
    version: i32,
    /// The first academic year in which it holds.
    effective_from: AcademicYear,
    /// What it is called, in Russian.
    name: String,
    /// How it is computed; null where it is entered.
    formula: Option<String>,
    /// Whether it is told no more from then on.
    ended: bool,
}

impl IndicatorPayload {
    /// The payload of what was done or refused.
    #[must_use]
    pub fn of(outcome: Result<indicator::Model, Rejected>) -> Self {
        match outcome {
            Ok(row) => Self {
                indicator: Some(IndicatorVersion {
                    code: row.code,
                    version: row.version,
                    effective_from: AcademicYear(row.effective_from),
                    name: row.name,
                    formula: row.formula,
                    ended: row.is_ended,
                }),
                user_errors: Vec::new(),
            },
            Err(rejected) => Self { indicator: None, user_errors: user_errors(rejected.errors) },
        }
    }
}

/// What setting a plan answers.
#[derive(SimpleObject)]
pub struct IndicatorPlanPayload {
    /// The region's plan as it stands now; null where there is none, or it was refused.
    pub plan: Option<IndicatorPlan>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// What a region plans of an indicator for a year.
#[derive(SimpleObject)]
pub struct IndicatorPlan {
    /// The indicator's code.
    code: String,
    /// For which year.
    year: AcademicYear,
    /// What is planned.
    planned: f64,
    /// On which side of it the value is to lie.
    direction: IndicatorDirection,
}

impl From<indicator_plan::Model> for IndicatorPlan {
    fn from(row: indicator_plan::Model) -> Self {
        Self {
            code: row.code,
            year: AcademicYear(row.year),
            planned: Amount(row.planned).to_f64(),
            direction: row.direction.into(),
        }
    }
}
