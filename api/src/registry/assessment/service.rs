//! Reads of assessments and rubrics.

use chrono::{DateTime, Utc};
use entity::{
    assessment,
    ids::{AssessmentId, PracticeId, RubricId},
    review, rubric,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::rules;
use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of a practice's assessments that the caller may see, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn of_practice(
    db: &Db,
    to: &assessment::Visible,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<assessment::Model>, Error> {
    let select = assessment::Entity::visible(to).filter(assessment::Column::PracticeId.eq(of));
    let columns = (assessment::Column::FinishedAt, assessment::Column::Id);
    keyset::read::<_, (DateTime<Utc>, AssessmentId)>(db.read(), select, columns, true, list, page).await
}

/// The means of the finished assessments of what was submitted last, in micro-points.
///
/// # Errors
/// The database's.
pub async fn means(db: &impl ConnectionTrait, of: PracticeId) -> Result<Vec<i64>, Error> {
    Ok(assessment::Entity::find()
        .select_only()
        .column(assessment::Column::Mean)
        .filter(assessment::Column::PracticeId.eq(of))
        .filter(assessment::of_last_submission())
        .order_by_asc(assessment::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// Whether two experts differ too much about what was submitted last, and no other assessment of it is to come: a place
/// that is vacant will bring the third.
///
/// # Errors
/// The database's.
pub async fn third_is_missing(db: &impl ConnectionTrait, of: PracticeId) -> Result<bool, Error> {
    if !rules::differ(&means(db, of).await?) {
        return Ok(false);
    }
    let open = review::Entity::find().filter(review::Column::PracticeId.eq(of)).filter(review::awaited());
    Ok(open.count(db).await? == 0)
}

/// The rubric by which what was assigned at this moment is assessed.
///
/// # Errors
/// A fault of ours where there is none.
pub async fn rubric_at(db: &impl ConnectionTrait, at: DateTime<Utc>) -> Result<rubric::Model, Error> {
    let found = rubric::Entity::in_force(at).one(db).await?;
    found.ok_or_else(|| Error::broken("no rubric is in force"))
}

/// The rubric of this version.
///
/// # Errors
/// The database's.
pub async fn rubric_of(db: &Db, version: i32) -> Result<Option<rubric::Model>, Error> {
    Ok(rubric::Entity::find().filter(rubric::Column::Version.eq(version)).one(db.read()).await?)
}

/// A page of the rubric's versions, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn rubrics(db: &Db, list: List, page: &Page) -> Result<Rows<rubric::Model>, Error> {
    let columns = (rubric::Column::Version, rubric::Column::Id);
    let select = rubric::Entity::find();
    keyset::read::<_, (i32, RubricId)>(db.read(), select, columns, true, list, page).await
}

/// How many versions there are.
///
/// # Errors
/// The database's.
pub async fn count_rubrics(db: &Db) -> Result<u64, Error> {
    Ok(rubric::Entity::find().count(db.read()).await?)
}
