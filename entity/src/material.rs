//! What belongs to a practice beside its text: a link, or a file that is kept in the store of files.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, QuerySelect, QueryTrait, entity::prelude::*};

use crate::{
    enums::MaterialKind,
    ids::{MaterialId, PersonId, PracticeId},
    practice,
};

/// A row of `material`. A link has an address; a file has everything from `file_name` to `storage_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "material")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MaterialId,
    /// Of what.
    pub practice_id: PracticeId,
    /// A link or a file.
    pub kind: MaterialKind,
    /// What readers call it.
    pub title: String,
    /// Where a link leads.
    pub url: Option<String>,
    /// The name under which a file is downloaded.
    pub file_name: Option<String>,
    /// What a file is.
    pub media_type: Option<String>,
    /// How large a file is.
    pub bytes: Option<i64>,
    /// The digest of a file, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Where the store keeps a file; ours, never its author's.
    pub storage_key: Option<String>,
    /// What the practice's materials are ordered by.
    pub position: i32,
    /// Grows with every change of the title.
    pub version: i32,
    /// Whether it was there when the practice was submitted, so that others may have seen it.
    pub handed_in: bool,
    /// By whom it was added.
    pub added_by: PersonId,
    /// When.
    pub added_at: DateTime<Utc>,
    /// When it was taken away, after others had seen it.
    pub removed_at: Option<DateTime<Utc>>,
}

impl Entity {
    /// Materials that are there.
    pub fn present() -> Select<Self> {
        Self::find().filter(Column::RemovedAt.is_null())
    }

    /// Materials that the caller may see: those of practices that it may see. What was taken away is still seen by
    /// those who see of a practice more than everybody does: its authors, and who decided on it.
    pub fn visible(to: &practice::Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let ids =
            |select: Select<practice::Entity>| select.select_only().column(practice::Column::Id).into_query();
        let inside = practice::Entity::inside(to).map(|select| Column::PracticeId.in_subquery(ids(select)));
        Self::find()
            .filter(Column::PracticeId.in_subquery(ids(practice::Entity::visible(to))))
            .filter(Condition::any().add(Column::RemovedAt.is_null()).add_option(inside))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
