//! A human being. The name is personal data: see the policy for who reads it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{InstituteId, OrganizationId, PersonId};

/// A row of `person`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Surname, name, patronymic.
    pub full_name: String,
    /// Personal data.
    pub email: Option<String>,
    /// Personal data.
    pub phone: Option<String>,
    /// What the person does at the organization.
    pub position: Option<String>,
    /// Where the person works.
    pub organization_id: Option<OrganizationId>,
    /// The institute whose employee the person is.
    pub institute_id: Option<InstituteId>,
    /// By what the same person is known again: a digest of name and address, or of name and workplace.
    pub identity: Option<Vec<u8>>,
    /// Since when the personal data are gone.
    pub erased_at: Option<DateTime<Utc>>,
}

/// Whom a person belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Where the person works.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
