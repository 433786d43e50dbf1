//! The confirmation of a presidium as a whole. It holds for those who were confirmed: whoever joins or leaves,
//! the presidium is to be confirmed again.

use chrono::NaiveDate;
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::ids::{AppointmentId, CommunityId, ConfirmationId};

/// A row of `presidium_confirmation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presidium_confirmation")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConfirmationId,
    /// Whose presidium.
    pub community_id: CommunityId,
    /// On which day.
    pub confirmed_on: NaiveDate,
    /// Number of the order.
    pub order_number: Option<String>,
    /// Date of the order.
    pub order_date: Option<NaiveDate>,
    /// The appointments that were confirmed.
    pub appointments: Appointments,
}

/// Which appointments, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Appointments(pub Vec<AppointmentId>);

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
