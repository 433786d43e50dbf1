//! The mutations on institutes, departments and employees: translation only, see `write`, `employees` and `listed`
//! for what they do.

use async_graphql::{Context, Object};
use entity::{
    department,
    ids::{DepartmentId, InstituteId},
    institute,
};

use super::{
    employees::{self, NewEmployee},
    inputs::{
        DepartmentArchiveInput, DepartmentCreateInput, DepartmentPayload, DepartmentUpdateInput,
        EmployeeCreateInput, EmployeePayload, InstituteArchiveInput, InstituteCreateInput, InstitutePayload,
        InstituteUpdateInput,
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
pub struct InstituteMutation;

#[Object]
impl InstituteMutation {
    /// Enters the institute of a region. For the federal registrar.
    async fn institute_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new institute.")] input: InstituteCreateInput,
    ) -> Result<InstitutePayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let outcome = write::create_institute(app, actor, &input.region_code, &input.name).await?;
        Ok(InstitutePayload::of(outcome))
    }

    /// Gives an institute another name. For the federal registrar.
    async fn institute_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: InstituteUpdateInput,
    ) -> Result<InstitutePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<InstituteId>(&input.institute_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::update::<institute::Model>(&caller.app, &caller.actor, id, expected, input.name).await?;
        InstitutePayload::of_change(caller, id, outcome).await
    }

    /// Puts an institute into the archive when none of its departments supervises a living community any more, or
    /// takes it out. For the federal registrar.
    async fn institute_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which institute, and where to.")] input: InstituteArchiveInput,
    ) -> Result<InstitutePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<InstituteId>(&input.institute_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<institute::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        InstitutePayload::of_change(caller, id, outcome).await
    }

    /// Enters a department of an institute. For the region's operator and the federal registrar.
    async fn department_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new department.")] input: DepartmentCreateInput,
    ) -> Result<DepartmentPayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let of = ids::decode::<InstituteId>(&input.institute_id)?;
        let short_name = input.short_name.as_deref();
        Ok(DepartmentPayload::of(write::create_department(app, actor, of, &input.name, short_name).await?))
    }

    /// Gives a department other names. For the region's operator and the federal registrar.
    async fn department_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: DepartmentUpdateInput,
    ) -> Result<DepartmentPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<DepartmentId>(&input.department_id)?;
        let DepartmentUpdateInput { expected_version, name, short_name, .. } = input;
        let short_name = short_name.into();
        let outcome =
            write::update_department(&caller.app, &caller.actor, id, expected_version, name, short_name)
                .await?;
        DepartmentPayload::of_change(caller, id, outcome).await
    }

    /// Puts a department into the archive when it supervises no living community any more, or takes it out. For the
    /// region's operator and the federal registrar.
    async fn department_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which department, and where to.")] input: DepartmentArchiveInput,
    ) -> Result<DepartmentPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<DepartmentId>(&input.department_id)?;
        let expected = input.expected_version;
        let outcome =
            listed::archive::<department::Model>(&caller.app, &caller.actor, id, expected, input.archived)
                .await?;
        DepartmentPayload::of_change(caller, id, outcome).await
    }

    /// Enters an employee of an institute. For the region's operator and the federal registrar.
    async fn employee_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new employee.")] input: EmployeeCreateInput,
    ) -> Result<EmployeePayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let of = ids::decode::<InstituteId>(&input.institute_id)?;
        let EmployeeCreateInput { full_name, email, position, .. } = input;
        let new = NewEmployee { full_name, email, position };
        Ok(EmployeePayload::of(employees::create(app, actor, of, new).await?))
    }
}
