//! Reads of findings, for those who may see them.

use chrono::{DateTime, Utc};
use entity::{ids::FindingId, integrity_evidence, integrity_finding, integrity_finding::Filter};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    auth::{Action, Actor, Place, policy},
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// Whether the caller may see findings.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub fn may_read(actor: &Actor) -> Result<(), Error> {
    match policy::may(actor, Action::IntegrityRead, &Place::default()) {
        true => Ok(()),
        false => Err(policy::denied(actor, Action::IntegrityRead)),
    }
}

/// A page of the findings that match the filter, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    filter: &Filter,
    list: List,
    page: &Page,
) -> Result<Rows<integrity_finding::Model>, Error> {
    let select = integrity_finding::Entity::matching(filter);
    let columns = (integrity_finding::Column::FoundAt, integrity_finding::Column::Id);
    keyset::read::<_, (DateTime<Utc>, FindingId)>(db.read(), select, columns, true, list, page).await
}

/// How many there are.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db, filter: &Filter) -> Result<u64, Error> {
    Ok(integrity_finding::Entity::matching(filter).count(db.read()).await?)
}

/// A page of the ratings that a finding concerns, the earliest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn evidence(
    db: &Db,
    of: FindingId,
    list: List,
    page: &Page,
) -> Result<Rows<integrity_evidence::Model>, Error> {
    let select = integrity_evidence::Entity::find().filter(integrity_evidence::Column::FindingId.eq(of));
    keyset::read::<_, i32>(db.read(), select, integrity_evidence::Column::Position, false, list, page).await
}

/// A finding, or `NOT_FOUND`.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: FindingId,
) -> Result<integrity_finding::Model, Error> {
    let all = policy::may(actor, Action::IntegrityRead, &Place::default());
    let select = integrity_finding::Entity::visible(all).filter(integrity_finding::Column::Id.eq(id));
    select.one(db).await?.ok_or_else(|| Error::not_found("finding"))
}
