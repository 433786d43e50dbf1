//! Ratings, and what they add up to for each practice.

use std::collections::BTreeMap;

use entity::{ids::RatingId, rating};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, OrganizationIx, source::at},
    registry::rating::rules::Tally,
};

/// What a practice's own row says of its ratings.
#[derive(Clone, Copy, Default)]
pub(super) struct Summary {
    /// How many gave one star, two, … five.
    pub stars: [i64; 5],
    pub tally: Tally,
}

/// For each practice, in the order of the set.
pub(super) fn summaries(set: &DemoSet) -> Vec<Summary> {
    let mut summaries = vec![Summary::default(); set.practices.len()];
    let mut by_organization = vec![BTreeMap::<OrganizationIx, (i64, i64)>::new(); set.practices.len()];
    for one in &set.ratings {
        if let Some(summary) = summaries.get_mut(one.practice) {
            let place = usize::from(one.stars).checked_sub(1);
            if let Some(count) = place.and_then(|place| summary.stars.get_mut(place)) {
                *count += 1;
            }
        }
        if let Some(organizations) = by_organization.get_mut(one.practice) {
            let (count, stars) = organizations.entry(one.organization).or_default();
            *count += 1;
            *stars += i64::from(one.stars);
        }
    }
    for (summary, organizations) in summaries.iter_mut().zip(by_organization) {
        for (count, stars) in organizations.into_values() {
            summary.tally.add(count, stars);
        }
    }
    summaries
}

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut ids = Series::of::<RatingId>();
    let rows = set.ratings.iter().map(|one| {
        Ok(rating::Model {
            id: ids.next(one.rated_at),
            practice_id: *at(&keys.practices, one.practice, "practice")?,
            person_id: *at(&keys.people, one.person, "person")?,
            organization_id: Some(*at(&keys.organizations, one.organization, "organization")?),
            stars: i32::from(one.stars),
            practice_version: 1,
            comment: one.comment.clone(),
            rated_at: one.rated_at,
            set_aside_at: None,
            set_aside_reason: None,
            finding_id: None,
        })
    });
    tx.insert_all::<rating::Entity>(rows.collect::<Result<_, DemoDataError>>()?).await?;
    Ok(())
}
