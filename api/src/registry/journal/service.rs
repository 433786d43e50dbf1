//! Reads of the journal, through the caller's visibility.

use entity::journal;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A thing whose changes are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The kind of thing, by its id's prefix.
    pub kind: String,
    /// Its raw id.
    pub uuid: Uuid,
}

/// Entries that the caller may read, of one thing or of all.
#[must_use]
pub fn matching(to: &journal::Visible, subject: Option<&Subject>) -> Select<journal::Entity> {
    let select = journal::Entity::visible(to);
    match subject {
        Some(subject) => select
            .filter(journal::Column::SubjectId.eq(subject.uuid))
            .filter(journal::Column::SubjectType.eq(subject.kind.as_str())),
        None => select,
    }
}

/// A page of the entries, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &journal::Visible,
    subject: Option<&Subject>,
    list: List,
    page: &Page,
) -> Result<Rows<journal::Model>, Error> {
    keyset::read::<_, i64>(db.read(), matching(to, subject), journal::Column::Seq, true, list, page).await
}

/// How many entries there are.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, to: &journal::Visible, subject: Option<&Subject>) -> Result<u64, Error> {
    Ok(matching(to, subject).count(db.read()).await?)
}
