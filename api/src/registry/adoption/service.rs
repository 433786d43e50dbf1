//! Reads of adoptions, each through the caller's visibility.

use chrono::{DateTime, Utc};
use entity::{
    AdoptionState, adoption,
    ids::{AdoptionId, CommunityId, PracticeId},
    practice,
};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};

use super::loader;
use crate::{
    auth::{Actor, visibility},
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// What the caller may see.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Of adoptions.
    pub adoptions: adoption::Visible,
    /// Of practices.
    pub practices: practice::Visible,
}

impl Sight {
    /// What this caller may see.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        Self {
            adoptions: visibility::visible_adoptions(actor),
            practices: visibility::visible_practices(actor),
        }
    }
}

/// A page of a practice's adoptions, the newest first; the practice is one that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn of_practice(
    db: &Db,
    to: &Sight,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<adoption::Model>, Error> {
    let select = adoption::Entity::visible(&to.adoptions).filter(adoption::Column::PracticeId.eq(of));
    let columns = (adoption::Column::DeclaredAt, adoption::Column::Id);
    keyset::read::<_, (DateTime<Utc>, AdoptionId)>(db.read(), select, columns, true, list, page).await
}

/// A page of the adoptions that members of a community declared, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn of_community(
    db: &Db,
    to: &Sight,
    of: CommunityId,
    states: &[AdoptionState],
    list: List,
    page: &Page,
) -> Result<Rows<adoption::Model>, Error> {
    let columns = (adoption::Column::DeclaredAt, adoption::Column::Id);
    let select = in_states(to, of, states);
    keyset::read::<_, (DateTime<Utc>, AdoptionId)>(db.read(), select, columns, true, list, page).await
}

/// How many there are in these states.
///
/// # Errors
/// The database's.
pub async fn count_of_community(
    db: &Db,
    to: &Sight,
    of: CommunityId,
    states: &[AdoptionState],
) -> Result<u64, Error> {
    Ok(in_states(to, of, states).count(db.read()).await?)
}

fn in_states(to: &Sight, of: CommunityId, states: &[AdoptionState]) -> sea_orm::Select<adoption::Entity> {
    let select = loader::visible(&to.adoptions, &to.practices).filter(adoption::Column::CommunityId.eq(of));
    if states.is_empty() {
        return select;
    }
    select.filter(adoption::Column::State.is_in(states.iter().copied()))
}

/// An adoption that the caller may see, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    to: &Sight,
    id: AdoptionId,
) -> Result<adoption::Model, Error> {
    let found =
        loader::visible(&to.adoptions, &to.practices).filter(adoption::Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("adoption"))
}
