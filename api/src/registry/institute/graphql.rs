//! Institutes, departments and employees in the schema.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{department, institute, person};

use super::{
    employees,
    loader::{DepartmentsOf, EmployeeCountOf, FirstEmployeesOf},
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
    },
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
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// Its departments (an institute has a few dozen at most), in the order of their entry; without those in the
    /// archive.
    async fn departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>, Error> {
        let rows = Caller::of(ctx)?.loader.load_one(DepartmentsOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Department).collect())
    }
    /// Its employees, in the order of their entry. Only for the region's operator, the federal registrar and the
    /// auditor; `FORBIDDEN` for all others.
    async fn employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<EmployeeConnection, Error> {
        let (caller, of) = (Caller::of(ctx)?, self.0.id);
        let page = Page::new(first, after, last, before)?;
        employees::may_read(&caller.actor, self.0.region_id)?;
        let list = List::of("employees", &of);
        let rest = || employees::list(&caller.app.db, of, list, &page);
        let rows = rows_of_parent(caller, &page, |first| FirstEmployeesOf(of, first), rest).await?;
        let total = total_of_parent(ctx, EmployeeCountOf(of)).await?;
        Ok(EmployeeConnection(Slice::counted(list, rows, |row| row.id, Employee, total)?))
    }
}

/// An employee of an institute.
#[derive(Clone)]
pub struct Employee(pub person::Model);

connection!(EmployeeConnection, EmployeeEdge, Employee, "employees, in the order of their entry");

/// An employee of an institute, with personal data: seen by those who keep the institute's employees and by the
/// auditor.
#[Object]
impl Employee {
    /// The person's id. Pass it as `employeeId`.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Surname, name, patronymic.
    async fn name(&self) -> &str {
        &self.0.full_name
    }
    /// What the person does there.
    async fn position(&self) -> Option<&str> {
        self.0.position.as_deref()
    }
    /// E-mail address, where known.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }
    /// The institute.
    async fn institute(&self, ctx: &Context<'_>) -> Result<Institute, Error> {
        let missing = || Error::broken("an employee without an institute");
        let of = self.0.institute_id.ok_or_else(missing)?;
        Caller::of(ctx)?.loader.load_one(of).await?.map(Institute).ok_or_else(missing)
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
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Since when it is in the archive: nothing new can refer to it; null while it is not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
}
