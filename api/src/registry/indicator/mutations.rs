//! The mutations of figures and indicators: translation only, see `write` for what they do.

use async_graphql::{Context, Object};

use super::{
    inputs::{
        FigureCreateInput, FigurePayload, IndicatorCreateInput, IndicatorPayload, IndicatorPlanPayload,
        IndicatorPlanSetInput, IndicatorReviseInput,
    },
    write::{self, Plan},
};
use crate::{
    error::Error,
    graphql::{Caller, errors::user_errors},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct IndicatorMutation;

#[Object]
impl IndicatorMutation {
    /// Enters a figure that returns may be asked for and formulas may name. For the federal registrar.
    async fn figure_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The figure.")] input: FigureCreateInput,
    ) -> Result<FigurePayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let outcome = write::create_figure(app, actor, input.code, &input.name, input.unit.into()).await?;
        Ok(match outcome {
            Ok(row) => FigurePayload { figure: Some(row.into()), user_errors: Vec::new() },
            Err(rejected) => FigurePayload { figure: None, user_errors: user_errors(rejected.errors) },
        })
    }

    /// Enters an indicator. For the federal registrar; one of a region for its operator.
    async fn indicator_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator.")] input: IndicatorCreateInput,
    ) -> Result<IndicatorPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let region = input.region_code.clone();
        let outcome = write::create(app, actor, region.as_deref(), input.definition()).await?;
        Ok(IndicatorPayload::of(outcome))
    }

    /// Makes the next version of an indicator, which holds from the next academic year on. For those who may enter it.
    async fn indicator_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The next version.")] input: IndicatorReviseInput,
    ) -> Result<IndicatorPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let (version, ended) = (input.expected_version, input.ended);
        let outcome = write::revise(app, actor, version, ended, input.definition()).await?;
        Ok(IndicatorPayload::of(outcome))
    }

    /// Sets what a region plans of an indicator for a year, or takes its plan away. For the region's operator.
    async fn indicator_plan_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of what, where, when, and how much.")] input: IndicatorPlanSetInput,
    ) -> Result<IndicatorPlanPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let plan = Plan {
            code: input.code,
            year: input.year.0,
            planned: input.planned.into(),
            direction: input.direction.map(Into::into),
        };
        let outcome = write::set_plan(app, actor, &input.region_code, plan).await?;
        Ok(match outcome {
            Ok(row) => IndicatorPlanPayload { plan: row.map(Into::into), user_errors: Vec::new() },
            Err(rejected) => IndicatorPlanPayload { plan: None, user_errors: user_errors(rejected.errors) },
        })
    }
}
