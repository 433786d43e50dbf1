//! Monitorings with their returns.

use entity::{
    AcademicYear, ReturnState, community,
    ids::{MonitoringId, ReturnId},
    monitoring, monitoring_return, region,
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::day;
use crate::support::app::TestApp;

impl TestApp {
    /// An open monitoring of a region that asks nothing, with the returns of these communities in this state. Gives the
    /// region's own return, and theirs.
    pub async fn monitoring(
        &self,
        of: &region::Model,
        year: i32,
        communities: &[&community::Model],
        state: ReturnState,
    ) -> (monitoring::Model, Vec<monitoring_return::Model>) {
        let row = monitoring::Model {
            id: MonitoringId::generate(),
            region_id: of.id,
            year: AcademicYear(year),
            due_on: day(&format!("{}-06-30", year + 1)),
            from_registry: false,
            opened_at: self.clock.now(),
            revision: 0,
            is_open: true,
        };
        let row = row.into_active_model().insert(self.rows()).await.unwrap();
        let owners = [None].into_iter().chain(communities.iter().map(|community| Some(community.id)));
        let returns: Vec<_> = owners
            .zip(0..)
            .map(|(community_id, position)| monitoring_return::Model {
                id: ReturnId::generate(),
                monitoring_id: row.id,
                region_id: of.id,
                year: row.year,
                community_id,
                position,
                state: if position == 0 { ReturnState::Draft } else { state },
                version: 1,
                remarks: None,
                submitted_at: None,
                decided_at: None,
            })
            .collect();
        let new = returns.iter().cloned().map(IntoActiveModel::into_active_model);
        monitoring_return::Entity::insert_many(new.collect::<Vec<_>>()).exec(self.rows()).await.unwrap();
        (row, returns)
    }
}
