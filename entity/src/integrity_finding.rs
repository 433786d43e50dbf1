//! What a check of ratings and texts has found.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    enums::{FindingCode, FindingState},
    ids::{CommunityId, FindingId, PracticeId},
};

/// A row of `integrity_finding`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "integrity_finding")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// What was looked for.
    pub code: FindingCode,
    /// What makes it the same finding when it is found again: the code and whom or what it concerns. Unique.
    pub key: String,
    /// What became of it.
    pub state: FindingState,
    /// The practice that it concerns; for a copy the later one.
    pub practice_id: Option<PracticeId>,
    /// The practice of which it is nearly a copy.
    pub original_id: Option<PracticeId>,
    /// The community whose practices it concerns.
    pub community_id: Option<CommunityId>,
    /// What was measured, beside the thresholds of that day.
    pub figures: Figures,
    /// How many ratings it concerns (see `integrity_evidence`).
    pub ratings: i64,
    /// When it was found; found anew after a decision, when that was.
    pub found_at: DateTime<Utc>,
    /// When a check has found it the last time.
    pub seen_at: DateTime<Utc>,
    /// When ratings were set aside for it, or it was dismissed.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Figures(pub Vec<Figure>);

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What: `ratings`, `sameStars`, `days` …
    pub name: String,
    /// How much.
    pub value: f64,
    /// From how much on it is found; none for what is told only.
    pub threshold: Option<f64>,
}

/// What narrows a list of findings; all given conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// With one of these codes; empty for any.
    pub codes: Vec<FindingCode>,
    /// In one of these states; empty for any.
    pub states: Vec<FindingState>,
    /// That concern this practice, as a copy or as the original.
    pub practice: Option<PracticeId>,
    /// That concern practices of this community.
    pub community: Option<CommunityId>,
}

impl Entity {
    /// All findings for those who may see them, none for all others.
    pub fn visible(all: bool) -> Select<Self> {
        let select = Self::find();
        if all { select } else { select.filter(Expr::value(false)) }
    }

    /// Findings that match the filter.
    pub fn matching(filter: &Filter) -> Select<Self> {
        let mut condition = Condition::all()
            .add_option(
                filter
                    .practice
                    .map(|id| Condition::any().add(Column::PracticeId.eq(id)).add(Column::OriginalId.eq(id))),
            )
            .add_option(filter.community.map(|id| Column::CommunityId.eq(id)));
        if !filter.codes.is_empty() {
            condition = condition.add(Column::Code.is_in(filter.codes.iter().copied()));
        }
        if !filter.states.is_empty() {
            condition = condition.add(Column::State.is_in(filter.states.iter().copied()));
        }
        Self::find().filter(condition)
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
