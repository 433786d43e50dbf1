//! Reads of figures and indicators: everybody's.

use entity::{AcademicYear, IndicatorDirection, figure, ids::FigureId, indicator, indicator_plan};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::versions;
use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
    registry::{monitoring::amount::Amount, region::service::require_region},
};

/// An indicator with what a region plans for it in a year.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The version that holds.
    pub indicator: indicator::Model,
    /// The academic year.
    pub year: AcademicYear,
    /// The region's plan, or the indicator's own.
    pub plan: Option<Amount>,
    /// Whether it is the indicator's own.
    pub is_default: bool,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
}

impl Planned {
    /// A version with the plan that a region made for it, if it made one.
    #[must_use]
    pub fn of(indicator: indicator::Model, own: Option<&indicator_plan::Model>, year: AcademicYear) -> Self {
        Self {
            plan: own.map(|plan| plan.planned).or(indicator.planned).map(Amount),
            is_default: own.is_none() && indicator.planned.is_some(),
            direction: own.and_then(|plan| plan.direction).unwrap_or(indicator.direction),
            year,
            indicator,
        }
    }
}

/// The indicators that hold in a region in a year, with its plans.
///
/// # Errors
/// `NOT_FOUND` for an unknown region, or the database's.
pub async fn indicators(db: &Db, region_code: &str, year: AcademicYear) -> Result<Vec<Planned>, Error> {
    let region = require_region(db, region_code).await?;
    let rows = versions::holding(db.read(), region.id, year).await?;
    let plans = versions::plans(db.read(), region.id, year).await?;
    let planned = rows.into_iter().map(|row| {
        let own = plans.get(&row.code);
        Planned::of(row, own, year)
    });
    Ok(planned.collect())
}

/// A page of the figures, in the order of their entry.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn figures(db: &Db, list: List, page: &Page) -> Result<Rows<figure::Model>, Error> {
    let all = figure::Entity::find();
    keyset::read::<_, FigureId>(db.read(), all, figure::Column::Id, false, list, page).await
}

/// How many figures there are.
///
/// # Errors
/// The database's.
pub async fn count_figures(db: &Db) -> Result<u64, Error> {
    Ok(figure::Entity::find().count(db.read()).await?)
}
