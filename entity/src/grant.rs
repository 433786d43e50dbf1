//! An explicit right: role × scope × validity. The rights of offices and of membership are not
//! copied here; they follow from `appointment` and `member` and end with them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    enums::Role,
    ids::{AccountId, GrantId, ProfileId, RegionId},
};

/// A row of `access_grant`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// To whom.
    pub account_id: AccountId,
    /// What it lets do.
    pub role: Role,
    /// The region within which it holds (operator, integrator).
    pub region_id: Option<RegionId>,
    /// The profile within which it holds (expert).
    pub profile_id: Option<ProfileId>,
    /// From when.
    pub valid_from: DateTime<Utc>,
    /// Until when (exclusive); none is open-ended.
    pub valid_until: Option<DateTime<Utc>>,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
