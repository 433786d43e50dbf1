//! Reads of figures and indicators. All of them are public.

use std::collections::{BTreeMap, HashMap};

use entity::{AcademicYear, figure, ids::RegionId, indicator, indicator_plan};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::rules::{self, InForce};
use crate::{error::Error, registry::monitoring::amount::Amount};

/// The most figures and indicators that there are.
pub const MOST: u64 = 1_000;

/// All figures by their codes.
///
/// # Errors
/// The database's.
pub async fn figures(db: &impl ConnectionTrait) -> Result<Vec<figure::Model>, Error> {
    Ok(figure::Entity::find().order_by_asc(figure::Column::Code).limit(MOST).all(db).await?)
}

/// The indicators that hold for a region in a year, federal and its own, each with its plan: the computed ones first, then
/// those of the catalogue by number, then by code.
///
/// # Errors
/// The database's, or a fault of ours: a formula that was saved cannot be read.
pub async fn in_force(
    db: &impl ConnectionTrait,
    of: RegionId,
    year: AcademicYear,
) -> Result<Vec<InForce>, Error> {
    let rows = indicator::Entity::find()
        .filter(
            Condition::any()
                .add(indicator::Column::RegionId.is_null())
                .add(indicator::Column::RegionId.eq(of)),
        )
        .filter(indicator::Column::EffectiveFrom.lte(year))
        .order_by_asc(indicator::Column::Version)
        .limit(MOST)
        .all(db)
        .await?;
    let plans: HashMap<String, indicator_plan::Model> = indicator_plan::Entity::find()
        .filter(indicator_plan::Column::RegionId.eq(of))
        .filter(indicator_plan::Column::Year.eq(year))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.code.clone(), row))
        .collect();
    // A later version takes the earlier one's place.
    let newest: BTreeMap<String, indicator::Model> =
        rows.into_iter().map(|row| (row.code.clone(), row)).collect();
    let mut rows: Vec<_> = newest.into_values().filter(|row| !row.is_ended).collect();
    rows.sort_by_key(|row| (row.formula.is_none(), row.number.unwrap_or(i32::MAX)));
    rows.into_iter()
        .map(|row| {
            let plan = plans.get(&row.code);
            Ok(InForce {
                formula: row.formula.as_deref().map(rules::parse).transpose().map_err(Error::internal)?,
                plan: plan.map(|plan| plan.planned).or(row.planned).map(Amount),
                is_plan_default: plan.is_none(),
                direction: plan.map_or(row.direction, |plan| plan.direction),
                code: row.code,
                version: row.version,
                name: row.name,
                unit: row.unit,
                formula_text: row.formula,
            })
        })
        .collect()
}

/// The newest version of an indicator.
///
/// # Errors
/// The database's.
pub async fn newest(db: &impl ConnectionTrait, code: &str) -> Result<Option<indicator::Model>, Error> {
    Ok(indicator::Entity::find()
        .filter(indicator::Column::Code.eq(code))
        .order_by_desc(indicator::Column::Version)
        .one(db)
        .await?)
}
