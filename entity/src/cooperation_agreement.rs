//! A cooperation agreement of a community.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{AgreementId, CommunityId};

/// A row of `cooperation_agreement`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cooperation_agreement")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// Whose.
    pub community_id: CommunityId,
    /// With whom.
    pub partner: String,
    /// The agreement's own number.
    pub number: Option<String>,
    /// Signed on this day.
    pub signed_on: NaiveDate,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
