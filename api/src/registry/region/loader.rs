//! Batch loads of reference data by id.

load_by_id! {
    RegionId => region,
    MunicipalityId => municipality,
    OrganizationId => organization,
    ProfileId => profile,
}
