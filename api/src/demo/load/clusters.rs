//! A region's clusters, judged by its own indicators.

use entity::{
    AcademicYear, IndicatorDirection, cluster, cluster_indicator, cluster_organization, cluster_result,
    ids::ClusterId,
};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, source::at},
    registry::monitoring::amount::Amount,
};

/// The year of which the results are.
const JUDGED: AcademicYear = AcademicYear(2020);

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut judged = Vec::new();
    for one in &set.indicators {
        if let Some((_, plan, _)) = one.years.iter().find(|(year, ..)| *year == JUDGED) {
            judged.push((one, exact(*plan)?));
        }
    }
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
        let of_region = judged.iter().filter(|(indicator, _)| indicator.region == one.region);
        indicators.extend(of_region.map(|(indicator, planned)| cluster_indicator::Model {
            cluster_id: id,
            year: JUDGED,
            code: indicator.code.clone(),
            name: indicator.name.clone(),
            direction: IndicatorDirection::AtLeast,
            planned: Some(*planned),
        }));
        for (place, reached) in &one.results {
            let organization = *at(&one.organizations, *place, "organization of a cluster")?;
            for ((indicator, _), value) in judged.iter().zip(reached) {
                results.push(cluster_result::Model {
                    cluster_id: id,
                    year: JUDGED,
                    organization_id: *at(&keys.organizations, organization, "organization")?,
                    code: indicator.code.clone(),
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
