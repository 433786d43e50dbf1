//! Ending what somebody can hold no longer: for the use cases by which a person leaves a community, moves to
//! another municipality, or is erased. They take part in those use cases' transactions.
//!
//! The caller has locked the registrations that end or move, and the person who is erased: whoever appoints locks
//! them first, too, so that no appointment comes in between. Here the communities are locked, in the order of their
//! ids, and then the appointments are changed. A caller that keeps the communities' counts does so afterwards.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    Office, appointment, community,
    ids::{CommunityId, PersonId, RegionId},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use super::write::{change, told};
use crate::{db::Tx, error::Error};

/// Pairs, or ids, in one statement at most; a pair is two parameters.
const AT_ONCE: usize = 4_000;

/// Ends on the day `on` all offices that these persons hold, or will hold, as members of these communities: chair,
/// presidium, council. A term that has not begun by then ends before it begins. One statement where they hold none,
/// four otherwise.
///
/// # Errors
/// The database's.
pub async fn end_offices(tx: &mut Tx, left: &[(PersonId, CommunityId)], on: NaiveDate) -> Result<(), Error> {
    end_in(tx, left, &[Office::Chair, Office::PresidiumMember, Office::CouncilRepresentative], on).await
}

/// The same for the council alone: who moves to another municipality represents the former no longer.
///
/// # Errors
/// The database's.
pub async fn end_seats(tx: &mut Tx, moved: &[(PersonId, CommunityId)], on: NaiveDate) -> Result<(), Error> {
    end_in(tx, moved, &[Office::CouncilRepresentative], on).await
}

/// Ends on the day `on` every office that a person holds, or will hold, anywhere.
///
/// # Errors
/// The database's.
pub async fn end_all_of(tx: &mut Tx, person: PersonId, on: NaiveDate) -> Result<(), Error> {
    end(tx, Condition::all().add(appointment::Column::PersonId.eq(person)), |_| true, on).await
}

async fn end_in(
    tx: &mut Tx,
    pairs: &[(PersonId, CommunityId)],
    offices: &[Office],
    on: NaiveDate,
) -> Result<(), Error> {
    use appointment::Column;
    // By community, so that the communities of a later statement come after those of an earlier one.
    let pairs: BTreeSet<_> = pairs.iter().map(|(person, community)| (*community, *person)).collect();
    let pairs: Vec<_> = pairs.into_iter().collect();
    for chunk in pairs.chunks(AT_ONCE) {
        let wanted: HashSet<_> = chunk.iter().copied().collect();
        let persons: HashSet<_> = chunk.iter().map(|(_, person)| *person).collect();
        let communities: HashSet<_> = chunk.iter().map(|(community, _)| *community).collect();
        let of_them = Condition::all()
            .add(Column::PersonId.is_in(persons))
            .add(Column::CommunityId.is_in(communities))
            .add(Column::Office.is_in(offices.iter().copied()));
        end(tx, of_them, |row| wanted.contains(&(row.community_id, row.person_id)), on).await?;
    }
    Ok(())
}

async fn end(
    tx: &mut Tx,
    which: Condition,
    wanted: impl Fn(&appointment::Model) -> bool,
    on: NaiveDate,
) -> Result<(), Error> {
    use appointment::Column;
    // Not ended by the day, and not ended before they begin.
    let runs = Column::Until
        .is_null()
        .or(Column::Until.gt(on).and(Expr::col(Column::Until).gt(Expr::col(Column::Since))));
    let select = appointment::Entity::find().filter(which).filter(runs).order_by_asc(Column::Id);
    let seen = select.clone().all(tx.db()).await?;
    let communities: BTreeSet<_> =
        seen.iter().filter(|row| wanted(row)).map(|row| row.community_id).collect();
    if communities.is_empty() {
        return Ok(());
    }
    let regions = lock(tx, communities).await?;
    // Again: somebody may have ended one meanwhile.
    let mut rows = select.all(tx.db()).await?;
    rows.retain(|row| wanted(row) && regions.contains_key(&row.community_id));
    for chunk in rows.chunks(AT_ONCE) {
        let day = Expr::case(Column::Since.gt(on), Expr::col(Column::Since)).finally(Expr::val(on));
        appointment::Entity::update_many()
            .col_expr(Column::Until, day.into())
            .filter(Column::Id.is_in(chunk.iter().map(|row| row.id)))
            .exec(tx.db())
            .await?;
    }
    for row in rows {
        let Some(region) = regions.get(&row.community_id) else { continue };
        let before = told(&row);
        let ended = appointment::Model { until: Some(Ord::max(on, row.since)), ..row };
        tx.record(change(&ended, *region, Some(before)));
    }
    Ok(())
}

/// Locks the communities against whoever decides about their offices; gives their regions.
async fn lock(tx: &Tx, communities: BTreeSet<CommunityId>) -> Result<HashMap<CommunityId, RegionId>, Error> {
    let mut regions = HashMap::new();
    let communities: Vec<_> = communities.into_iter().collect();
    for chunk in communities.chunks(AT_ONCE) {
        let rows = community::Entity::find()
            .filter(community::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(community::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(tx.db())
            .await?;
        regions.extend(rows.into_iter().map(|row| (row.id, row.region_id)));
    }
    Ok(regions)
}
