//! A batch of rows: checked, planned, written in one transaction.

use std::collections::HashMap;

use entity::{member, organization, person};
use sea_orm::ConnectionTrait;

use super::{
    directory,
    plan::{self, Origin, Outcome, Plan},
    rules::{self, Row},
};
use crate::{
    db::Tx,
    error::Error,
    registry::{
        governance::endings::{end_offices, end_seats},
        member::{
            ledger::{self, Counts},
            people,
        },
    },
};

/// Checks the rows and finds out what they would do. `places` says under which number a row is known to the caller.
///
/// # Errors
/// The database's.
pub async fn prepare(
    db: &impl ConnectionTrait,
    origin: Origin<'_>,
    rows: &[Row],
    places: impl Fn(usize) -> u64,
) -> Result<Plan, Error> {
    let names = directory::read(db, origin.region).await?;
    let today = origin.at.date_naive();
    let twice = rules::duplicates(rows.iter().map(|row| row.external_id.as_str()));
    let (mut sound, mut rejected) = (Vec::with_capacity(rows.len()), HashMap::new());
    for (index, row) in rows.iter().enumerate() {
        match (rules::check(index, row, &names, today), twice.get(&index)) {
            (Ok(checked), None) => sound.push(checked),
            (checked, twice) => {
                let mut errors = checked.err().unwrap_or_default();
                errors.extend(twice.map(|all| {
                    let places: Vec<_> = all.iter().map(|index| places(*index)).collect();
                    rules::duplicate(&places)
                }));
                rejected.insert(index, Outcome::Rejected(errors));
            }
        }
    }
    let mut plan = plan::plan(db, origin, sound).await?;
    plan.outcomes.extend(rejected);
    Ok(plan)
}

/// Writes a plan that was made in this transaction, after [`ledger::take_turn`]; gives how each row ended.
///
/// # Errors
/// The database's.
pub async fn write(tx: &mut Tx, plan: Plan) -> Result<HashMap<usize, Outcome>, Error> {
    let Plan { outcomes, organizations, persons, followed, members } = plan;
    for row in &organizations {
        tx.record(ledger::brought(row));
    }
    tx.insert_all::<organization::Entity>(organizations).await?;
    tx.insert_all::<person::Entity>(persons).await?;
    tx.upsert_all::<person::Entity>(followed.persons, person::Column::Id).await?;
    people::tell_of(tx, &followed.shown).await?;
    let mut counts = Counts::default();
    let (mut left, mut moved) = (Vec::new(), Vec::new());
    let (mut changed, mut created) = (Vec::new(), Vec::with_capacity(members.len()));
    for (old, new) in members {
        counts.step(new.community_id, old.as_ref().map(|old| old.state), Some(new.state));
        if let Some(old) = &old {
            let of = (old.person_id, old.community_id);
            if old.state != new.state && new.left_on.is_some() {
                left.push(of);
            } else if old.municipality_id != new.municipality_id {
                moved.push(of);
            }
        }
        tx.record(ledger::change(old.as_ref(), &new));
        if old.is_some() { &mut changed } else { &mut created }.push(new);
    }
    // What ends makes room for what begins.
    tx.upsert_all::<member::Entity>(changed, member::Column::Id).await?;
    tx.insert_all::<member::Entity>(created).await?;
    counts.write(tx).await?;
    let today = tx.at().date_naive();
    if !left.is_empty() {
        end_offices(tx, &left, today).await?;
    }
    if !moved.is_empty() {
        end_seats(tx, &moved, today).await?;
    }
    Ok(outcomes)
}
