//! A draw of experts, with all that is needed to do it again. Kept for ever.

use chrono::{DateTime, Utc};
use sea_orm::{FromJsonQueryResult, entity::prelude::*, sea_query::Query};
use serde::{Deserialize, Serialize};

use crate::{
    enums::{ExclusionReason, Purpose},
    ids::{AccountId, ExpertId, PracticeId, ProfileId, ReviewDrawId},
    practice, review,
};

/// A row of `review_draw`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_draw")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewDrawId,
    /// For which practice.
    pub practice_id: PracticeId,
    /// For which edition of its text, by the practice's version that was handed in.
    pub edition: i32,
    /// From the pool of which profile.
    pub profile_id: ProfileId,
    /// What for.
    pub purpose: Purpose,
    /// How many experts were asked for.
    pub asked: i32,
    /// By which version of the algorithm.
    pub algorithm: i32,
    /// 256 random bits, in 64 hexadecimal digits of lower case.
    pub seed: String,
    /// Those among whom was drawn, in the order of their ids.
    #[sea_orm(column_type = "JsonBinary")]
    pub pool: Experts,
    /// Those of the profile among whom was not, and why; in the order of their ids.
    #[sea_orm(column_type = "JsonBinary")]
    pub exclusions: Exclusions,
    /// Who was drawn, in the order of the draw.
    #[sea_orm(column_type = "JsonBinary")]
    pub drawn: Experts,
    /// By whose account; none where the registry itself did it.
    pub drawn_by: Option<AccountId>,
    /// When.
    pub drawn_at: DateTime<Utc>,
}

/// Experts in an order, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Experts(pub Vec<ExpertId>);

/// Experts who take no part in a draw, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Exclusions(pub Vec<Exclusion>);

/// An expert who takes no part in a draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Who.
    pub expert: ExpertId,
    /// All the reasons there are; never empty.
    pub reasons: Vec<ExclusionReason>,
}

impl Entity {
    /// The draws for practices whose reviews the caller manages.
    pub fn visible(to: &review::Visible) -> Select<Self> {
        use practice::Column as Of;
        let practices = Query::select()
            .column(Of::Id)
            .from(practice::Entity)
            .cond_where(to.managed(Of::Id, Of::CommunityId, Of::RegionId))
            .to_owned();
        Self::find().filter(Column::PracticeId.in_subquery(practices))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
