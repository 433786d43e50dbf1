//! Who may see whose registration, written anew as it stands in the design, over the rows as they are. Every personal
//! value is a word that is easily found: a mark and three digits.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    Office, PracticeState, ReviewState, Role, appointment, community, expert,
    ids::{CommunityId, OrganizationId, PersonId, PracticeId},
    member, organization, person, practice, practice_author, review,
};
use sea_orm::{EntityTrait, QueryOrder};

use super::scene::Who;
use crate::support::app::TestApp;

/// What personal values begin with, in lower case: names, addresses, telephones, organizations, positions, keys.
pub const MARKS: [&str; 6] = ["тайнова", "secret0", "+70000", "лицей0", "стезя0", "ключ0"];

/// How many digits follow; the first is in the mark.
const DIGITS: usize = 3;

/// The personal values in a text, whatever their case.
pub fn secrets(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let mut found = BTreeSet::new();
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let digits: String = text[at + mark.len()..].chars().take(DIGITS).collect();
            if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                found.insert(format!("{mark}{digits}"));
            }
        }
    }
    found
}

/// All rows that the rule looks at.
pub struct World {
    pub members: Vec<member::Model>,
    pub persons: HashMap<PersonId, person::Model>,
    pub appointments: Vec<appointment::Model>,
    pub communities: Vec<community::Model>,
    pub practices: Vec<practice::Model>,
    pub organizations: HashMap<OrganizationId, organization::Model>,
    pub experts: Vec<expert::Model>,
    pub reviews: Vec<review::Model>,
    authors: Vec<practice_author::Model>,
    today: NaiveDate,
}

impl World {
    pub async fn read(app: &TestApp) -> Self {
        let db = app.rows();
        let persons = person::Entity::find().all(db).await.unwrap();
        let organizations = organization::Entity::find().all(db).await.unwrap();
        Self {
            members: member::Entity::find().all(db).await.unwrap(),
            persons: persons.into_iter().map(|row| (row.id, row)).collect(),
            appointments: appointment::Entity::find().all(db).await.unwrap(),
            communities: community::Entity::find().order_by_asc(community::Column::Id).all(db).await.unwrap(),
            practices: practice::Entity::find().all(db).await.unwrap(),
            organizations: organizations.into_iter().map(|row| (row.id, row)).collect(),
            experts: expert::Entity::find().all(db).await.unwrap(),
            reviews: review::Entity::find().all(db).await.unwrap(),
            authors: practice_author::Entity::find().all(db).await.unwrap(),
            today: app.clock.now().date_naive(),
        }
    }

    /// The offices that somebody holds today.
    pub fn offices(&self, who: &Who) -> Vec<&appointment::Model> {
        let held = |row: &&appointment::Model| {
            Some(row.person_id) == who.person
                && row.since <= self.today
                && row.until.is_none_or(|until| until > self.today)
        };
        self.appointments.iter().filter(held).collect()
    }

    /// Whether somebody has to do with a community's registrations at all: the list is refused to all others.
    pub fn is_within(&self, who: &Who, of: CommunityId) -> bool {
        let region = self.communities.iter().find(|row| row.id == of).map(|row| row.region_id);
        who.is(Role::Auditor)
            || who.serves(Role::RegionalOperator, region)
            || who.serves(Role::Integrator, region)
            || self.offices(who).iter().any(|row| row.community_id == of)
    }

    /// Whether somebody sees a registration by an office or a right, not because it is the own one.
    pub fn is_in_charge(&self, who: &Who, of: &member::Model) -> bool {
        of.erased_at.is_none()
            && (who.is(Role::Auditor)
                || who.serves(Role::RegionalOperator, Some(of.region_id))
                || who.serves(Role::Integrator, Some(of.region_id))
                || self.offices(who).iter().any(|row| {
                    row.community_id == of.community_id
                        && (row.office != Office::CouncilRepresentative
                            || row.municipality_id == Some(of.municipality_id))
                }))
    }

    /// Whether somebody sees a registration.
    pub fn sees(&self, who: &Who, of: &member::Model) -> bool {
        self.is_in_charge(who, of) || (of.erased_at.is_none() && who.person == Some(of.person_id))
    }

    /// Whether somebody sees a practice: by a right, or as an expert who was drawn for it.
    pub fn sees_practice(&self, who: &Who, of: &practice::Model) -> bool {
        let reads = |row: &&review::Model| {
            row.practice_id == of.id
                && Some(row.person_id) == who.person
                && matches!(row.state, ReviewState::Assigned | ReviewState::Finished)
        };
        self.follows_practice(who, of) || self.reviews.iter().any(|row| reads(&row))
    }

    /// Whether the feed tells somebody of a practice.
    fn follows_practice(&self, who: &Who, of: &practice::Model) -> bool {
        let decides = |row: &&appointment::Model| {
            Some(row.community_id) == of.community_id && row.office != Office::CouncilRepresentative
        };
        of.state == PracticeState::Published
            || who.is(Role::Auditor)
            || who.person.is_some_and(|person| self.authors_of(of.id).any(|author| author == person))
            || (of.submitted_at.is_some()
                && (who.is(Role::FederalRegistrar)
                    || who.serves(Role::RegionalOperator, Some(of.region_id))
                    || self.offices(who).iter().any(decides)))
    }

    fn authors_of(&self, of: PracticeId) -> impl Iterator<Item = PersonId> {
        self.authors.iter().filter(move |row| row.practice_id == of).map(|row| row.person_id)
    }

    fn place(&self, of: Option<OrganizationId>) -> &str {
        of.and_then(|id| self.organizations.get(&id)).map_or("", |row| &row.name)
    }

    /// What a registration holds of personal values.
    pub fn of_member(&self, row: &member::Model) -> BTreeSet<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        secrets(&format!(
            "{} {} {} {} {} {}",
            row.full_name,
            text(&row.email),
            text(&row.phone),
            self.place(row.organization_id),
            text(&row.position),
            text(&row.external_id),
        ))
    }

    /// What everybody sees of an office holder or author: neither address nor telephone.
    pub fn of_public(&self, id: PersonId) -> BTreeSet<String> {
        let row = &self.persons[&id];
        let position = row.position.as_deref().unwrap_or_default();
        secrets(&format!("{} {} {position}", row.full_name, self.place(row.organization_id)))
    }

    /// What everybody sees of all office holders, past, present and to come.
    pub fn of_holders(&self) -> BTreeSet<String> {
        self.appointments.iter().flat_map(|row| self.of_public(row.person_id)).collect()
    }

    /// What somebody sees of the authors of practices.
    pub fn of_authors(&self, who: &Who) -> BTreeSet<String> {
        let seen = self.practices.iter().filter(|row| self.sees_practice(who, row));
        seen.flat_map(|row| self.authors_of(row.id)).flat_map(|id| self.of_public(id)).collect()
    }

    /// The same of those that the feed tells of.
    pub fn of_followed_authors(&self, who: &Who) -> BTreeSet<String> {
        let seen = self.practices.iter().filter(|row| self.follows_practice(who, row));
        seen.flat_map(|row| self.authors_of(row.id)).flat_map(|id| self.of_public(id)).collect()
    }

    /// What somebody sees of experts: of all who works with the pools, of themselves the others.
    pub fn of_experts(&self, who: &Who) -> BTreeSet<String> {
        let operates =
            self.communities.iter().any(|row| who.serves(Role::RegionalOperator, Some(row.region_id)));
        let all = operates
            || who.is(Role::Auditor)
            || who.is(Role::FederalRegistrar)
            || self.offices(who).iter().any(|row| row.office == Office::Coordinator);
        let seen = self.experts.iter().filter(|row| all || Some(row.person_id) == who.person);
        seen.flat_map(|row| self.of_public(row.person_id)).collect()
    }

    /// What the registrations hold that are taken.
    pub fn of_members(&self, taken: impl Fn(&member::Model) -> bool) -> BTreeSet<String> {
        self.members.iter().filter(|row| taken(row)).flat_map(|row| self.of_member(row)).collect()
    }
}
