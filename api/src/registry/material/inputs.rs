//! The inputs and the payload of the mutations on materials.

use async_graphql::{ID, InputObject};

use super::graphql::Material;
use crate::graphql::payload;

/// A link to be added to a practice.
#[derive(InputObject)]
pub struct MaterialLinkAddInput {
    /// Which practice.
    pub practice_id: ID,
    /// What readers call it, 1 to 300 characters.
    pub title: String,
    /// Where it leads: an http or https address.
    pub url: String,
}

/// What readers shall call a material.
#[derive(InputObject)]
pub struct MaterialRenameInput {
    /// Which material.
    pub material_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// What readers shall call it, 1 to 300 characters. The name of a file stays as it is.
    pub title: String,
}

/// A material to be removed.
#[derive(InputObject)]
pub struct MaterialRemoveInput {
    /// Which material.
    pub material_id: ID,
}

payload!(MaterialPayload { material: Material(material) }, "a material", by MaterialId);
