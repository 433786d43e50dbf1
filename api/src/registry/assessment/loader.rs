//! Batch loads of assessments and rubrics.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use entity::{
    assessment, assessment_score,
    ids::{AssessmentId, PracticeId, ReviewId, RubricId},
    practice, review, rubric, rubric_criterion,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_counts! {
    /// How many assessments of a practice the caller may see.
    AssessmentCountOf(PracticeId): |reader| assessment::Entity::visible(&reader.assessments), of assessment::PracticeId;
    /// How many assessments of a practice are still to come.
    AwaitedIn(PracticeId): |_reader| review::Entity::find().filter(review::awaited()), of review::PracticeId;
}

load_first_pages! {
    /// The first assessments of a practice that the caller may see, the newest first.
    FirstAssessmentsOf(PracticeId): assessment where |reader| assessment::Entity::visible(&reader.assessments),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::FinishedAt, Column::Id], descending true;
}

impl Loader<AssessmentId> for Reader {
    type Value = assessment::Model;
    type Error = Error;

    /// Only what the caller may see, of practices that it may see.
    async fn load(&self, ids: &[AssessmentId]) -> Result<HashMap<AssessmentId, assessment::Model>, Error> {
        let practices = practice::Entity::visible(&self.practices);
        let practices = practices.select_only().column(practice::Column::Id).into_query();
        let rows = assessment::Entity::visible(&self.assessments)
            .filter(assessment::Column::PracticeId.in_subquery(practices))
            .filter(one_of(self.db.read(), assessment::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The means of the assessments of what was submitted last, as far as the caller may see them, in micro-points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MeansOf(pub PracticeId);

impl Loader<MeansOf> for Reader {
    type Value = Arc<Vec<i64>>;
    type Error = Error;

    async fn load(&self, keys: &[MeansOf]) -> Result<HashMap<MeansOf, Self::Value>, Error> {
        let rows = assessment::Entity::visible(&self.assessments)
            .filter(one_of(self.db.read(), assessment::Column::PracticeId, keys.iter().map(|key| key.0)))
            .filter(assessment::of_last_submission())
            .order_by_asc(assessment::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(MeansOf(row.practice_id)).or_default().push(row.mean);
        }
        Ok(found.into_iter().map(|(key, means)| (key, Arc::new(means))).collect())
    }
}

/// The assessment that finished a review, as far as the caller may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FinishedBy(pub ReviewId);

impl Loader<FinishedBy> for Reader {
    type Value = assessment::Model;
    type Error = Error;

    async fn load(&self, keys: &[FinishedBy]) -> Result<HashMap<FinishedBy, Self::Value>, Error> {
        let rows = assessment::Entity::visible(&self.assessments)
            .filter(one_of(self.db.read(), assessment::Column::ReviewId, keys.iter().map(|key| key.0)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (FinishedBy(row.review_id), row)).collect())
    }
}

/// The scores of an assessment that the caller sees, in the rubric's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScoresOf(pub AssessmentId);

impl Loader<ScoresOf> for Reader {
    type Value = Arc<Vec<assessment_score::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[ScoresOf]) -> Result<HashMap<ScoresOf, Self::Value>, Error> {
        let rows = assessment_score::Entity::find()
            .filter(one_of(
                self.db.read(),
                assessment_score::Column::AssessmentId,
                keys.iter().map(|key| key.0),
            ))
            .order_by_asc(assessment_score::Column::AssessmentId)
            .order_by_asc(assessment_score::Column::Position)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(ScoresOf(row.assessment_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

impl Loader<RubricId> for Reader {
    type Value = rubric::Model;
    type Error = Error;

    async fn load(&self, ids: &[RubricId]) -> Result<HashMap<RubricId, rubric::Model>, Error> {
        let rows = rubric::Entity::find()
            .filter(one_of(self.db.read(), rubric::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The rubric by which what was assigned at a moment is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RubricAt(pub DateTime<Utc>);

impl Loader<RubricAt> for Reader {
    type Value = rubric::Model;
    type Error = Error;

    /// Versions are made by hand, one in some years: all are read.
    async fn load(&self, keys: &[RubricAt]) -> Result<HashMap<RubricAt, rubric::Model>, Error> {
        let rows = rubric::Entity::find().order_by_desc(rubric::Column::Version).all(self.db.read()).await?;
        let of = |at: &RubricAt| rows.iter().find(|row| row.effective_from <= at.0).cloned();
        Ok(keys.iter().filter_map(|key| of(key).map(|row| (*key, row))).collect())
    }
}

/// The criteria of a version of the rubric, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CriteriaOf(pub RubricId);

impl Loader<CriteriaOf> for Reader {
    type Value = Arc<Vec<rubric_criterion::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[CriteriaOf]) -> Result<HashMap<CriteriaOf, Self::Value>, Error> {
        let rows = rubric_criterion::Entity::find()
            .filter(one_of(self.db.read(), rubric_criterion::Column::RubricId, keys.iter().map(|key| key.0)))
            .order_by_asc(rubric_criterion::Column::RubricId)
            .order_by_asc(rubric_criterion::Column::Position)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(CriteriaOf(row.rubric_id)).or_default().push(row);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}
