//! Batch loads of adoptions.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    adoption,
    ids::{AdoptionId, CommunityId, PracticeId},
    practice,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_counts! {
    /// How many organizations have adopted a practice.
    AdoptersOf(PracticeId): |_reader| adoption::Entity::confirmed(), of adoption::PracticeId;
    /// How many adoptions of a practice the caller may see.
    AdoptionCountOf(PracticeId): |reader| adoption::Entity::visible(&reader.adoptions), of adoption::PracticeId;
    /// How many adoptions of a community the caller may see.
    AdoptionCountIn(CommunityId): |reader| of_visible_practices(reader), of adoption::CommunityId;
}

load_first_pages! {
    /// The first adoptions of a practice that the caller may see, the newest first.
    FirstAdoptionsOf(PracticeId): adoption where |reader| adoption::Entity::visible(&reader.adoptions),
    of PracticeId by |row| Some(row.practice_id),
    order [Column::DeclaredAt, Column::Id], descending true;

    /// The first adoptions of a community that the caller may see, the newest first.
    FirstAdoptionsIn(CommunityId): adoption where |reader| of_visible_practices(reader),
    of CommunityId by |row| Some(row.community_id),
    order [Column::DeclaredAt, Column::Id], descending true;
}

/// Adoptions that the caller may see, of practices that it may see.
pub(super) fn of_visible_practices(reader: &Reader) -> Select<adoption::Entity> {
    visible(&reader.adoptions, &reader.practices)
}

/// The same, where no batch is loaded.
pub(super) fn visible(to: &adoption::Visible, of: &practice::Visible) -> Select<adoption::Entity> {
    let practices = practice::Entity::visible(of).select_only().column(practice::Column::Id).into_query();
    adoption::Entity::visible(to).filter(adoption::Column::PracticeId.in_subquery(practices))
}

impl Loader<AdoptionId> for Reader {
    type Value = adoption::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[AdoptionId]) -> Result<HashMap<AdoptionId, adoption::Model>, Error> {
        let rows = of_visible_practices(self)
            .filter(one_of(self.db.read(), adoption::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
