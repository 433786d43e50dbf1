//! Batch loads of institutes and departments.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    department,
    ids::{InstituteId, RegionId},
    institute,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::employees::employed;
use crate::{
    db::{Reader, one_of},
    error::Error,
};

load_by_id! {
    InstituteId => institute,
    DepartmentId => department,
}

/// The institute of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstituteOf(pub RegionId);

impl Loader<InstituteOf> for Reader {
    type Value = institute::Model;
    type Error = Error;

    async fn load(&self, keys: &[InstituteOf]) -> Result<HashMap<InstituteOf, institute::Model>, Error> {
        let rows = institute::Entity::find()
            .filter(one_of(self.db.read(), institute::Column::RegionId, keys.iter().map(|key| key.0)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (InstituteOf(row.region_id), row)).collect())
    }
}

load_counts! {
    /// How many employees an institute has; for a caller who may read them.
    EmployeeCountOf(InstituteId): |_reader| employed(), of person::InstituteId;
}

load_first_pages! {
    /// The first employees of an institute, in the order of their entry; for a caller who may read them.
    FirstEmployeesOf(InstituteId): person where |_reader| employed(),
    of InstituteId by |row| row.institute_id,
    order [Column::Id], descending false;
}

/// The departments of an institute that are not in the archive, in the order of their entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DepartmentsOf(pub InstituteId);

impl Loader<DepartmentsOf> for Reader {
    type Value = Vec<department::Model>;
    type Error = Error;

    async fn load(&self, keys: &[DepartmentsOf]) -> Result<HashMap<DepartmentsOf, Self::Value>, Error> {
        let rows = department::Entity::living()
            .filter(one_of(self.db.read(), department::Column::InstituteId, keys.iter().map(|key| key.0)))
            .order_by_asc(department::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(DepartmentsOf(row.institute_id)).or_default().push(row);
        }
        Ok(found)
    }
}
