//! The mutations on communities: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{CommunityId, DepartmentId};

use super::{
    inputs::{
        CommunityArchiveInput, CommunityCreateInput, CommunityPayload, CommunityRegisterInput,
        CommunityUpdateInput, papers,
    },
    write::{self, Changes, NewCommunity},
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct CommunityMutation;

#[Object]
impl CommunityMutation {
    /// Founds a community. It stands in rankings once it is entered in the federal registry. For the region's
    /// operator.
    async fn community_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new community.")] input: CommunityCreateInput,
    ) -> Result<CommunityPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let department = input.department_id.as_ref().map(ids::decode::<DepartmentId>).transpose()?;
        let new = NewCommunity {
            slug: input.slug,
            name: input.name,
            region_code: input.region_code,
            profile_code: input.profile_code,
            department,
            founded_year: input.founded_year,
            papers: papers(input.links, input.documents, input.agreements),
        };
        Ok(CommunityPayload::of(write::create(app, actor, new).await?))
    }

    /// Changes a community's own fields, links and papers. For its coordinator and the region's operator.
    async fn community_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CommunityUpdateInput,
    ) -> Result<CommunityPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<CommunityId>(&input.community_id)?;
        let department: Option<Option<_>> = input.department_id.into();
        let decode = |id: Option<_>| id.as_ref().map(ids::decode::<DepartmentId>).transpose();
        let changes = Changes {
            name: input.name,
            department: department.map(decode).transpose()?,
            founded_year: input.founded_year.into(),
            papers: papers(input.links, input.documents, input.agreements),
        };
        let outcome = write::update(&caller.app, &caller.actor, id, input.expected_version, changes).await?;
        CommunityPayload::of_change(caller, id, outcome).await
    }

    /// Puts a community into the archive, or takes it out: in the archive it stays readable by its id and slug with
    /// all its history, but stands in no list and no ranking, and accepts no changes, no new practices,
    /// registrations or appointments. Its members and offices stay as they are. For the region's operator.
    async fn community_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which community, and where to.")] input: CommunityArchiveInput,
    ) -> Result<CommunityPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<CommunityId>(&input.community_id)?;
        let outcome =
            write::archive(&caller.app, &caller.actor, id, input.expected_version, input.archived).await?;
        CommunityPayload::of_change(caller, id, outcome).await
    }

    /// Enters a community in the federal registry as of a day, or takes it out. For the federal registrar.
    async fn community_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which community, and since when.")] input: CommunityRegisterInput,
    ) -> Result<CommunityPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<CommunityId>(&input.community_id)?;
        let registered_on = input.registered_on.map_value(|day| day.0).into();
        let outcome =
            write::register(&caller.app, &caller.actor, id, input.expected_version, registered_on).await?;
        CommunityPayload::of_change(caller, id, outcome).await
    }
}
