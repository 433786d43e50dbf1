//! Figures and indicators in the schema.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::{figure, indicator};

use super::service::{self, Planned};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
        scalars::AcademicYear,
    },
    registry::{
        monitoring::amount::Amount,
        region::graphql::{Region, region_of},
    },
};

/// In what a figure or an indicator is told.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::IndicatorUnit")]
pub enum IndicatorUnit {
    /// Of a hundred.
    Percent,
    /// A count.
    Number,
    /// A ratio without a unit.
    Coefficient,
}

/// Which side of its plan an indicator is to lie on.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::IndicatorDirection")]
pub enum IndicatorDirection {
    /// The plan is the least.
    AtLeast,
    /// The plan is the most.
    AtMost,
}

/// Where the value of an indicator comes from.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum IndicatorSource {
    /// It is computed by the formula.
    Computed,
    /// It is entered as a whole: the figure with the indicator's own code.
    Entered,
}

/// A named number.
#[derive(Clone)]
pub struct Figure(pub figure::Model);

connection!(FigureConnection, FigureEdge, Figure, "figures, in the order of their entry");

/// A named number of a community or region in a year: what formulas are made of, and what returns tell.
#[Object]
impl Figure {
    /// By which formulas and returns name it.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// In what it is told.
    async fn unit(&self) -> IndicatorUnit {
        self.0.unit.into()
    }
    /// Whether the registry computes it by itself; otherwise somebody enters it.
    async fn is_registered(&self) -> bool {
        self.0.is_registered
    }
}

/// A version of an indicator.
#[derive(Clone)]
pub struct Indicator(pub indicator::Model);

/// A version of an indicator. A version never changes; the next one holds from the next academic year on at the
/// earliest.
#[Object]
impl Indicator {
    /// The version's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The indicator's code, the same for all its versions.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// 1, 2, …: pass the newest as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The first academic year in which the version holds, unless a later one does.
    async fn from_year(&self) -> AcademicYear {
        AcademicYear(self.0.from_year)
    }
    /// Whose it is; null where it is the federation's.
    async fn region(&self, ctx: &Context<'_>) -> Result<Option<Region>, Error> {
        match self.0.region_id {
            Some(region) => region_of(Caller::of(ctx)?, region).await.map(Some),
            None => Ok(None),
        }
    }
    /// The number in the federal catalogue; null where it is not in it.
    async fn number(&self) -> Option<i32> {
        self.0.number
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// In what it is told.
    async fn unit(&self) -> IndicatorUnit {
        self.0.unit.into()
    }
    /// On which side of the plan the value is to lie, unless a region's plan says otherwise.
    async fn direction(&self) -> IndicatorDirection {
        self.0.direction.into()
    }
    /// Whether it is computed or entered.
    async fn source(&self) -> IndicatorSource {
        match self.0.formula {
            Some(_) => IndicatorSource::Computed,
            None => IndicatorSource::Entered,
        }
    }
    /// How it is computed, over the codes of figures: `curators / teachers * 100`; null where it is entered.
    async fn formula(&self) -> Option<&str> {
        self.0.formula.as_deref()
    }
    /// The plan where a region has made none of its own; null where there is none.
    async fn planned(&self) -> Option<f64> {
        self.0.planned.map(|planned| Amount(planned).to_f64())
    }
    /// Whether the indicator ends with this version.
    async fn is_ended(&self) -> bool {
        self.0.is_ended
    }
    /// When the version was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// An indicator with a region's plan.
#[derive(Clone)]
pub struct PlannedIndicator(pub Planned);

/// An indicator as it holds in a region in an academic year, with what is planned.
#[Object]
impl PlannedIndicator {
    /// The version that holds.
    async fn indicator(&self) -> Indicator {
        Indicator(self.0.indicator.clone())
    }
    /// In which year.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.0.year)
    }
    /// What is planned: by the region, or else by the indicator itself; null where nothing is.
    async fn plan(&self) -> Option<f64> {
        self.0.plan.map(Amount::to_f64)
    }
    /// Whether the plan is the indicator's own, because the region has made none.
    async fn is_plan_default(&self) -> bool {
        self.0.is_default
    }
    /// On which side of the plan the value is to lie.
    async fn direction(&self) -> IndicatorDirection {
        self.0.direction.into()
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct IndicatorQuery;

#[Object]
impl IndicatorQuery {
    /// The indicators that hold in a region in an academic year: the federation's and the region's own, at most 400; the
    /// computed ones first, then by their number in the catalogue, then by code.
    async fn indicators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code, e.g. `RU-KDA`.")] region_code: String,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Vec<PlannedIndicator>, Error> {
        let found = service::indicators(&Caller::of(ctx)?.app.db, &region_code, year.0).await?;
        Ok(found.into_iter().map(PlannedIndicator).collect())
    }

    /// The figures, in the order of their entry.
    async fn figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<FigureConnection, Error> {
        let db = Caller::of(ctx)?.app.db.clone();
        let page = Page::new(first, after, last, before)?;
        let list = List::of("figures", &());
        let rows = service::figures(&db, list, &page).await?;
        let count = move || {
            let db = db.clone();
            async move { service::count_figures(&db).await }
        };
        Ok(FigureConnection(Slice::new(list, rows, |row| row.id, Figure, count)?))
    }
}
