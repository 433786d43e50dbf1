//! The mean by which every practice's rating is damped, once for all practices of a page.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::AcademicYear;

use super::{
    board::{self, Period, Spec},
    method::Method,
};
use crate::{db::Reader, error::Error};

/// The federation's mean of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FederalMean;

/// The federal board of ratings over all time.
#[must_use]
pub fn federal_rating(year: AcademicYear) -> Spec {
    Spec { method: Method::Rating, region: None, profile: None, period: Period::All(year) }
}

impl Loader<FederalMean> for Reader {
    type Value = i64;
    type Error = Error;

    async fn load(&self, _: &[FederalMean]) -> Result<HashMap<FederalMean, i64>, Error> {
        let spec = federal_rating(AcademicYear::of_date(self.today));
        let head = board::read(&self.db, &spec, None, 1, 1).await?;
        Ok(head.and_then(|head| head.parameters.mean).map(|mean| (FederalMean, mean)).into_iter().collect())
    }
}
