//! Reads of materials, each through the caller's visibility.

use entity::{
    ids::{MaterialId, PracticeId},
    material, practice,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of a practice's materials, in their authors' order; the practice is one that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn of_practice(
    db: &Db,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<material::Model>, Error> {
    let select = material::Entity::present().filter(material::Column::PracticeId.eq(of));
    let columns = (material::Column::Position, material::Column::Id);
    keyset::read::<_, (i32, MaterialId)>(db.read(), select, columns, false, list, page).await
}

/// A material that the caller may see, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    to: &practice::Visible,
    id: MaterialId,
) -> Result<material::Model, Error> {
    let found = material::Entity::visible(to).filter(material::Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("material"))
}

/// A file as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The name under which it is downloaded.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its digest, in hexadecimal digits.
    pub sha256: String,
    /// Where the store keeps it.
    pub key: String,
}

impl Kept {
    /// The file of a material; none of a link.
    #[must_use]
    pub fn of(row: material::Model) -> Option<Self> {
        Some(Self {
            name: row.file_name?,
            media_type: row.media_type?,
            bytes: u64::try_from(row.bytes?).ok()?,
            sha256: row.sha256?,
            key: row.storage_key?,
        })
    }
}
