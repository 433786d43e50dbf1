//! Freezing the text of a practice that is handed in, and the reads of what was frozen.

use entity::{
    ids::{EditionId, PracticeId},
    practice,
    practice_edition::{self, Tags},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use crate::{
    db::{
        Db, Tx,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// Freezes the text of a practice whose row this transaction holds; a version that was frozen already stays as it is.
///
/// # Errors
/// The database's.
pub async fn freeze(tx: &Tx, of: &practice::Model, tags: Vec<String>) -> Result<(), Error> {
    let of_practice = practice_edition::Entity::find().filter(practice_edition::Column::PracticeId.eq(of.id));
    let same = of_practice.clone().filter(practice_edition::Column::Version.eq(of.version));
    if same.count(tx.db()).await? > 0 {
        return Ok(());
    }
    let earlier = of_practice.count(tx.db()).await?;
    let row = practice_edition::Model {
        id: EditionId::generate(),
        practice_id: of.id,
        number: i32::try_from(earlier + 1).unwrap_or(i32::MAX),
        version: of.version,
        title: of.title.clone(),
        summary: of.summary.clone(),
        body: of.body.clone(),
        tags: Tags(tags),
        submitted_at: tx.at(),
    };
    practice_edition::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A page of a practice's editions that the caller may see, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn of_practice(
    db: &Db,
    to: &practice::Visible,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<practice_edition::Model>, Error> {
    let select = practice_edition::Entity::visible(to).filter(practice_edition::Column::PracticeId.eq(of));
    let columns = (practice_edition::Column::Number, practice_edition::Column::Id);
    keyset::read::<_, (i32, EditionId)>(db.read(), select, columns, true, list, page).await
}
