//! Headcounts in the schema.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::headcount;

use super::service;
use crate::{
    error::Error,
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        scalars::AcademicYear,
    },
    registry::region::graphql::{Profile, Region, region_of},
};

/// How many teachers of a profile a region has in a year.
#[derive(Clone)]
pub struct Headcount(pub headcount::Model);

/// How many teachers of a profile a region has in an academic year, as the operator entered it.
#[Object]
impl Headcount {
    /// Where.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Of what.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Profile, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.profile_id).await?;
        found.map(Profile).ok_or_else(|| Error::broken("a headcount without its profile"))
    }
    /// When.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.0.year)
    }
    /// Persons; at least one.
    async fn teachers(&self) -> i64 {
        self.0.teachers
    }
}

/// How many teachers there are.
#[derive(InputObject)]
pub struct HeadcountSetInput {
    /// In the region with this ISO 3166-2 code.
    pub region_code: String,
    /// Of the profile with this code.
    pub profile_code: String,
    /// In which academic year.
    pub year: AcademicYear,
    /// Persons, 1 to 10,000,000; `null` takes the figure away. Must be given.
    pub teachers: MaybeUndefined<i32>,
}

/// What setting a headcount answers.
#[derive(SimpleObject)]
pub struct HeadcountPayload {
    /// The headcount as it stands now; null where there is none, or the change was refused.
    pub headcount: Option<Headcount>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// The mutations of this concept.
#[derive(Default)]
pub struct HeadcountMutation;

#[Object]
impl HeadcountMutation {
    /// Enters how many teachers of a profile a region has in a year, or takes the figure away. For the region's
    /// operator.
    async fn headcount_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, of what, when, and how many.")] input: HeadcountSetInput,
    ) -> Result<HeadcountPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let HeadcountSetInput { region_code, profile_code, year, teachers } = input;
        let outcome = service::set(app, actor, &region_code, &profile_code, year.0, teachers.into()).await?;
        Ok(match outcome {
            Ok(row) => HeadcountPayload { headcount: row.map(Headcount), user_errors: Vec::new() },
            Err(rejected) => HeadcountPayload { headcount: None, user_errors: user_errors(rejected.errors) },
        })
    }
}
