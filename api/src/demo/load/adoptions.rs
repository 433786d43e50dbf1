//! Adoptions of practices.

use entity::{AdoptionState, adoption, ids::AdoptionId};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, source::at},
};

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut ids = Series::of::<AdoptionId>();
    let rows = set.adoptions.iter().map(|one| {
        let region = at(&set.communities, one.community, "community")?.region;
        Ok(adoption::Model {
            id: ids.next(one.declared_at),
            practice_id: *at(&keys.practices, one.practice, "practice")?,
            organization_id: *at(&keys.organizations, one.organization, "organization")?,
            community_id: *at(&keys.communities, one.community, "community")?,
            region_id: *at(&keys.regions, region, "region")?,
            declared_by: *at(&keys.people, one.person, "person")?,
            state: match one.confirmed_at {
                Some(_) => AdoptionState::Confirmed,
                None => AdoptionState::Declared,
            },
            adopted_on: one.declared_at.date_naive(),
            result: one.result.clone(),
            declared_at: one.declared_at,
            decided_at: one.confirmed_at,
            reason: None,
        })
    });
    tx.insert_all::<adoption::Entity>(rows.collect::<Result<_, DemoDataError>>()?).await?;
    Ok(())
}
