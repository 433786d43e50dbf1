//! The mutations on figures, indicators and plans: translation only, see `write` for what they do.

use async_graphql::{Context, Object, SimpleObject};

use super::{
    graphql::{Figure, Indicator, PlannedIndicator},
    inputs::{FigureCreateInput, IndicatorCreateInput, IndicatorPlanSetInput, IndicatorReviseInput},
    write::{self, NewFigure, NewIndicator, NewPlan, Revised},
};
use crate::{
    error::Error,
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        payload,
    },
};

payload!(FigurePayload { figure: Figure(figure) }, "a figure");
payload!(IndicatorPayload { indicator: Indicator(indicator) }, "an indicator");

/// What setting a plan answers.
#[derive(SimpleObject)]
pub struct IndicatorPlanPayload {
    /// The indicator with what is planned now; null where the change was refused.
    planned: Option<PlannedIndicator>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    user_errors: Vec<UserError>,
}

/// The mutations of this concept.
#[derive(Default)]
pub struct IndicatorMutation;

#[Object]
impl IndicatorMutation {
    /// Enters a figure, which formulas may name and returns then tell. For the federal registrar.
    async fn figure_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The figure.")] input: FigureCreateInput,
    ) -> Result<FigurePayload, Error> {
        let caller = Caller::of(ctx)?;
        let FigureCreateInput { code, name, unit } = input;
        let given = NewFigure { code, name, unit: unit.into() };
        Ok(FigurePayload::of(write::create_figure(&caller.app, &caller.actor, given).await?))
    }

    /// Makes an indicator: of the federation, for the federal registrar; of a region, for its operator. The formula is
    /// checked, and a fault in it says where it is.
    async fn indicator_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator.")] input: IndicatorCreateInput,
    ) -> Result<IndicatorPayload, Error> {
        let caller = Caller::of(ctx)?;
        let IndicatorCreateInput { region_code, code, name, unit, direction, formula, planned, from_year } =
            input;
        let given = NewIndicator {
            region_code,
            code,
            name,
            unit: unit.into(),
            direction: direction.into(),
            formula,
            planned,
            from_year: from_year.map(|year| year.0),
        };
        Ok(IndicatorPayload::of(write::create(&caller.app, &caller.actor, given).await?))
    }

    /// Makes the next version of an indicator, or ends it. It holds from the next academic year on; all years before stay
    /// by the versions that held in them. For those who may make one.
    async fn indicator_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which indicator, and what changes.")] input: IndicatorReviseInput,
    ) -> Result<IndicatorPayload, Error> {
        let caller = Caller::of(ctx)?;
        let given = Revised {
            code: input.code,
            expected_version: input.expected_version,
            from_year: input.from_year.map(|year| year.0),
            name: input.name,
            direction: input.direction.map(Into::into),
            formula: input.formula,
            planned: input.planned.into(),
            is_ended: input.is_ended,
        };
        Ok(IndicatorPayload::of(write::revise(&caller.app, &caller.actor, given).await?))
    }

    /// Sets what a region plans for an indicator in a year, or takes the plan away; then the indicator's own holds. For
    /// the region's operator.
    async fn indicator_plan_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, for what, when, and how much.")] input: IndicatorPlanSetInput,
    ) -> Result<IndicatorPlanPayload, Error> {
        let caller = Caller::of(ctx)?;
        let given = NewPlan {
            region_code: input.region_code,
            code: input.code,
            year: input.year.0,
            planned: input.planned.into(),
            direction: input.direction.map(Into::into),
        };
        Ok(match write::set_plan(&caller.app, &caller.actor, given).await? {
            Ok(planned) => {
                IndicatorPlanPayload { planned: Some(PlannedIndicator(planned)), user_errors: Vec::new() }
            }
            Err(rejected) => {
                IndicatorPlanPayload { planned: None, user_errors: user_errors(rejected.errors) }
            }
        })
    }
}
