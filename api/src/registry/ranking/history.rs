//! The lists of versions and of closed years' states.

use std::sync::Arc;

use entity::{AcademicYear, ids::MethodId, ranking_method, ranking_revision};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::versions::Version;
use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// A page of the versions of all methods, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn methods(
    db: &Db,
    list: List,
    page: &Page,
) -> Result<Rows<(ranking_method::Model, Arc<Version>)>, Error> {
    let select = ranking_method::Entity::find();
    let Rows { rows, has_next, has_previous } =
        keyset::read::<_, MethodId>(db.read(), select, ranking_method::Column::Id, true, list, page).await?;
    let mut versions = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(version) = Version::of(row.clone())? {
            versions.push((row, Arc::new(version)));
        }
    }
    Ok(Rows { rows: versions, has_next, has_previous })
}

/// How many versions there are.
///
/// # Errors
/// The database's.
pub async fn count_methods(db: &Db) -> Result<u64, Error> {
    Ok(ranking_method::Entity::find().count(db.read()).await?)
}

fn of_year(year: Option<AcademicYear>) -> Select<ranking_revision::Entity> {
    let year = year.map(|year| ranking_revision::Column::Year.eq(year));
    ranking_revision::Entity::find().filter(Condition::all().add_option(year))
}

/// A page of the states of closed years, or of one, the newest first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn revisions(
    db: &Db,
    year: Option<AcademicYear>,
    list: List,
    page: &Page,
) -> Result<Rows<ranking_revision::Model>, Error> {
    let number = ranking_revision::Column::Number;
    keyset::read::<_, i64>(db.read(), of_year(year), number, true, list, page).await
}

/// How many of them there are.
///
/// # Errors
/// The database's.
pub async fn count_revisions(db: &Db, year: Option<AcademicYear>) -> Result<u64, Error> {
    Ok(of_year(year).count(db.read()).await?)
}
