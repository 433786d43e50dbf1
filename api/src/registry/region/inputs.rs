//! The inputs and payloads of the mutations on regions, municipalities, organizations and profiles.

use async_graphql::{ID, InputObject};

use super::graphql::{Municipality, Organization, Profile, Region};
use crate::graphql::payload;

/// A new region.
#[derive(InputObject)]
pub struct RegionCreateInput {
    /// The ISO 3166-2 code: `RU-` and two or three capital letters; unique, and never changed.
    pub code: String,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: String,
}

/// A change of a region; what is left out stays as it is.
#[derive(InputObject)]
pub struct RegionUpdateInput {
    /// Which region.
    pub region_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: Option<String>,
}

/// A region to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct RegionArchiveInput {
    /// Which region.
    pub region_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(RegionPayload { region: Region(region) }, "a region", by RegionId);

/// A new municipality.
#[derive(InputObject)]
pub struct MunicipalityCreateInput {
    /// Of the region with this ISO 3166-2 code.
    pub region_code: String,
    /// The name in Russian, one line of 1 to 300 characters; unique in the region.
    pub name: String,
}

/// A change of a municipality; what is left out stays as it is.
#[derive(InputObject)]
pub struct MunicipalityUpdateInput {
    /// Which municipality.
    pub municipality_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters; unique in the region.
    pub name: Option<String>,
}

/// A municipality to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct MunicipalityArchiveInput {
    /// Which municipality.
    pub municipality_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(MunicipalityPayload { municipality: Municipality(municipality) }, "a municipality", by MunicipalityId);

/// A new organization.
#[derive(InputObject)]
pub struct OrganizationCreateInput {
    /// In which municipality it stands.
    pub municipality_id: ID,
    /// The name in Russian, one line of 1 to 300 characters; unique in the municipality.
    pub name: String,
}

/// A change of an organization; what is left out stays as it is.
#[derive(InputObject)]
pub struct OrganizationUpdateInput {
    /// Which organization.
    pub organization_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters; unique in the municipality.
    pub name: Option<String>,
}

/// An organization to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct OrganizationArchiveInput {
    /// Which organization.
    pub organization_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(OrganizationPayload { organization: Organization(organization) }, "an organization", by OrganizationId);

/// A new profile.
#[derive(InputObject)]
pub struct ProfileCreateInput {
    /// The code, e.g. `chemistry-teachers`: 2 to 80 of `a-z`, `0-9` and hyphens; unique, and never changed.
    pub code: String,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: String,
}

/// A change of a profile; what is left out stays as it is.
#[derive(InputObject)]
pub struct ProfileUpdateInput {
    /// Which profile, by its code.
    pub code: String,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: Option<String>,
}

/// A profile to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct ProfileArchiveInput {
    /// Which profile, by its code.
    pub code: String,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(ProfilePayload { profile: Profile(profile) }, "a profile", by ProfileId);
