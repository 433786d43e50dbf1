//! A version of the rubric by which experts assess. Never changed, and never deleted.

use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

use crate::ids::RubricId;

/// A row of `rubric`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rubric")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RubricId,
    /// 1, 2, 3 …
    pub version: i32,
    /// It holds for the reviews that are assigned from this moment on, until a higher version does.
    pub effective_from: DateTime<Utc>,
}

impl Entity {
    /// The version by which what was assigned at this moment is assessed.
    pub fn in_force(at: DateTime<Utc>) -> Select<Self> {
        Self::find().filter(Column::EffectiveFrom.lte(at)).order_by_desc(Column::Version).limit(1)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
