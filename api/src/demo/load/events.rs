//! The invented events of the year of which the set tells, entered by the use case through which a chair enters them.

use chrono::NaiveDate;
use entity::{EventFormat, EventKind, EventLevel, community};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::{LoadError, keys::Keys, monitoring::done};
use crate::{
    db::Tx,
    demo::{
        DemoSet,
        source::{at, table},
    },
    registry::event::{
        rules::Facts,
        write::{self, Beside},
    },
};

#[derive(Clone, Deserialize)]
struct Row {
    kind: EventKind,
    level: EventLevel,
    format: EventFormat,
    title: String,
    starts_on: NaiveDate,
    participants: Option<i64>,
    joint: Option<String>,
}

/// Each community of the region whose figures are real holds two of the events, some of them with its neighbour.
pub(super) async fn enter(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let Some(of) = set.monitorings.last() else { return Ok(()) };
    let rows: Vec<Row> = table!("invented/events.csv")?;
    let communities = community::Entity::find()
        .filter(community::Column::RegionId.eq(*at(&keys.regions, of.region, "region")?))
        .order_by_asc(community::Column::Id)
        .all(tx.db())
        .await?;
    let pairs = communities.iter().zip(communities.iter().cycle().skip(1));
    for (place, (one, next)) in pairs.enumerate() {
        for row in rows.iter().cycle().skip(place).step_by(3).take(2) {
            let facts = Facts {
                kind: row.kind,
                level: row.level,
                format: row.format,
                title: row.title.clone(),
                starts_on: row.starts_on,
                ends_on: None,
                place: None,
                link: None,
                participants: row.participants,
            };
            let joint = row.joint.iter().map(|_| next.id).collect();
            let beside = Beside { joint, is_another: false };
            done(write::create_in(tx, one, facts, beside, None).await?)?;
        }
    }
    Ok(())
}
