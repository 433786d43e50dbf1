//! The inputs and payloads of the mutations on institutes, departments and employees.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::graphql::{Department, Employee, Institute};
use crate::graphql::payload;

/// The institute of a region.
#[derive(InputObject)]
pub struct InstituteCreateInput {
    /// Of the region with this ISO 3166-2 code; a region has one institute.
    pub region_code: String,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: String,
}

/// A change of an institute; what is left out stays as it is.
#[derive(InputObject)]
pub struct InstituteUpdateInput {
    /// Which institute.
    pub institute_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: Option<String>,
}

/// An institute to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct InstituteArchiveInput {
    /// Which institute.
    pub institute_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(InstitutePayload { institute: Institute(institute) }, "an institute", by InstituteId);

/// A new department.
#[derive(InputObject)]
pub struct DepartmentCreateInput {
    /// Of which institute.
    pub institute_id: ID,
    /// The name in Russian, one line of 1 to 300 characters; unique in the institute.
    pub name: String,
    /// What it is called in short, one line of up to 100 characters.
    pub short_name: Option<String>,
}

/// A change of a department; what is left out stays as it is.
#[derive(InputObject)]
pub struct DepartmentUpdateInput {
    /// Which department.
    pub department_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters; unique in the institute.
    pub name: Option<String>,
    /// What it is called in short, one line of up to 100 characters; null takes it away.
    pub short_name: MaybeUndefined<String>,
}

/// A department to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct DepartmentArchiveInput {
    /// Which department.
    pub department_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

payload!(DepartmentPayload { department: Department(department) }, "a department", by DepartmentId);

/// A new employee.
#[derive(InputObject)]
pub struct EmployeeCreateInput {
    /// Of which institute.
    pub institute_id: ID,
    /// Surname, name, patronymic: one line of up to 200 characters.
    pub full_name: String,
    /// E-mail address; with the name it tells the person from others of the same name.
    pub email: String,
    /// What the person does there, one line of up to 200 characters.
    pub position: String,
}

payload!(EmployeePayload { employee: Employee(person) }, "an employee");
