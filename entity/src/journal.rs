//! The journal: one row per change, written in the change's own transaction, never edited.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

use crate::ids::{AccountId, CommunityId, RegionId};

/// A row of `journal`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "journal")]
pub struct Model {
    /// Position: without gaps and in the order of commits (see `counter`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none where the system itself acted.
    pub account_id: Option<AccountId>,
    /// What was done, e.g. `practice.publish`.
    pub action: String,
    /// The kind of thing that changed, by its id's prefix.
    pub subject_type: String,
    /// The thing that changed.
    pub subject_id: Uuid,
    /// The region in whose scope the change lies.
    pub region_id: Option<RegionId>,
    /// The community in whose scope the change lies.
    pub community_id: Option<CommunityId>,
    /// What was there, of what changed.
    pub before: Option<Json>,
    /// What is there now.
    pub after: Option<Json>,
    /// The request that did it.
    pub request_id: Option<String>,
    /// Read by the auditor alone: a draft's text, who rated what.
    pub confidential: bool,
}

/// Whose changes a caller may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All (auditor).
    pub all: bool,
    /// Those of these regions (operator).
    pub regions: Vec<RegionId>,
    /// Those of these communities (coordinator).
    pub communities: Vec<CommunityId>,
}

impl Visible {
    /// Whether nothing at all is visible.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.all && self.regions.is_empty() && self.communities.is_empty()
    }
}

impl Entity {
    /// Changes that the caller may read; confidential ones only with all.
    pub fn visible(to: &Visible) -> Select<Self> {
        if to.all {
            return Self::find();
        }
        let mut any = Condition::any().add(Expr::value(false));
        if !to.regions.is_empty() {
            any = any.add(Column::RegionId.is_in(to.regions.iter().copied()));
        }
        if !to.communities.is_empty() {
            any = any.add(Column::CommunityId.is_in(to.communities.iter().copied()));
        }
        Self::find().filter(any).filter(Column::Confidential.eq(false))
    }
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
