//! Batch loads of practices and of what hangs on them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use entity::{
    ids::{CommunityId, PracticeId},
    person, practice, practice_author, practice_decision, practice_tag,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::{Reader, one_of},
    error::Error,
};

impl Loader<PracticeId> for Reader {
    type Value = practice::Model;
    type Error = Error;

    /// Only what the caller may see: the rest is as if it were not there.
    async fn load(&self, ids: &[PracticeId]) -> Result<HashMap<PracticeId, practice::Model>, Error> {
        let rows = practice::Entity::visible(&self.practices)
            .filter(one_of(self.db.read(), practice::Column::Id, ids.iter().copied()))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// What is left of a practice that was in the registry and is there no more, for the boards of closed years: its stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StubOf(pub PracticeId);

impl Loader<StubOf> for Reader {
    type Value = practice::Model;
    type Error = Error;

    async fn load(&self, keys: &[StubOf]) -> Result<HashMap<StubOf, practice::Model>, Error> {
        let rows = practice::Entity::find()
            .filter(one_of(self.db.read(), practice::Column::Id, keys.iter().map(|key| key.0)))
            .filter(practice::Column::Number.is_not_null())
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (StubOf(row.id), row.stub())).collect())
    }
}

/// The authors of a practice, in the order of the title page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuthorsOf(pub PracticeId);

impl Loader<AuthorsOf> for Reader {
    type Value = Arc<Vec<person::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[AuthorsOf]) -> Result<HashMap<AuthorsOf, Self::Value>, Error> {
        let rows = practice_author::Entity::find()
            .find_also_related(person::Entity)
            .filter(one_of(self.db.read(), practice_author::Column::PracticeId, keys.iter().map(|key| key.0)))
            .order_by_asc(practice_author::Column::Position)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for (row, author) in rows {
            found.entry(AuthorsOf(row.practice_id)).or_default().extend(author);
        }
        Ok(found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
    }
}

/// The tags of a practice, in its authors' order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TagsOf(pub PracticeId);

impl Loader<TagsOf> for Reader {
    type Value = Vec<String>;
    type Error = Error;

    async fn load(&self, keys: &[TagsOf]) -> Result<HashMap<TagsOf, Vec<String>>, Error> {
        let rows = practice_tag::Entity::find()
            .filter(one_of(self.db.read(), practice_tag::Column::PracticeId, keys.iter().map(|key| key.0)))
            .order_by_asc(practice_tag::Column::Position)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(TagsOf(row.practice_id)).or_default().push(row.tag);
        }
        Ok(found)
    }
}

/// The decisions taken on a practice, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecisionsOn(pub PracticeId);

impl Loader<DecisionsOn> for Reader {
    type Value = Vec<practice_decision::Model>;
    type Error = Error;

    async fn load(&self, keys: &[DecisionsOn]) -> Result<HashMap<DecisionsOn, Self::Value>, Error> {
        let rows = practice_decision::Entity::find()
            .filter(one_of(
                self.db.read(),
                practice_decision::Column::PracticeId,
                keys.iter().map(|key| key.0),
            ))
            .order_by_asc(practice_decision::Column::DecidedAt)
            .order_by_asc(practice_decision::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(DecisionsOn(row.practice_id)).or_default().push(row);
        }
        Ok(found)
    }
}

load_first_pages! {
    /// The first published practices of a community, the newest first.
    FirstPracticesOf(CommunityId): practice where |_reader| practice::Entity::published(),
    of CommunityId by |row| row.community_id,
    order [Column::ListedAt, Column::Id], descending true;
}
