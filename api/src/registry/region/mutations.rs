//! The mutations on regions, municipalities, organizations and profiles: translation only, see `write` and
//! `listed` for what they do.

use async_graphql::{Context, Object};
use entity::{
    ids::{MunicipalityId, OrganizationId, RegionId},
    municipality, organization, profile, region,
};

use super::{
    inputs::{
        MunicipalityArchiveInput, MunicipalityCreateInput, MunicipalityPayload, MunicipalityUpdateInput,
        OrganizationArchiveInput, OrganizationCreateInput, OrganizationPayload, OrganizationUpdateInput,
        ProfileArchiveInput, ProfileCreateInput, ProfilePayload, ProfileUpdateInput, RegionArchiveInput,
        RegionCreateInput, RegionPayload, RegionUpdateInput,
    },
    write,
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
    registry::listed,
};

/// The mutations of this concept.
#[derive(Default)]
pub struct RegionMutation;

#[Object]
impl RegionMutation {
    /// Enters a region in the federal list. For the federal registrar.
    async fn region_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new region.")] input: RegionCreateInput,
    ) -> Result<RegionPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        Ok(RegionPayload::of(write::create_region(app, actor, &input.code, &input.name).await?))
    }

    /// Gives a region another name. For the federal registrar.
    async fn region_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RegionUpdateInput,
    ) -> Result<RegionPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<RegionId>(&input.region_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::update::<region::Model>(&caller.app, &caller.actor, id, expected, input.name).await?;
        RegionPayload::of_change(caller, id, outcome).await
    }

    /// Puts a region into the archive when neither a community nor an institute lives in it any more, or takes it
    /// out. For the federal registrar.
    async fn region_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which region, and where to.")] input: RegionArchiveInput,
    ) -> Result<RegionPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<RegionId>(&input.region_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<region::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        RegionPayload::of_change(caller, id, outcome).await
    }

    /// Enters a municipality of a region. For the region's operator and the federal registrar.
    async fn municipality_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new municipality.")] input: MunicipalityCreateInput,
    ) -> Result<MunicipalityPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let outcome = write::create_municipality(app, actor, &input.region_code, &input.name).await?;
        Ok(MunicipalityPayload::of(outcome))
    }

    /// Gives a municipality another name. For the region's operator and the federal registrar.
    async fn municipality_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: MunicipalityUpdateInput,
    ) -> Result<MunicipalityPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MunicipalityId>(&input.municipality_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::update::<municipality::Model>(&caller.app, &caller.actor, id, expected, input.name)
                .await?;
        MunicipalityPayload::of_change(caller, id, outcome).await
    }

    /// Puts a municipality into the archive when it has neither a registration nor a seat in a council any more, or
    /// takes it out. For the region's operator and the federal registrar.
    async fn municipality_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which municipality, and where to.")] input: MunicipalityArchiveInput,
    ) -> Result<MunicipalityPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MunicipalityId>(&input.municipality_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<municipality::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        MunicipalityPayload::of_change(caller, id, outcome).await
    }

    /// Enters an organization of a municipality. For the region's operator and the federal registrar.
    async fn organization_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization.")] input: OrganizationCreateInput,
    ) -> Result<OrganizationPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let of = ids::decode::<MunicipalityId>(&input.municipality_id)?;
        Ok(OrganizationPayload::of(write::create_organization(app, actor, of, &input.name).await?))
    }

    /// Gives an organization another name. For the region's operator and the federal registrar.
    async fn organization_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: OrganizationUpdateInput,
    ) -> Result<OrganizationPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<OrganizationId>(&input.organization_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::update::<organization::Model>(&caller.app, &caller.actor, id, expected, input.name)
                .await?;
        OrganizationPayload::of_change(caller, id, outcome).await
    }

    /// Puts an organization into the archive when no registration in force names it any more, or takes it out. For
    /// the region's operator and the federal registrar.
    async fn organization_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization, and where to.")] input: OrganizationArchiveInput,
    ) -> Result<OrganizationPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<OrganizationId>(&input.organization_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<organization::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        OrganizationPayload::of_change(caller, id, outcome).await
    }

    /// Enters a profile in the federal list. For the federal registrar.
    async fn profile_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new profile.")] input: ProfileCreateInput,
    ) -> Result<ProfilePayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        Ok(ProfilePayload::of(write::create_profile(app, actor, &input.code, &input.name).await?))
    }

    /// Gives a profile another name. For the federal registrar.
    async fn profile_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProfileUpdateInput,
    ) -> Result<ProfilePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = write::profile_to_write(&caller.app, &caller.actor, &input.code).await?;
        let expected = input.expected_version;
        let outcome =
            listed::update::<profile::Model>(&caller.app, &caller.actor, id, expected, input.name).await?;
        ProfilePayload::of_change(caller, id, outcome).await
    }

    /// Puts a profile into the archive when no living community has it any more, or takes it out. For the federal
    /// registrar.
    async fn profile_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which profile, and where to.")] input: ProfileArchiveInput,
    ) -> Result<ProfilePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = write::profile_to_write(&caller.app, &caller.actor, &input.code).await?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<profile::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        ProfilePayload::of_change(caller, id, outcome).await
    }
}
