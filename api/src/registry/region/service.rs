//! Reads of regions, municipalities, organizations and profiles. All of them are public; the lists leave out what is
//! in the archive.

use entity::{
    ids::{MunicipalityId, OrganizationId, ProfileId, RegionId},
    municipality, organization, profile, region,
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

/// The region with this ISO 3166-2 code.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require_region(db: &Db, code: &str) -> Result<region::Model, Error> {
    by_code(db, code).await?.ok_or_else(|| Error::not_found("region"))
}

/// The profile with this code.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn require_profile(db: &Db, code: &str) -> Result<profile::Model, Error> {
    let found = profile::Entity::find().filter(profile::Column::Code.eq(code)).one(db.read()).await?;
    found.ok_or_else(|| Error::not_found("profile"))
}

/// A page of the regions, by name.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(db: &Db, list: List, page: &Page) -> Result<Rows<region::Model>, Error> {
    let columns = (region::Column::SortKey, region::Column::Id);
    keyset::read::<_, (Vec<u8>, RegionId)>(db.read(), region::Entity::living(), columns, false, list, page)
        .await
}

/// How many regions there are.
///
/// # Errors
/// The database's.
pub async fn count(db: &Db) -> Result<u64, Error> {
    Ok(region::Entity::living().count(db.read()).await?)
}

/// A page of the profiles, in the order of their entry.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn profiles(db: &Db, list: List, page: &Page) -> Result<Rows<profile::Model>, Error> {
    keyset::read::<_, ProfileId>(db.read(), profile::Entity::living(), profile::Column::Id, false, list, page)
        .await
}

/// How many profiles there are.
///
/// # Errors
/// The database's.
pub async fn count_profiles(db: &Db) -> Result<u64, Error> {
    Ok(profile::Entity::living().count(db.read()).await?)
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
    let select = municipality::Entity::living().filter(municipality::Column::RegionId.eq(region));
    let columns = (municipality::Column::SortKey, municipality::Column::Id);
    keyset::read::<_, (Vec<u8>, MunicipalityId)>(db.read(), select, columns, false, list, page).await
}

/// A page of a municipality's organizations, in the order of their entry.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn organizations(
    db: &Db,
    municipality: MunicipalityId,
    list: List,
    page: &Page,
) -> Result<Rows<organization::Model>, Error> {
    let select = organization::Entity::living().filter(organization::Column::MunicipalityId.eq(municipality));
    keyset::read::<_, OrganizationId>(db.read(), select, organization::Column::Id, false, list, page).await
}
