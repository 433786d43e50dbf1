//! Assessments by experts.

use chrono::{DateTime, Utc};
use entity::{
    ReviewState, assessment, assessment_score, expert, ids::AssessmentId, practice, review, rubric,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::app::{TestApp, id};

/// The criteria of the registry's own rubric, in their order.
pub const CRITERIA: [&str; 5] = ["RELEVANCE", "EFFECTIVENESS", "EVIDENCE", "TRANSFERABILITY", "MATERIALS"];

/// The input by which an expert hands in these scores, one for each criterion of the registry's own rubric.
#[must_use]
pub fn assessment_input(of: &review::Model, scores: [i32; 5]) -> Value {
    let scores = CRITERIA.into_iter().zip(scores).map(|(criterion, score)| {
        json!({ "criterion": criterion, "score": score, "comment": format!("Потому что {score}.") })
    });
    let scores: Vec<_> = scores.collect();
    json!({ "reviewId": id(of.id), "scores": scores, "conclusion": "Рекомендую." })
}

impl TestApp {
    /// A finished assessment of a practice by this expert, with these scores, handed in then.
    pub async fn assessed(
        &self,
        practice: &practice::Model,
        by: &expert::Model,
        scores: [i32; 5],
        at: DateTime<Utc>,
    ) -> assessment::Model {
        let review = self.reviewing(practice, by, ReviewState::Finished, 0).await;
        let mut row = review.into_active_model();
        let assigned = practice.submitted_at.expect("a practice that was submitted");
        (row.assigned_at, row.ended_at) = (Set(assigned), Set(Some(at)));
        let review = row.update(self.rows()).await.unwrap();
        let rubric = rubric::Entity::find().one(self.rows()).await.unwrap().unwrap();
        let row = assessment::Model {
            id: AssessmentId::generate(),
            review_id: review.id,
            practice_id: practice.id,
            edition: review.edition,
            person_id: by.person_id,
            rubric_id: rubric.id,
            assigned_at: assigned,
            mean: i64::from(scores.iter().sum::<i32>()) * 200_000,
            conclusion: "Рекомендую.".into(),
            finished_at: at,
        };
        let row = row.into_active_model().insert(self.rows()).await.unwrap();
        for ((criterion, score), position) in CRITERIA.into_iter().zip(scores).zip(1..) {
            let score = assessment_score::Model {
                assessment_id: row.id,
                position,
                criterion: criterion.into(),
                score,
                comment: format!("Потому что {score}."),
            };
            score.into_active_model().insert(self.rows()).await.unwrap();
        }
        row
    }
}
