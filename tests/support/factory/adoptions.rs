//! Declared adoptions.

use entity::{
    AdoptionState, adoption, community,
    ids::{AdoptionId, PersonId},
    practice,
};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::support::app::TestApp;

impl TestApp {
    /// An adoption that awaits the coordinator of this community, declared by this person for a new organization.
    pub async fn declared_adoption(
        &self,
        practice: &practice::Model,
        community: &community::Model,
        by: PersonId,
    ) -> adoption::Model {
        let organization = self.organization(&self.region_of(community).await).await;
        let row = adoption::Model {
            id: AdoptionId::generate(),
            practice_id: practice.id,
            organization_id: organization.id,
            community_id: community.id,
            region_id: community.region_id,
            declared_by: by,
            state: AdoptionState::Declared,
            adopted_on: self.clock.now().date_naive(),
            result: "Работает.".into(),
            declared_at: self.clock.now(),
            decided_at: None,
            reason: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }
}
