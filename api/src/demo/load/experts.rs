//! The pool of experts.

use entity::{expert, ids::ExpertId};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, source::at},
};

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut ids = Series::of::<ExpertId>();
    let rows = set.experts.iter().map(|one| {
        let community = at(&set.communities, one.community, "community")?;
        Ok(expert::Model {
            id: ids.next(one.nominated_at),
            person_id: *at(&keys.people, one.person, "person")?,
            profile_id: *at(&keys.profiles, community.profile, "profile")?,
            community_id: *at(&keys.communities, one.community, "community")?,
            region_id: *at(&keys.regions, community.region, "region")?,
            nominated_by: None,
            nominated_at: one.nominated_at,
            consented_at: Some(one.consented_at),
            load_limit: one.load_limit,
            ended_at: None,
        })
    });
    tx.insert_all::<expert::Entity>(rows.collect::<Result<_, DemoDataError>>()?).await?;
    Ok(())
}
