//! Reads of regions, municipalities and profiles. All of them are public.

use entity::{
    ids::{MunicipalityId, ProfileId, RegionId},
    municipality, profile, region,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// The region with this ISO 3166-2 code.
///
/// # Errors
/// The database's.
pub async fn by_code(db: &Db, code: &str) -> Result<Option<region::Model>, Error> {
    Ok(region::Entity::find().filter(region::Column::Code.eq(code)).one(db.read()).await?)
}

/// A page of the regions, by name.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(db: &Db, list: List, page: &Page) -> Result<Rows<region::Model>, Error> {
    let columns = (region::Column::SortKey, region::Column::Id);
    keyset::read::<_, (Vec<u8>, RegionId)>(db.read(), region::Entity::find(), columns, false, list, page)
        .await
}

/// How many regions there are.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db) -> Result<u64, Error> {
    Ok(region::Entity::find().count(db.read()).await?)
}

/// A page of the profiles, in the order of their entry.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn profiles(db: &Db, list: List, page: &Page) -> Result<Rows<profile::Model>, Error> {
    keyset::read::<_, ProfileId>(db.read(), profile::Entity::find(), profile::Column::Id, false, list, page)
        .await
}

/// How many profiles there are.
///
/// # Errors
/// The database's.
pub async fn count_profiles(db: &Db) -> Result<u64, Error> {
    Ok(profile::Entity::find().count(db.read()).await?)
}

/// A page of a region's municipalities, by name.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn municipalities(
    db: &Db,
    region: RegionId,
    list: List,
    page: &Page,
) -> Result<Rows<municipality::Model>, Error> {
    let select = municipality::Entity::find().filter(municipality::Column::RegionId.eq(region));
    let columns = (municipality::Column::SortKey, municipality::Column::Id);
    keyset::read::<_, (Vec<u8>, MunicipalityId)>(db.read(), select, columns, false, list, page).await
}
