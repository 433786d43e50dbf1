//! Clusters.

use entity::{
    AcademicYear, IndicatorDirection, cluster, cluster_indicator, cluster_organization,
    ids::{ClusterId, OrganizationId},
    region,
};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::unique;
use crate::support::app::TestApp;

impl TestApp {
    /// A cluster of a region, TOP from 110 % and LAGGING below 90 %.
    pub async fn cluster(&self, of: &region::Model) -> cluster::Model {
        let row = cluster::Model {
            id: ClusterId::generate(),
            region_id: of.id,
            number: i32::try_from(unique()).unwrap() + 1_000,
            name: "Финансовая грамотность".into(),
            stated_organizations: None,
            top_from: 110_000_000,
            lagging_below: 90_000_000,
            version: 1,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// This organization belongs to the cluster, which is judged by `curator_share` in the year, with a plan of 10.
    pub async fn joins(&self, cluster: &cluster::Model, organization: OrganizationId, year: i32) {
        let member = cluster_organization::Model { cluster_id: cluster.id, organization_id: organization };
        member.into_active_model().insert(self.rows()).await.unwrap();
        let judged = cluster_indicator::Model {
            cluster_id: cluster.id,
            year: AcademicYear(year),
            code: "curator_share".into(),
            name: "Доля кураторов".into(),
            direction: IndicatorDirection::AtLeast,
            planned: Some(10_000_000),
        };
        judged.into_active_model().insert(self.rows()).await.unwrap();
    }
}
