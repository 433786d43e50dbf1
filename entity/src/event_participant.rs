//! A member who took part in an event. Personal data: found by those who may see the member's registration.

use chrono::{DateTime, Utc};
use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*};

use crate::{
    ids::{EventId, EventParticipantId, MemberId, PersonId},
    member,
};

/// A row of `event_participant`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_participant")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventParticipantId,
    /// In which event.
    pub event_id: EventId,
    /// Who: once in an event.
    pub person_id: PersonId,
    /// By which registration in a community.
    pub member_id: MemberId,
    /// When that was entered.
    pub registered_at: DateTime<Utc>,
}

impl Entity {
    /// The participants whose registrations the caller may see.
    pub fn visible(to: &member::Visible) -> Select<Self> {
        let seen = member::Entity::visible(to).select_only().column(member::Column::Id);
        Self::find().filter(Column::MemberId.in_subquery(seen.into_query()))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
