//! Those who take part in rankings.

use std::{cmp::Reverse, sync::Arc};

use chrono::{DateTime, Utc};
use entity::ids::{ProfileId, RegionId};
use uuid::Uuid;

use crate::registry::assessment::rules::Judgement;

/// Somebody or something that takes part in rankings: what is the same in all periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub id: Uuid,
    /// Its region, by which it is filtered; none for regions themselves.
    pub region: Option<RegionId>,
    /// Its profile, by which it is filtered.
    pub profile: Option<ProfileId>,
    /// Since when it takes part at all.
    pub since: DateTime<Utc>,
    /// A name, or a number in the registry.
    pub name: Box<str>,
    /// By what names are put in order; none where that is the name itself.
    pub sort_key: Option<Box<[u8]>>,
}

/// A subject with its figures in a period, before its score is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    /// Whose they are; shared by the periods that were read of it.
    pub subject: Arc<Subject>,
    /// The two figures of which the score is made; which ones depends on the method.
    pub figures: [i64; 2],
    /// How many organizations or experts stand behind it, where that comes before all else among equals: more is better.
    pub count: Option<i64>,
    /// What experts found, where the method goes by it.
    pub judged: Box<[Judgement]>,
}

impl Entrant {
    /// Orders equals: the smaller stands first.
    #[must_use]
    pub fn order(&self) -> (Reverse<Option<i64>>, DateTime<Utc>) {
        (Reverse(self.count), self.subject.since)
    }

    /// Orders those who are still equal then, which are few. The id comes last, so that the order is strict.
    #[must_use]
    pub fn last_order(&self) -> (&[u8], Uuid) {
        let subject = &*self.subject;
        (subject.sort_key.as_deref().unwrap_or(subject.name.as_bytes()), subject.id)
    }

    /// The tie-breakers as they are shown.
    #[must_use]
    pub fn ties(&self) -> Vec<String> {
        let day = self.subject.since.date_naive().to_string();
        let shown =
            [self.count.map(|count| count.to_string()), Some(day), Some(self.subject.name.to_string())];
        shown.into_iter().flatten().collect()
    }
}
