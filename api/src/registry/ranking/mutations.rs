//! The mutations of rankings.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};

use super::{
    history_graphql::{RankingMethod, RankingRevision},
    inputs::{AcademicYearCloseInput, RankingMethodReviseInput, RankingNumberInput, RankingReviseInput},
    loader::RevisionOf,
    method::Method,
    versions::Version,
    write::{self, Revised},
};
use crate::{
    error::{Error, Rejected},
    graphql::{
        Caller,
        errors::{UserError, user_errors},
    },
};

/// What a closing or a revision answers.
#[derive(SimpleObject)]
pub struct RankingRevisionPayload {
    /// The state that was made; after a refusal the year's newest, where there is one.
    revision: Option<RankingRevision>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    user_errors: Vec<UserError>,
}

impl RankingRevisionPayload {
    async fn of(
        caller: &Caller,
        year: entity::AcademicYear,
        outcome: Result<entity::ranking_revision::Model, Rejected>,
    ) -> Result<Self, Error> {
        Ok(match outcome {
            Ok(row) => Self { revision: Some(RankingRevision(row)), user_errors: Vec::new() },
            Err(rejected) => Self {
                revision: caller.loader.load_one(RevisionOf(year, None)).await?.map(RankingRevision),
                user_errors: user_errors(rejected.errors),
            },
        })
    }
}

/// What the publication of a method's version answers.
#[derive(SimpleObject)]
pub struct RankingMethodPayload {
    /// The version that was published; null when it was refused.
    method: Option<RankingMethod>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    user_errors: Vec<UserError>,
}

/// The mutations of this concept.
#[derive(Default)]
pub struct RankingMutation;

#[Object]
impl RankingMutation {
    /// Closes an academic year that is over: all its rankings are frozen as they stand, and later corrections of the data
    /// do not change them. For the federal registrar. A second closing is `WRONG_STATE`, and shows the first.
    async fn academic_year_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which year.")] input: AcademicYearCloseInput,
    ) -> Result<RankingRevisionPayload, Error> {
        let caller = Caller::of(ctx)?;
        let year = input.year.0;
        let outcome = write::close(&caller.app, &caller.actor, year).await?;
        RankingRevisionPayload::of(caller, year, outcome).await
    }

    /// Computes the rankings of a closed year anew from the present data, as its next revision; what stood there before
    /// can still be read. For the federal registrar. `WRONG_STATE` where nothing would change.
    async fn ranking_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which year, and why.")] input: RankingReviseInput,
    ) -> Result<RankingRevisionPayload, Error> {
        let caller = Caller::of(ctx)?;
        let year = input.year.0;
        let outcome = write::revise(&caller.app, &caller.actor, year, &input.reason).await?;
        RankingRevisionPayload::of(caller, year, outcome).await
    }

    /// Publishes a version of a ranking method with other numbers or words. It holds from the next academic year on; the
    /// rankings of all years before stay by the versions that held in them. For the federal registrar.
    async fn ranking_method_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which method, and what changes.")] input: RankingMethodReviseInput,
    ) -> Result<RankingMethodPayload, Error> {
        let caller = Caller::of(ctx)?;
        let RankingMethodReviseInput { ranks, code, expected_version, name, formula, numbers } = input;
        let method = Method::of_key(&format!("{}.{code}", super::method::Ranks::from(ranks).word()));
        let method = method.ok_or_else(|| Error::not_found("ranking method"));
        let numbers = numbers.unwrap_or_default().into_iter();
        let numbers = numbers.map(|RankingNumberInput { name, value }| (name, i64::from(value))).collect();
        let given = method.map(|method| Revised { method, expected_version, name, formula, numbers });
        Ok(match write::revise_method(&caller.app, &caller.actor, given).await? {
            Ok(row) => {
                let version = Version::of(row)?;
                RankingMethodPayload {
                    method: version.map(Arc::new).map(RankingMethod),
                    user_errors: Vec::new(),
                }
            }
            Err(rejected) => RankingMethodPayload { method: None, user_errors: user_errors(rejected.errors) },
        })
    }
}
