//! An office held by a person for a term. History is kept: an appointment is ended, never deleted.

use chrono::NaiveDate;
use sea_orm::{Condition, entity::prelude::*};

use crate::{
    enums::Office,
    ids::{AppointmentId, CommunityId, MunicipalityId, PersonId},
};

/// A row of `appointment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppointmentId,
    /// Who.
    pub person_id: PersonId,
    /// Which office.
    pub office: Office,
    /// Of which community.
    pub community_id: CommunityId,
    /// Which municipality a council representative stands for.
    pub municipality_id: Option<MunicipalityId>,
    /// First day of the term.
    pub since: NaiveDate,
    /// Day on which the term ended (exclusive); none while it runs.
    pub until: Option<NaiveDate>,
    /// Number of the order.
    pub order_number: Option<String>,
    /// Date of the order.
    pub order_date: Option<NaiveDate>,
}

/// In force on the day: begun, and not ended.
pub fn in_force(on: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::Since.lte(on))
        .add(Condition::any().add(Column::Until.is_null()).add(Column::Until.gt(on)))
}

/// Whom an appointment belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Who holds it.
    #[sea_orm(
        belongs_to = "super::person::Entity",
        from = "Column::PersonId",
        to = "super::person::Column::Id"
    )]
    Person,
}

impl Related<super::person::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Person.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
