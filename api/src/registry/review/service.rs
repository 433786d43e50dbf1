//! Reads of reviews and draws, each through the caller's sight, and doing a draw again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    expert,
    ids::{ExpertId, PersonId, PracticeId, ReviewDrawId, ReviewId, TypedId},
    journal, review, review_draw,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::lot;
use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of the reviews that the caller may see, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &review::Visible,
    filter: &review::Filter,
    list: List,
    page: &Page,
) -> Result<Rows<review::Model>, Error> {
    let columns = (review::Column::AssignedAt, review::Column::Id);
    let select = review::Entity::matching(to, filter);
    keyset::read::<_, (DateTime<Utc>, ReviewId)>(db.read(), select, columns, true, list, page).await
}

/// How many reviews that the caller may see match the filter.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, to: &review::Visible, filter: &review::Filter) -> Result<u64, Error> {
    Ok(review::Entity::matching(to, filter).count(db.read()).await?)
}

/// A review that the caller may see, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    to: &review::Visible,
    id: ReviewId,
) -> Result<review::Model, Error> {
    let found = review::Entity::visible(to).filter(review::Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("review"))
}

/// A page of the draws for a practice that the caller may see, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn draws(
    db: &Db,
    to: &review::Visible,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<review_draw::Model>, Error> {
    let columns = (review_draw::Column::DrawnAt, review_draw::Column::Id);
    let select = review_draw::Entity::visible(to).filter(review_draw::Column::PracticeId.eq(of));
    keyset::read::<_, (DateTime<Utc>, ReviewDrawId)>(db.read(), select, columns, true, list, page).await
}

/// How many draws for a practice the caller may see.
///
/// # Errors
/// The database's.
pub async fn count_draws(db: &Db, to: &review::Visible, of: PracticeId) -> Result<u64, Error> {
    let select = review_draw::Entity::visible(to).filter(review_draw::Column::PracticeId.eq(of));
    Ok(select.count(db.read()).await?)
}

/// Whose places in the pool these are.
///
/// # Errors
/// The database's.
pub async fn persons(
    db: &impl ConnectionTrait,
    of: &[ExpertId],
) -> Result<HashMap<ExpertId, PersonId>, Error> {
    let rows = expert::Entity::find().filter(expert::Column::Id.is_in(of.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.person_id)).collect())
}

/// What is found when a draw is done again.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The draw as it is kept.
    pub draw: review_draw::Model,
    /// Who is drawn from the kept pool by the kept seed.
    pub recomputed: Vec<ExpertId>,
    /// For whom there are reviews of this draw, in the order of their beginning.
    pub reviewing: Vec<ExpertId>,
    /// What does not fit; empty where all does.
    pub differences: Vec<Difference>,
}

/// What does not fit in a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The algorithm is one that this program does not know.
    Algorithm,
    /// Others would have been drawn.
    Result,
    /// The reviews are not those of the experts who were drawn.
    Reviews,
    /// What is kept is not what the journal has a digest of.
    Record,
}

/// Does a draw again and compares: with the result that is kept, with the reviews, and with the journal.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn verify(db: &Db, to: &review::Visible, id: ReviewDrawId) -> Result<Verified, Error> {
    let found =
        review_draw::Entity::visible(to).filter(review_draw::Column::Id.eq(id)).one(db.read()).await?;
    let draw = found.ok_or_else(|| Error::not_found("draw"))?;
    let reviewing: Vec<ExpertId> = review::Entity::find()
        .select_only()
        .column(review::Column::ExpertId)
        .filter(review::Column::DrawId.eq(id))
        .order_by_asc(review::Column::Id)
        .into_tuple()
        .all(db.read())
        .await?;
    let entry = journal::Entity::find()
        .filter(journal::Column::SubjectId.eq(id.uuid()))
        .filter(journal::Column::SubjectType.eq(ReviewDrawId::PREFIX))
        .order_by_asc(journal::Column::Seq)
        .limit(1)
        .one(db.read())
        .await?;
    let recorded = entry
        .and_then(|entry| entry.after)
        .and_then(|after| after.get("digest").and_then(|digest| digest.as_str().map(ToOwned::to_owned)));
    let asked = usize::try_from(draw.asked).unwrap_or(0);
    let recomputed = lot::draw(&draw.seed, &draw.pool.0, asked);
    let mut of_draw = draw.drawn.0.clone();
    of_draw.sort_unstable();
    let mut of_reviews = reviewing.clone();
    of_reviews.sort_unstable();
    let checks = [
        (Difference::Algorithm, draw.algorithm == lot::ALGORITHM),
        (Difference::Result, draw.drawn.0 == recomputed),
        (Difference::Reviews, of_draw == of_reviews),
        (Difference::Record, recorded == Some(lot::digest(&draw))),
    ];
    let differences = checks.into_iter().filter(|(_, holds)| !holds).map(|(what, _)| what).collect();
    Ok(Verified { draw, recomputed, reviewing, differences })
}
