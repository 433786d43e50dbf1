//! Institutes and departments in the schema.

use async_graphql::{Context, ID, Object};
use entity::{department, institute};

use super::loader::DepartmentsOf;
use crate::{
    error::Error,
    graphql::{Caller, ids},
    registry::region::graphql::{Region, region_of},
};

/// A regional operator.
#[derive(Clone)]
pub struct Institute(pub institute::Model);

/// A regional operator: the institute that looks after its region's communities.
#[Object]
impl Institute {
    /// The institute's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The region that it serves.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.0.region_id).await
    }
    /// Its departments (an institute has a few dozen at most), in the order of their entry.
    async fn departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(DepartmentsOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Department).collect())
    }
}

/// A unit of an institute.
#[derive(Clone)]
pub struct Department(pub department::Model);

/// A unit of an institute: supervises communities, and may own practices itself.
#[Object]
impl Department {
    /// The department's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The name, in Russian.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// What it is called in short, e.g. «ЦНППМ».
    async fn short_name(&self) -> Option<&str> {
        self.0.short_name.as_deref()
    }
    /// The institute of which it is a unit.
    async fn institute(&self, ctx: &Context<'_>) -> Result<Institute, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.institute_id).await?;
        found.map(Institute).ok_or_else(|| Error::broken("a department without its institute"))
    }
}
