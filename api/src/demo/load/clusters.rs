//! A region's own indicators with their plans, and its clusters.

use entity::{
    AcademicYear, IndicatorDirection, IndicatorUnit, cluster, cluster_indicator, cluster_organization,
    cluster_result, figure,
    ids::{ClusterId, IndicatorId},
    indicator, indicator_plan,
};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, content::clusters::CODES, source::at},
    registry::{indicator::versions, monitoring::amount::Amount},
};

/// The year of which the results are.
const JUDGED: AcademicYear = AcademicYear(2020);

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut indicators: Vec<indicator::Model> = Vec::new();
    let mut plans = Vec::new();
    let mut ids = Series::of::<IndicatorId>();
    for one in &set.regional_indicators {
        let region = *at(&keys.regions, one.region, "region")?;
        if !indicators.iter().any(|row| row.code == one.code) {
            let from_year = AcademicYear(one.year);
            indicators.push(indicator::Model {
                id: ids.next(from_year.start()),
                region_id: Some(region),
                code: one.code.clone(),
                version: 1,
                from_year,
                name: one.name.clone(),
                unit: IndicatorUnit::Percent,
                direction: IndicatorDirection::AtLeast,
                formula: None,
                planned: None,
                number: None,
                is_ended: false,
                created_at: from_year.start(),
            });
        }
        plans.push(indicator_plan::Model {
            region_id: region,
            year: AcademicYear(one.year),
            code: one.code.clone(),
            planned: exact(one.plan)?,
            direction: None,
        });
    }
    tx.insert_all::<figure::Entity>(indicators.iter().map(versions::own_figure).collect()).await?;
    let of_year = |code: &str| plans.iter().find(|plan| plan.year == JUDGED && plan.code == code);
    let judged: Vec<_> =
        indicators.iter().filter_map(|row| Some((row.clone(), of_year(&row.code)?.planned))).collect();
    tx.insert_all::<indicator::Entity>(indicators).await?;
    tx.insert_all::<indicator_plan::Entity>(plans).await?;
    clusters(tx, set, keys, &judged).await
}

async fn clusters(
    tx: &Tx,
    set: &DemoSet,
    keys: &Keys,
    judged: &[(indicator::Model, i64)],
) -> Result<(), LoadError> {
    let (mut rows, mut members, mut indicators, mut results) = (vec![], vec![], vec![], vec![]);
    let mut ids = Series::of::<ClusterId>();
    for one in &set.clusters {
        let id = ids.next(JUDGED.start());
        rows.push(cluster::Model {
            id,
            region_id: *at(&keys.regions, one.region, "region")?,
            number: one.number,
            name: one.name.clone(),
            stated_organizations: Some(one.stated),
            top_from: Amount::whole(110).0,
            lagging_below: Amount::whole(90).0,
            version: 1,
        });
        for organization in &one.organizations {
            let organization_id = *at(&keys.organizations, *organization, "organization")?;
            members.push(cluster_organization::Model { cluster_id: id, organization_id });
        }
        indicators.extend(judged.iter().map(|(row, planned)| cluster_indicator::Model {
            cluster_id: id,
            year: JUDGED,
            code: row.code.clone(),
            name: row.name.clone(),
            direction: row.direction,
            planned: Some(*planned),
        }));
        for (place, reached) in &one.results {
            let organization = *at(&one.organizations, *place, "organization of a cluster")?;
            for (code, value) in CODES.iter().zip(reached) {
                results.push(cluster_result::Model {
                    cluster_id: id,
                    year: JUDGED,
                    organization_id: *at(&keys.organizations, organization, "organization")?,
                    code: (*code).to_owned(),
                    value: exact(*value)?,
                });
            }
        }
    }
    tx.insert_all::<cluster::Entity>(rows).await?;
    tx.insert_all::<cluster_organization::Entity>(members).await?;
    tx.insert_all::<cluster_indicator::Entity>(indicators).await?;
    tx.insert_all::<cluster_result::Entity>(results).await?;
    Ok(())
}

fn exact(number: f64) -> Result<i64, DemoDataError> {
    let unknown = || DemoDataError::Unknown { what: "exact number", key: number.to_string() };
    Amount::of_f64(number).map(|amount| amount.0).ok_or_else(unknown)
}
