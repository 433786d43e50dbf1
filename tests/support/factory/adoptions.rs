//! Declared adoptions.

use entity::{
    AdoptionState, adoption, community,
    ids::{AdoptionId, OrganizationId, PersonId},
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
        self.adoption_at(practice, community, by, organization.id, AdoptionState::Declared).await
    }

    /// An adoption in this state, by this organization.
    pub async fn adoption_at(
        &self,
        practice: &practice::Model,
        community: &community::Model,
        by: PersonId,
        organization: OrganizationId,
        state: AdoptionState,
    ) -> adoption::Model {
        let row = adoption::Model {
            id: AdoptionId::generate(),
            practice_id: practice.id,
            organization_id: organization,
            community_id: community.id,
            region_id: community.region_id,
            declared_by: by,
            state,
            adopted_on: self.clock.now().date_naive(),
            result: "Работает.".into(),
            declared_at: self.clock.now(),
            decided_at: (state != AdoptionState::Declared).then(|| self.clock.now()),
            reason: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }
}
