//! Batch loads of reference data.

use entity::{ids::RegionId, municipality};
use sea_orm::EntityTrait;

load_by_id! {
    RegionId => region,
    MunicipalityId => municipality,
    OrganizationId => organization,
    ProfileId => profile,
}

load_counts! {
    /// How many municipalities a region has.
    MunicipalityCountOf(RegionId): |_reader| municipality::Entity::find(), of municipality::RegionId;
}

load_first_pages! {
    /// The first municipalities of a region, by name.
    FirstMunicipalitiesOf(RegionId): municipality where |_reader| municipality::Entity::find(),
    of RegionId by |row| Some(row.region_id),
    order [Column::SortKey, Column::Id], descending false;
}
