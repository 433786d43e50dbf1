//! People, their registrations and their offices.

use chrono::{Days, NaiveDate};
use entity::{
    MemberState as State, Office as OfficeName, appointment,
    ids::{AppointmentId, MemberId},
    member, person,
};

use super::{
    LoadError,
    keys::{Keys, Series, start_of},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, MemberState, Office, Workplace, source::at},
    registry::member::rules::identity,
    text::fold,
};

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    tx.insert_all::<person::Entity>(people(set, keys)?).await?;
    tx.insert_all::<member::Entity>(members(set, keys)?).await?;
    tx.insert_all::<appointment::Entity>(appointments(set, keys)?).await?;
    Ok(())
}

fn people(set: &DemoSet, keys: &Keys) -> Result<Vec<person::Model>, DemoDataError> {
    let rows = set.people.iter().zip(&keys.people).map(|(one, &id)| {
        let organization_id = match one.workplace {
            Workplace::Organization(school) => Some(*at(&keys.organizations, school, "organization")?),
            Workplace::Department(unit) => {
                let institute = at(&set.departments, unit, "department")?.institute;
                Some(*at(&keys.offices, institute, "institute")?)
            }
            Workplace::Federation => None,
        };
        let employer = match one.workplace {
            Workplace::Department(unit) => {
                let institute = at(&set.departments, unit, "department")?.institute;
                Some(at(&keys.institutes, institute, "institute"))
            }
            _ => None,
        };
        Ok(person::Model {
            id,
            full_name: one.full_name(),
            email: Some(one.email.clone()),
            phone: None,
            position: Some(one.position.clone()),
            organization_id,
            institute_id: employer.transpose()?.copied(),
            identity: identity(&one.full_name(), Some(&one.email), organization_id),
            erased_at: None,
        })
    });
    rows.collect()
}

fn members(set: &DemoSet, keys: &Keys) -> Result<Vec<member::Model>, DemoDataError> {
    let mut ids = Series::of::<MemberId>();
    // Nothing refers to them by position, so they come in the order in which people joined, as in life.
    let mut list: Vec<_> = set.memberships.iter().collect();
    list.sort_by_key(|one| one.joined_on);
    let rows = list.into_iter().map(|one| {
        let region = at(&set.communities, one.community, "community")?.region;
        let person = at(&set.people, one.person, "person")?;
        Ok(member::Model {
            id: ids.next(start_of(one.joined_on)),
            person_id: *at(&keys.people, one.person, "person")?,
            community_id: *at(&keys.communities, one.community, "community")?,
            region_id: *at(&keys.regions, region, "region")?,
            municipality_id: *at(&keys.municipalities, one.municipality, "municipality")?,
            organization_id: Some(*at(&keys.organizations, one.organization, "organization")?),
            position: Some(one.position.clone()),
            full_name: person.full_name(),
            name_key: fold(&person.full_name()),
            email: Some(person.email.clone()),
            phone: None,
            state: match one.state {
                MemberState::Pending => State::Pending,
                MemberState::Active => State::Active,
                MemberState::Left => State::Left,
            },
            joined_on: one.joined_on,
            left_on: one.left_on,
            source: None,
            external_id: None,
            reason: None,
            version: 1,
            erased_at: None,
            row_digest: None,
        })
    });
    rows.collect()
}

fn appointments(set: &DemoSet, keys: &Keys) -> Result<Vec<appointment::Model>, DemoDataError> {
    let mut ids = Series::of::<AppointmentId>();
    let mut list: Vec<_> = set.appointments.iter().collect();
    list.sort_by_key(|one| one.since);
    let rows = list.into_iter().map(|one| {
        let municipality = one.municipality.map(|town| at(&keys.municipalities, town, "municipality"));
        Ok(appointment::Model {
            id: ids.next(start_of(one.since)),
            person_id: *at(&keys.people, one.person, "person")?,
            office: match one.office {
                Office::Coordinator => OfficeName::Coordinator,
                Office::Chair => OfficeName::Chair,
                Office::PresidiumMember => OfficeName::PresidiumMember,
                Office::CouncilRepresentative => OfficeName::CouncilRepresentative,
            },
            community_id: *at(&keys.communities, one.community, "community")?,
            municipality_id: municipality.transpose()?.copied(),
            since: one.since,
            until: one.until.map(end_after),
            order_number: Some(one.order_number.clone()),
            order_date: Some(one.order_date),
        })
    });
    rows.collect()
}

/// The set names the last day of a term, the table the first day after it.
fn end_after(last: NaiveDate) -> NaiveDate {
    last + Days::new(1)
}
