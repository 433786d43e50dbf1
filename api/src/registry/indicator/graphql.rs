//! Figures and indicators in the schema.

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::figure;

use super::{rules::InForce, service};
use crate::{
    error::Error,
    graphql::{Caller, scalars::AcademicYear},
    registry::{
        monitoring::rows_graphql::{IndicatorDirection, IndicatorUnit},
        region::service::require_region,
    },
};

/// Where an indicator's value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum IndicatorSource {
    /// Computed by its formula.
    Computed,
    /// Entered in the region's return, as the figure of the indicator's own code.
    Entered,
}

/// A named number of a community or region in a year: what returns tell, and formulas are made of.
#[derive(SimpleObject)]
pub struct Figure {
    /// By which formulas and returns name it.
    code: String,
    /// What it is called, in Russian.
    name: String,
    /// In what it is told.
    unit: IndicatorUnit,
    /// Whether the registry computes it by itself.
    registered: bool,
}

impl From<figure::Model> for Figure {
    fn from(row: figure::Model) -> Self {
        Self { code: row.code, name: row.name, unit: row.unit.into(), registered: row.is_registered }
    }
}

/// An indicator as it holds for a region in a year.
#[derive(SimpleObject)]
pub struct Indicator {
    /// Its code.
    code: String,
    /// The version that holds.
    version: i32,
    /// What it is called, in Russian.
    name: String,
    /// In what it is told.
    unit: IndicatorUnit,
    /// Where its value comes from.
    source: IndicatorSource,
    /// How it is computed, over the codes of figures; null where it is entered.
    formula: Option<String>,
    /// What is planned; null where nothing is.
    planned: Option<f64>,
    /// Whether that is the region's own plan for the year, and not the indicator's usual one.
    planned_by_region: bool,
    /// On which side of the plan the value is to lie.
    direction: IndicatorDirection,
}

impl From<InForce> for Indicator {
    fn from(from: InForce) -> Self {
        let is_computed = from.formula.is_some();
        Self {
            source: if is_computed { IndicatorSource::Computed } else { IndicatorSource::Entered },
            planned: from.plan.map(|plan| plan.to_f64()),
            planned_by_region: !from.is_plan_default,
            code: from.code,
            version: from.version,
            name: from.name,
            unit: from.unit.into(),
            formula: from.formula_text,
            direction: from.direction.into(),
        }
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct IndicatorQuery;

#[Object]
impl IndicatorQuery {
    /// The figures that returns may be asked for and formulas may name, by code; at most 1,000.
    async fn figures(&self, ctx: &Context<'_>) -> Result<Vec<Figure>, Error> {
        let rows = service::figures(Caller::of(ctx)?.app.db.read()).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The indicators that hold for a region in a year, federal and its own, with their plans: the computed ones first,
    /// then those of the catalogue; at most 1,000. What they come to stands in `monitoringReport`.
    async fn indicators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code.")] region_code: String,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Vec<Indicator>, Error> {
        let caller = Caller::of(ctx)?;
        let region = require_region(&caller.app.db, &region_code).await?;
        let found = service::in_force(caller.app.db.read(), region.id, year.0).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}
