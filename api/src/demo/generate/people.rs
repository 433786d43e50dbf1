//! People, each a member of one community, and the offices of the communities.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::{
    MemberState, Office, appointment,
    ids::{AppointmentId, MemberId, PersonId},
    member, person,
};
use serde::Deserialize;

use super::{
    Size, load_some,
    places::{BEGINNING, ORGANIZATIONS, Places, dice},
};
use crate::{
    db::Bulk,
    demo::{DemoDataError, dice::Dice, load::keys::Series, source::table},
    error::Error,
    registry::member::rules::identity,
    text::fold,
};

/// Days over which people have joined.
const JOINING: usize = 1_000;
/// Members of a presidium.
const PRESIDIUM: usize = 9;

/// Who there is.
pub(super) struct People {
    /// In the order of the communities.
    pub(super) ids: Vec<PersonId>,
    /// Where each of them works, by its number.
    pub(super) organizations: Vec<u32>,
    /// Of each community its first person, and how many it has.
    pub(super) of: Vec<(usize, usize)>,
}

/// Full names, to be drawn.
pub(super) struct Names {
    surnames: Vec<Pair>,
    patronymics: Vec<Pair>,
    given: Vec<Given>,
}

#[derive(Deserialize)]
struct Pair {
    female: String,
    male: String,
}

#[derive(Deserialize)]
struct Given {
    gender: String,
    name: String,
}

impl Names {
    fn new() -> Result<Self, DemoDataError> {
        Ok(Self {
            surnames: table!("invented/surnames.csv")?,
            patronymics: table!("invented/patronymics.csv")?,
            given: table!("invented/given_names.csv")?,
        })
    }

    fn draw(&self, dice: &mut Dice) -> Result<String, DemoDataError> {
        let given = dice.pick(&self.given, "given names")?;
        let is_woman = given.gender == "female";
        let of = |pair: &Pair| if is_woman { pair.female.clone() } else { pair.male.clone() };
        let surname = of(dice.pick(&self.surnames, "surnames")?);
        let patronymic = of(dice.pick(&self.patronymics, "patronymics")?);
        Ok(format!("{surname} {} {patronymic}", given.name))
    }
}

pub(super) fn plan(size: Size, places: &Places) -> People {
    let mut dice = dice(size, "people");
    let mut series = Series::of::<PersonId>();
    let (mut ids, mut organizations, mut of) = (Vec::new(), Vec::new(), Vec::new());
    let at = start(BEGINNING);
    for (place, count) in places.members.iter().enumerate() {
        of.push((ids.len(), *count));
        let towns = Places::of_region(place / size.communities);
        for _ in 0..*count {
            let town = towns.start + dice.below(towns.len());
            let organization = town * ORGANIZATIONS + dice.below(ORGANIZATIONS);
            ids.push(series.next(at));
            organizations.push(u32::try_from(organization).unwrap_or(u32::MAX));
        }
    }
    People { ids, organizations, of }
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

pub(super) async fn load(
    bulk: &mut Bulk,
    size: Size,
    places: &Places,
    people: &People,
    progress: &impl Fn(usize),
) -> Result<(), super::GenerateError> {
    let names = Names::new()?;
    let mut dice = dice(size, "names");
    let mut members = Series::of::<MemberId>();
    let (mut persons, mut rows) = (Vec::new(), Vec::new());
    for (community, (first, count)) in places.communities.iter().zip(&people.of) {
        for number in *first..first + count {
            let (Some(id), Some(work)) = (people.ids.get(number), people.organizations.get(number)) else {
                continue;
            };
            let organization = places.organizations.get(*work as usize);
            let organization = organization.ok_or_else(|| Error::broken("a person without a workplace"))?;
            let full_name = names.draw(&mut dice)?;
            let email = format!("teacher{number}@example.org");
            let joined_on = BEGINNING + Days::new(dice.below(JOINING) as u64);
            persons.push(person::Model {
                id: *id,
                identity: identity(&full_name, Some(&email), Some(organization.id)),
                full_name: full_name.clone(),
                email: Some(email.clone()),
                phone: None,
                position: Some("учитель".into()),
                organization_id: Some(organization.id),
                institute_id: None,
                erased_at: None,
            });
            rows.push(member::Model {
                id: members.next(start(BEGINNING)),
                person_id: *id,
                community_id: community.id,
                region_id: community.region_id,
                municipality_id: organization.municipality_id,
                organization_id: Some(organization.id),
                position: Some("учитель".into()),
                name_key: fold(&full_name),
                full_name,
                email: Some(email),
                phone: None,
                state: MemberState::Active,
                joined_on,
                left_on: None,
                source: None,
                external_id: None,
                reason: None,
                version: 1,
                erased_at: None,
                row_digest: None,
            });
            if rows.len() >= super::AT_ONCE {
                progress(load_some::<person::Entity>(bulk, &mut persons).await?);
                progress(load_some::<member::Entity>(bulk, &mut rows).await?);
            }
        }
    }
    progress(load_some::<person::Entity>(bulk, &mut persons).await?);
    progress(load_some::<member::Entity>(bulk, &mut rows).await?);
    bulk.load::<appointment::Entity>(offices(places, people)).await?;
    Ok(())
}

/// A coordinator, a chair and a presidium of each community, of its first members.
fn offices(places: &Places, people: &People) -> Vec<appointment::Model> {
    let mut series = Series::of::<AppointmentId>();
    let held = [Office::Coordinator, Office::Chair].into_iter();
    let held: Vec<_> = held.chain(std::iter::repeat_n(Office::PresidiumMember, PRESIDIUM)).collect();
    let mut rows = Vec::new();
    for (community, (first, count)) in places.communities.iter().zip(&people.of) {
        let holders = people.ids.iter().skip(*first).take(*count);
        rows.extend(held.iter().zip(holders).map(|(office, person)| appointment::Model {
            id: series.next(start(BEGINNING)),
            person_id: *person,
            office: *office,
            community_id: community.id,
            municipality_id: None,
            since: BEGINNING,
            until: None,
            order_number: Some("1".into()),
            order_date: Some(BEGINNING),
        }));
    }
    rows
}
