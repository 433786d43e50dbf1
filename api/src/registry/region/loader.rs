//! Batch loads of reference data.

use entity::{
    ids::{MunicipalityId, RegionId},
    municipality, organization,
};

load_by_id! {
    RegionId => region,
    MunicipalityId => municipality,
    OrganizationId => organization,
    ProfileId => profile,
}

load_counts! {
    /// How many municipalities a region has.
    MunicipalityCountOf(RegionId): |_reader| municipality::Entity::living(), of municipality::RegionId;
    /// How many organizations a municipality has.
    OrganizationCountOf(MunicipalityId): |_reader| organization::Entity::living(), of organization::MunicipalityId;
}

load_first_pages! {
    /// The first municipalities of a region, by name.
    FirstMunicipalitiesOf(RegionId): municipality where |_reader| municipality::Entity::living(),
    of RegionId by |row| Some(row.region_id),
    order [Column::SortKey, Column::Id], descending false;

    /// The first organizations of a municipality, in the order of their entry.
    FirstOrganizationsOf(MunicipalityId): organization where |_reader| organization::Entity::living(),
    of MunicipalityId by |row| Some(row.municipality_id),
    order [Column::Id], descending false;
}
