//! The mutations of a monitoring: translation only, see `write` and `accept` for what they do.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::ids::ReturnId;

use super::{
    accept::{self, Signature},
    inputs::{
        MonitoringAcceptInput, MonitoringAcceptPayload, MonitoringExtendInput, MonitoringOpenInput,
        MonitoringPayload, MonitoringReturnActionInput, MonitoringReturnFillInput, MonitoringReturnPayload,
        MonitoringReturnSendBackInput,
    },
    report_graphql::MonitoringReport,
    service,
    write::{self, Opening},
};
use crate::{
    error::Error,
    graphql::{Caller, errors::user_errors, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct MonitoringMutation;

#[Object]
impl MonitoringMutation {
    /// Opens a region's monitoring of a year: every community gets its return, and the region its own. For the region's
    /// operator. Once a year: `TAKEN`.
    async fn monitoring_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which year, until when, what is asked of whom.")] input: MonitoringOpenInput,
    ) -> Result<MonitoringPayload, Error> {
        let caller = Caller::of(ctx)?;
        let opening = Opening {
            year: input.year.0,
            due_on: input.due_on.0,
            from_registry: input.from_registry,
            of_community: input.community_questions.map(|all| all.into_iter().map(Into::into).collect()),
            of_region: input.region_questions.map(|all| all.into_iter().map(Into::into).collect()),
            communities: input.community_slugs,
        };
        let outcome = write::open(&caller.app, &caller.actor, &input.region_code, opening).await?;
        Ok(MonitoringPayload::of(outcome))
    }

    /// Moves the last day for handing in returns. For the region's operator.
    async fn monitoring_extend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which monitoring, until when.")] input: MonitoringExtendInput,
    ) -> Result<MonitoringPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let outcome = write::extend(app, actor, &input.region_code, input.year.0, input.due_on.0).await?;
        Ok(MonitoringPayload::of(outcome))
    }

    /// Completes and corrects a return. For the chair and the coordinator of the community; of the region's own return for
    /// the region's operator. A correction of what the registry knows needs a reason, and both values are kept.
    async fn monitoring_return_fill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return, and what is stated.")] input: MonitoringReturnFillInput,
    ) -> Result<MonitoringReturnPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReturnId>(&input.return_id)?;
        let statements = input.figures.into_iter().map(Into::into).collect();
        let outcome = write::fill(&caller.app, &caller.actor, id, input.expected_version, statements).await?;
        MonitoringReturnPayload::of_change(caller, id, outcome).await
    }

    /// Hands a community's return in: what the registry knows of it stands still from now on. For those who complete it.
    async fn monitoring_return_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return.")] input: MonitoringReturnActionInput,
    ) -> Result<MonitoringReturnPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReturnId>(&input.return_id)?;
        let outcome = write::submit(&caller.app, &caller.actor, id).await?;
        MonitoringReturnPayload::of_change(caller, id, outcome).await
    }

    /// Accepts a return that was handed in; errors among its findings block this: `NOT_ELIGIBLE`. For the region's operator.
    async fn monitoring_return_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return.")] input: MonitoringReturnActionInput,
    ) -> Result<MonitoringReturnPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReturnId>(&input.return_id)?;
        let outcome = write::accept(&caller.app, &caller.actor, id).await?;
        MonitoringReturnPayload::of_change(caller, id, outcome).await
    }

    /// Sends a return back with remarks; where the report is accepted already, this opens it for a correction. The region's
    /// own return, too. For the region's operator.
    async fn monitoring_return_send_back(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which return, and what is to be mended.")] input: MonitoringReturnSendBackInput,
    ) -> Result<MonitoringReturnPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<ReturnId>(&input.return_id)?;
        let outcome = write::send_back(&caller.app, &caller.actor, id, &input.remarks).await?;
        MonitoringReturnPayload::of_change(caller, id, outcome).await
    }

    /// Accepts a region's report on a year: it is frozen with its signature, and everybody may read it. All returns of
    /// communities are accepted by then, and no error is found. Once accepted, what was sent back and corrected is accepted
    /// as the next revision, with a reason. For the region's operator.
    async fn monitoring_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and who signs.")] input: MonitoringAcceptInput,
    ) -> Result<MonitoringAcceptPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let signature = Signature {
            signer: input.signer,
            position: input.position,
            signed_on: input.signed_on.0,
            reason: input.reason,
        };
        let outcome = accept::accept(app, actor, &input.region_code, input.year.0, signature).await?;
        Ok(match outcome {
            Ok(report) => {
                let row = service::require(app, actor, &input.region_code, input.year.0).await?;
                let report = MonitoringReport { report: Arc::new(report), monitoring: row.id };
                MonitoringAcceptPayload { report: Some(report), user_errors: Vec::new() }
            }
            Err(rejected) => {
                MonitoringAcceptPayload { report: None, user_errors: user_errors(rejected.errors) }
            }
        })
    }
}
