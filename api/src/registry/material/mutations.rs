//! The mutations on materials: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{MaterialId, PracticeId};

use super::{
    inputs::{MaterialLinkAddInput, MaterialPayload, MaterialRemoveInput, MaterialRenameInput},
    write,
};
use crate::{
    error::Error,
    graphql::{Caller, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct MaterialMutation;

#[Object]
impl MaterialMutation {
    /// Adds a link to a practice, behind its other materials. For its authors, while it is `DRAFT` or `RETURNED`. Files
    /// are added by `POST /practices/{practiceId}/materials`, as `multipart/form-data` with the parts `file` and, where
    /// it shall not be called by its name, `title`. A practice has at most 20 materials.
    async fn material_link_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To which practice, and where the link leads.")] input: MaterialLinkAddInput,
    ) -> Result<MaterialPayload, Error> {
        let caller = Caller::of(ctx)?;
        let to = ids::decode::<PracticeId>(&input.practice_id)?;
        let outcome = write::add_link(&caller.app, &caller.actor, to, &input.title, &input.url).await?;
        Ok(MaterialPayload::of(outcome))
    }

    /// Changes what readers call a material. For the practice's authors, while it is `DRAFT` or `RETURNED`.
    async fn material_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which material, and its new title.")] input: MaterialRenameInput,
    ) -> Result<MaterialPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MaterialId>(&input.material_id)?;
        let outcome =
            write::rename(&caller.app, &caller.actor, id, input.expected_version, &input.title).await?;
        MaterialPayload::of_change(caller, id, outcome).await
    }

    /// Takes a material away from a practice. For its authors, while it is `DRAFT` or `RETURNED`. What was there when
    /// the practice was submitted stays to be seen by its authors and those who decided on it, by its id; what only its
    /// authors have seen is deleted with its file.
    async fn material_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which material.")] input: MaterialRemoveInput,
    ) -> Result<MaterialPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MaterialId>(&input.material_id)?;
        let outcome = write::remove(&caller.app, &caller.actor, id).await?;
        MaterialPayload::of_change(caller, id, outcome).await
    }
}
