//! What the mutations of a monitoring take and answer.

use async_graphql::{ID, InputObject, MaybeUndefined, SimpleObject};
use entity::{ids::ReturnId, monitoring, monitoring_return};

use super::{
    graphql::{Monitoring, MonitoringReturn},
    report_graphql::MonitoringReport,
    rules::Statement,
    write::Question,
};
use crate::{
    error::{Error, Rejected},
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        scalars::{AcademicYear, Date},
    },
};

/// A monitoring to be opened.
#[derive(InputObject)]
pub struct MonitoringOpenInput {
    /// Of the region with this ISO 3166-2 code.
    pub region_code: String,
    /// Of which year; it must have begun.
    pub year: AcademicYear,
    /// The last day for handing in returns.
    pub due_on: Date,
    /// Whether returns are prefilled from the registry; not for years before the registry existed.
    #[graphql(default = true)]
    pub from_registry: bool,
    /// What every community is asked; left out: members, teachers, practices, agreements, events by level and kind.
    pub community_questions: Option<Vec<MonitoringQuestionInput>>,
    /// What the region as a whole is asked; left out: the totals of the same.
    pub region_questions: Option<Vec<MonitoringQuestionInput>>,
    /// Which communities take part, in the order of the report, at most 1,000; left out: all that are not in the archive,
    /// in the order of their entry.
    pub community_slugs: Option<Vec<String>>,
}

/// A figure that is asked.
#[derive(InputObject)]
pub struct MonitoringQuestionInput {
    /// The figure's code.
    pub code: String,
    /// Whether a return without it cannot be accepted.
    #[graphql(default = false)]
    pub required: bool,
}

impl From<MonitoringQuestionInput> for Question {
    fn from(from: MonitoringQuestionInput) -> Self {
        Self { code: from.code, is_required: from.required }
    }
}

/// A later last day for returns.
#[derive(InputObject)]
pub struct MonitoringExtendInput {
    /// Of the region with this ISO 3166-2 code.
    pub region_code: String,
    /// Of which year.
    pub year: AcademicYear,
    /// The last day for handing in returns.
    pub due_on: Date,
}

/// What is stated in a return.
#[derive(InputObject)]
pub struct MonitoringReturnFillInput {
    /// Which return; it must be `DRAFT` or `RETURNED`.
    pub return_id: ID,
    /// The version that the caller has seen.
    pub expected_version: i32,
    /// The figures, at most 100; those that are left out stay as they are.
    pub figures: Vec<MonitoringFigureInput>,
}

/// What is stated of a figure.
#[derive(InputObject)]
pub struct MonitoringFigureInput {
    /// The figure's code.
    pub code: String,
    /// The value, at most six decimals; `null` takes the statement away: what the registry knows holds again. Must be
    /// given.
    pub value: MaybeUndefined<f64>,
    /// Why it differs from what the registry knows, at most 2,000 characters; must be given where it does.
    pub reason: Option<String>,
}

impl From<MonitoringFigureInput> for Statement {
    fn from(from: MonitoringFigureInput) -> Self {
        Self { code: from.code, value: from.value.into(), reason: from.reason }
    }
}

/// Which return.
#[derive(InputObject)]
pub struct MonitoringReturnActionInput {
    /// The return.
    pub return_id: ID,
}

/// Which return is sent back, and why.
#[derive(InputObject)]
pub struct MonitoringReturnSendBackInput {
    /// The return; it must be `SUBMITTED` or `ACCEPTED`.
    pub return_id: ID,
    /// What is to be mended, 1 to 2,000 characters.
    pub remarks: String,
}

/// Which report is accepted, and who signs.
#[derive(InputObject)]
pub struct MonitoringAcceptInput {
    /// Of the region with this ISO 3166-2 code.
    pub region_code: String,
    /// On which year.
    pub year: AcademicYear,
    /// Who signs: the name as it stands under the report, at most 200 characters. Everybody reads it.
    pub signer: String,
    /// The signer's position, at most 200 characters.
    pub position: Option<String>,
    /// The day of the signature, not after today.
    pub signed_on: Date,
    /// Why an accepted report is corrected, at most 2,000 characters; must be given then, and not for the first.
    pub reason: Option<String>,
}

/// What a mutation of a monitoring answers.
#[derive(SimpleObject)]
pub struct MonitoringPayload {
    /// The monitoring as it stands after the mutation; null when it was refused.
    pub monitoring: Option<Monitoring>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl MonitoringPayload {
    /// The payload of what was done or refused.
    pub fn of(outcome: Result<monitoring::Model, Rejected>) -> Self {
        match outcome {
            Ok(row) => Self { monitoring: Some(Monitoring::of(row)), user_errors: Vec::new() },
            Err(rejected) => Self { monitoring: None, user_errors: user_errors(rejected.errors) },
        }
    }
}

/// What a mutation of a monitoring return answers.
#[derive(SimpleObject)]
pub struct MonitoringReturnPayload {
    /// The return as it stands after the mutation; after a refused change, as it stands for the caller to go on from.
    pub monitoring_return: Option<MonitoringReturn>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl MonitoringReturnPayload {
    /// The payload of a change; of a refused one with what stands now.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_change(
        caller: &Caller,
        id: ReturnId,
        outcome: Result<monitoring_return::Model, Rejected>,
    ) -> Result<Self, Error> {
        let (row, errors) = match outcome {
            Ok(row) => (Some(row), Vec::new()),
            Err(rejected) => (caller.loader.load_one(id).await?, user_errors(rejected.errors)),
        };
        Ok(Self { monitoring_return: row.map(MonitoringReturn::of), user_errors: errors })
    }
}

/// What the acceptance of a report answers.
#[derive(SimpleObject)]
pub struct MonitoringAcceptPayload {
    /// The report as it was frozen; null when it was refused.
    pub report: Option<MonitoringReport>,
    /// What is wrong with the input or the report; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}
