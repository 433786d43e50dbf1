//! The invented events of the year of which the set tells, entered by the use case through which a chair enters them.

use chrono::NaiveDate;
use entity::{
    EventFormat, EventKind, EventLevel, community,
    member::{self, was_in_force},
};
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
        participants,
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

/// How many participants of an event are registered.
const NAMED: usize = 5;

/// Each community of the region whose figures are real holds two of the events, some of them with its neighbour.
pub(super) async fn enter(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let Some(of) = set.monitorings.last() else { return Ok(()) };
    let rows: Vec<Row> = table!("invented/events.csv")?;
    let communities = community::Entity::find()
        .filter(community::Column::RegionId.eq(*at(&keys.regions, of.region, "region")?))
        .order_by_asc(community::Column::Id)
        .all(tx.db())
        .await?;
    let members = member::Entity::find()
        .filter(member::Column::RegionId.eq(*at(&keys.regions, of.region, "region")?))
        .all(tx.db())
        .await?;
    let pairs = communities.iter().zip(communities.iter().cycle().skip(1));
    for ((place, (one, next)), more) in pairs.enumerate().zip(0_i64..) {
        for row in rows.iter().cycle().skip(place).step_by(3).take(2) {
            let facts = Facts {
                kind: row.kind,
                level: row.level,
                format: row.format,
                title: format!("{} ({})", row.title, one.name),
                starts_on: row.starts_on,
                ends_on: None,
                place: None,
                link: None,
                participants: row.participants.map(|count| count + more),
            };
            let joint = row.joint.iter().map(|_| next.id).collect();
            let beside = Beside { joint, is_another: false };
            let event = done(write::create_in(tx, one, facts, beside, None).await?)?;
            // Of those who took part a few members of the set are named.
            if event.participants.is_some() {
                let held = members.iter().filter(|member| {
                    member.community_id == one.id && was_in_force(member, event.starts_on, event.ends_on)
                });
                let held: Vec<_> = held.take(NAMED).collect();
                done(participants::add_in(tx, event, &held).await?)?;
            }
        }
    }
    Ok(())
}
