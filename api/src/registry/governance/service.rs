//! Reads of offices: their history, and the confirmations of a presidium. All of it is public.

use chrono::NaiveDate;
use entity::{
    Office, appointment,
    ids::{AppointmentId, CommunityId},
    presidium_confirmation::{self, Appointments},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::{
    db::{
        Db,
        keyset::{self, List, Page, Rows},
    },
    error::Error,
};

/// Among how many confirmations of a presidium, the latest first, the one that stands is looked for: each is of
/// other members than the one before, so what comes earlier stands no more.
pub(super) const CONFIRMATIONS: u64 = 50;

/// The appointments to one office, or to all of them.
pub(super) fn appointments(office: Option<Office>) -> Select<appointment::Entity> {
    let select = appointment::Entity::find();
    match office {
        Some(office) => select.filter(appointment::Column::Office.eq(office)),
        None => select,
    }
}

/// A page of a community's appointments, those of the latest terms first.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    of: CommunityId,
    office: Option<Office>,
    list: List,
    page: &Page,
) -> Result<Rows<appointment::Model>, Error> {
    let select = appointments(office).filter(appointment::Column::CommunityId.eq(of));
    let columns = (appointment::Column::Since, appointment::Column::Id);
    keyset::read::<_, (NaiveDate, AppointmentId)>(db.read(), select, columns, true, list, page).await
}

/// The latest of these confirmations that is of exactly these members: whoever joined or left since, the presidium
/// is not confirmed.
pub(super) fn standing<'a>(
    mut latest_first: impl Iterator<Item = &'a presidium_confirmation::Model>,
    members: &Appointments,
) -> Option<&'a presidium_confirmation::Model> {
    latest_first.find(|row| row.appointments == *members)
}

/// The confirmation that stands on a day, of the presidium with these members.
///
/// # Errors
/// The database's.
pub async fn confirmation(
    db: &impl ConnectionTrait,
    of: CommunityId,
    members: &Appointments,
    on: NaiveDate,
) -> Result<Option<presidium_confirmation::Model>, Error> {
    use presidium_confirmation::Column;
    let rows = presidium_confirmation::Entity::find()
        .filter(Column::CommunityId.eq(of))
        .filter(Column::ConfirmedOn.lte(on))
        .order_by_desc(Column::ConfirmedOn)
        .order_by_desc(Column::Id)
        .limit(CONFIRMATIONS)
        .all(db)
        .await?;
    Ok(standing(rows.iter(), members).cloned())
}
