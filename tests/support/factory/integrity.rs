//! Findings, and ratings that were set aside.

use chrono::Duration;
use entity::{
    FindingCode, FindingState,
    ids::{CommunityId, FindingId, PersonId},
    integrity_evidence, integrity_finding,
    integrity_finding::Figures,
    practice, rating,
};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::unique;
use crate::support::app::TestApp;

impl TestApp {
    /// An open finding of a burst, which concerns this rating.
    pub async fn finding(&self, rating: &rating::Model) -> integrity_finding::Model {
        let now = self.clock.now();
        let row = integrity_finding::Model {
            id: FindingId::generate(),
            code: FindingCode::RatingBurst,
            key: format!("RATING_BURST:{}:{}", rating.practice_id.0, unique()),
            state: FindingState::Open,
            practice_id: Some(rating.practice_id),
            original_id: None,
            community_id: None::<CommunityId>,
            figures: Figures::default(),
            ratings: 1,
            found_at: now,
            seen_at: now,
            decided_at: None,
            reason: None,
        };
        let row = row.into_active_model().insert(self.rows()).await.unwrap();
        let evidence = integrity_evidence::Model { finding_id: row.id, position: 1, rating_id: rating.id };
        evidence.into_active_model().insert(self.rows()).await.unwrap();
        row
    }

    /// A rating that was set aside.
    pub async fn set_aside(&self, practice: &practice::Model) -> rating::Model {
        let given = self.rated(practice, None, 5).await;
        let mut row = given.into_active_model();
        row.set_aside_at = sea_orm::ActiveValue::Set(Some(self.clock.now()));
        row.set_aside_reason = sea_orm::ActiveValue::Set(Some("Накрутка.".into()));
        row.update(self.rows()).await.unwrap()
    }

    /// Ratings by one person, an hour apart, all with these stars: of each practice one.
    pub async fn rated_all(
        &self,
        practices: &[practice::Model],
        by: PersonId,
        stars: i32,
    ) -> Vec<rating::Model> {
        let school = self.organization(&self.region("RU-KDA").await).await;
        let mut given = Vec::new();
        for (hours, practice) in (1..).zip(practices) {
            let at = self.clock.now() - Duration::hours(hours);
            given.push(self.rated_by(practice, by, Some(school.id), stars, at).await);
        }
        given
    }
}
