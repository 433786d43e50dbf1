//! Reads of practices, each through the caller's visibility.

use chrono::{DateTime, Utc};
use entity::{
    ids::{PersonId, PracticeId},
    practice, practice_author,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::{
    auth::Place,
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// The practice with this registry number, if the caller may see it.
///
/// # Errors
/// The database's.
pub async fn by_number(
    db: &Db,
    to: &practice::Visible,
    number: &str,
) -> Result<Option<practice::Model>, Error> {
    Ok(practice::Entity::visible(to).filter(practice::Column::Number.eq(number)).one(db.read()).await?)
}

/// A page of the practices that the caller may see, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &practice::Visible,
    filter: &practice::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<practice::Model>, Error> {
    let columns = (practice::Column::ListedAt, practice::Column::Id);
    let select = practice::Entity::matching(to, filter);
    keyset::read::<_, (DateTime<Utc>, PracticeId)>(db.read(), select, columns, true, list, page).await
}

/// How many practices that the caller may see match the filter.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, to: &practice::Visible, filter: &practice::Filter) -> Result<u64, Error> {
    Ok(practice::Entity::matching(to, filter).count(db.read()).await?)
}

/// A practice that the caller may see, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    to: &practice::Visible,
    id: PracticeId,
) -> Result<practice::Model, Error> {
    let found = practice::Entity::visible(to).filter(practice::Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("practice"))
}

/// Who wrote a practice, in the order of the title page.
///
/// # Errors
/// The database's.
pub async fn authors(db: &impl ConnectionTrait, id: PracticeId) -> Result<Vec<PersonId>, Error> {
    let rows = practice_author::Entity::find()
        .filter(practice_author::Column::PracticeId.eq(id))
        .order_by_asc(practice_author::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// Where a practice lies, as far as rights go.
#[must_use]
pub fn place(practice: &practice::Model, authors: Vec<PersonId>) -> Place {
    Place { region: Some(practice.region_id), community: practice.community_id, authors, ..Place::default() }
}
