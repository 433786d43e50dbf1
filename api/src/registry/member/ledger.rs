//! What every change of registrations has in common: the region's turn, the count of the community, the entry in the
//! journal.

use std::collections::BTreeMap;

use entity::{
    MemberState, community,
    ids::{CommunityId, RegionId},
    member, organization, region,
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{CaseStatement, Expr, LockType},
};
use serde_json::{Map, Value, json};

use crate::{
    db::{Change, Tx},
    error::Error,
};

/// Waits until nobody else changes registrations of the region, and keeps the turn until the transaction ends: what
/// was found out about persons and registrations in it holds until it is written.
///
/// # Errors
/// `NOT_FOUND`, or the database's.
pub async fn take_turn(tx: &Tx, region: RegionId) -> Result<(), Error> {
    let row = region::Entity::find_by_id(region).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    row.map(|_| ()).ok_or_else(|| Error::not_found("region"))
}

/// By how much the numbers of registrations in force change, by community.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<CommunityId, i64>);

impl Counts {
    /// A registration of this community that was in one state and is in another now.
    pub fn step(&mut self, of: CommunityId, from: Option<MemberState>, to: Option<MemberState>) {
        let counted = |state| i64::from(state == Some(MemberState::Active));
        *self.0.entry(of).or_default() += counted(to) - counted(from);
    }

    /// Writes them: one statement, whatever the number of communities; none where nothing changes.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(self, tx: &Tx) -> Result<(), Error> {
        let changed: Vec<_> = self.0.into_iter().filter(|(_, by)| *by != 0).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let by = changed.iter().fold(CaseStatement::new(), |case, (id, by)| {
            case.case(community::Column::Id.eq(*id), Expr::val(*by))
        });
        community::Entity::update_many()
            .col_expr(
                community::Column::MemberCount,
                Expr::col(community::Column::MemberCount).add(by.finally(0_i64)),
            )
            .filter(community::Column::Id.is_in(changed.into_iter().map(|(id, _)| id)))
            .exec(tx.db())
            .await?;
        Ok(())
    }
}

/// The journal's entry of a changed registration: without personal data, which an erasure could not reach there.
/// Of name, address, workplace it tells only that they changed.
#[must_use]
pub fn change(old: Option<&member::Model>, new: &member::Model) -> Change {
    let after = match old {
        None => told(new),
        Some(old) => {
            let mut after = told(new);
            let changed: Vec<_> = [
                ("fullName", old.full_name != new.full_name),
                ("email", old.email != new.email),
                ("phone", old.phone != new.phone),
                ("organization", old.organization_id != new.organization_id),
                ("position", old.position != new.position),
                ("source", (&old.source, &old.external_id) != (&new.source, &new.external_id)),
                ("erased", old.erased_at != new.erased_at),
            ]
            .into_iter()
            .filter_map(|(name, changed)| changed.then_some(name))
            .collect();
            if !changed.is_empty() {
                after.insert("changed".into(), json!(changed));
            }
            after
        }
    };
    Change::of(new.id, old.map(|old| Value::Object(told(old))), Some(Value::Object(after)))
        .within(new.region_id, Some(new.community_id))
}

/// The journal's entry of an organization that a registration brought in: without its name, which says where somebody
/// works, and which an erasure may have to reach.
#[must_use]
pub fn brought(row: &organization::Model) -> Change {
    Change::of(row.id, None, Some(json!({ "municipality": row.municipality_id })))
}

fn told(row: &member::Model) -> Map<String, Value> {
    let mut told = Map::new();
    told.insert("state".into(), json!(row.state));
    told.insert("municipality".into(), json!(row.municipality_id));
    told.insert("joinedOn".into(), json!(row.joined_on));
    if let Some(left_on) = row.left_on {
        told.insert("leftOn".into(), json!(left_on));
    }
    told
}
