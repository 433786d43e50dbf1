//! What a batch would do, found out without writing anything: a dry run ends here.
//!
//! Everything is looked up for all rows at once: the number of statements does not depend on the number of rows.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    MemberState, erased_registration,
    ids::{CommunityId, MemberId, MunicipalityId, OrganizationId, PersonId, RegionId},
    member, organization, person,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};

use super::rules::{self, Checked};
use crate::{
    db::{among, rows_with},
    error::{Error, UserError, UserErrorCode},
    registry::member::{
        people,
        rules::{identity, is_open},
    },
    text,
};

/// How a row ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new registration.
    Created(MemberId),
    /// A registration that was changed.
    Updated(MemberId),
    /// A registration that was as the row says.
    Unchanged(MemberId),
    /// Nothing was done, for these faults of the row.
    Rejected(Vec<UserError>),
}

/// Where a batch comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The region in which its registrations lie.
    pub region: RegionId,
    /// The system whose keys the rows bear.
    pub source: &'a str,
    /// The moment of the batch.
    pub at: DateTime<Utc>,
}

/// What is to be written, and how each row ends.
#[derive(Debug, Default)]
pub struct Plan {
    /// By the row's place in the batch.
    pub outcomes: HashMap<usize, Outcome>,
    /// Organizations that were not known yet.
    pub organizations: Vec<organization::Model>,
    /// New persons.
    pub persons: Vec<person::Model>,
    /// Those whose data follow their registrations.
    pub followed: people::Followed,
    /// Registrations as they were and as they will be; those that end come first, so that a person who changes
    /// from one to another is never in force twice.
    pub members: Vec<(Option<member::Model>, member::Model)>,
}

/// Finds out what the rows would do.
///
/// # Errors
/// The database's.
pub async fn plan(
    db: &impl ConnectionTrait,
    origin: Origin<'_>,
    mut rows: Vec<Checked>,
) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    if rows.is_empty() {
        return Ok(plan);
    }
    let known = known(db, origin, &mut rows, &mut plan).await?;
    if rows.is_empty() {
        return Ok(plan);
    }
    let mut places = Organizations::read(db, &rows).await?;
    let (mut changed, mut new) = (Vec::new(), Vec::new());
    for row in rows {
        match known.get(&row.external_id) {
            None => new.push(row),
            Some(old) if is_same(old, &row, places.known(&row)) => {
                plan.outcomes.insert(row.index, Outcome::Unchanged(old.id));
            }
            Some(old) if old.community_id != row.community => {
                let message = "The registration is of another community; end it there, and give the new one a key \
                               of its own.";
                let error = UserError::of("communitySlug", UserErrorCode::Conflict, message);
                plan.outcomes.insert(row.index, Outcome::Rejected(vec![error]));
            }
            Some(old) => changed.push((row, old.clone())),
        }
    }
    if !new.is_empty() {
        new = refuse_erased(db, origin, new, &mut plan).await?;
    }
    let drafts: Vec<_> = new.into_iter().map(|row| Draft::of(&mut places, row)).collect();
    let mut known = People::read(db, &drafts, &changed).await?;
    for (row, old) in changed {
        let organization = places.of(&row);
        known.change(&mut plan, row, old, organization);
    }
    // Whoever ends a registration may begin another in the same batch.
    plan.members.sort_by_key(|(_, new)| new.state == MemberState::Active);
    for draft in drafts {
        known.create(&mut plan, origin, draft);
    }
    let changed = plan.members.iter().filter_map(|(old, new)| Some((old.as_ref()?, new)));
    plan.followed = people::follow(db, origin.region, true, changed).await?;
    plan.organizations = places.new;
    Ok(plan)
}

/// What tells that a registration is as a row said it, before the rest of it is read.
#[derive(FromQueryResult)]
struct Mark {
    id: MemberId,
    external_id: Option<String>,
    version: i32,
    row_digest: Option<Vec<u8>>,
}

/// The registrations that the rows' keys name. Without reading them, it takes out the rows that say what their system
/// said when it made the registration what it is now: most rows of most nights.
async fn known(
    db: &impl ConnectionTrait,
    origin: Origin<'_>,
    rows: &mut Vec<Checked>,
    plan: &mut Plan,
) -> Result<HashMap<String, member::Model>, Error> {
    let marks = member::Entity::find()
        .select_only()
        .columns([
            member::Column::Id,
            member::Column::ExternalId,
            member::Column::Version,
            member::Column::RowDigest,
        ])
        .filter(member::Column::RegionId.eq(origin.region))
        .filter(member::Column::Source.eq(origin.source));
    let keys = rows.iter().map(|row| row.external_id.clone());
    let marks: Vec<Mark> = rows_with(db, marks, member::Column::ExternalId, keys).await?;
    let marks: HashMap<&str, &Mark> =
        marks.iter().filter_map(|mark| Some((mark.external_id.as_deref()?, mark))).collect();
    let mut others = Vec::new();
    rows.retain(|row| match marks.get(row.external_id.as_str()) {
        Some(mark) if mark.row_digest.as_ref() == Some(&row.digest(mark.version)) => {
            plan.outcomes.insert(row.index, Outcome::Unchanged(mark.id));
            false
        }
        found => {
            others.extend(found.map(|mark| mark.id));
            true
        }
    });
    if others.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<member::Model> = rows_with(db, member::Entity::find(), member::Column::Id, others).await?;
    Ok(found.into_iter().filter_map(|row| Some((row.external_id.clone()?, row))).collect())
}

fn is_same(old: &member::Model, row: &Checked, organization: Option<OrganizationId>) -> bool {
    old.community_id == row.community
        && old.municipality_id == row.municipality
        && old.full_name == row.full_name
        && old.email == row.email
        && old.position == row.position
        && old.organization_id == organization
        && (organization.is_some() || row.organization.is_none())
        && old.state == row.state()
        && old.left_on == row.left_on
        && row.joined_on.is_none_or(|day| day == old.joined_on)
}

/// What a registration was called whose person was erased.
#[must_use]
pub fn erased_hash(region: RegionId, source: &str, external_id: &str) -> Vec<u8> {
    Sha256::digest(format!("{}\n{source}\n{external_id}", region.0)).to_vec()
}

async fn refuse_erased(
    db: &impl ConnectionTrait,
    origin: Origin<'_>,
    rows: Vec<Checked>,
    plan: &mut Plan,
) -> Result<Vec<Checked>, Error> {
    // Erasures are few, and most registries have none at all.
    if erased_registration::Entity::find().one(db).await?.is_none() {
        return Ok(rows);
    }
    let hash = |row: &Checked| erased_hash(origin.region, origin.source, &row.external_id);
    let erased = erased_registration::Entity::find();
    let found: Vec<erased_registration::Model> =
        rows_with(db, erased, erased_registration::Column::Hash, rows.iter().map(hash)).await?;
    let found: HashSet<Vec<u8>> = found.into_iter().map(|row| row.hash).collect();
    if found.is_empty() {
        return Ok(rows);
    }
    let (erased, rows) = rows.into_iter().partition::<Vec<_>, _>(|row| found.contains(&hash(row)));
    for row in erased {
        let message = "The person's data were erased on request; end the registration in the source.";
        let error = UserError::of("externalId", UserErrorCode::NotEligible, message);
        plan.outcomes.insert(row.index, Outcome::Rejected(vec![error]));
    }
    Ok(rows)
}

/// The organizations that rows name, and those that come into being by being named.
struct Organizations {
    ids: HashMap<(MunicipalityId, String), OrganizationId>,
    new: Vec<organization::Model>,
}

impl Organizations {
    async fn read(db: &impl ConnectionTrait, rows: &[Checked]) -> Result<Self, Error> {
        let named: HashSet<_> = rows.iter().filter_map(|row| row.organization.clone()).collect();
        let places: HashSet<_> = rows.iter().map(|row| row.municipality).collect();
        let mut ids = HashMap::new();
        if !named.is_empty() {
            let named = organization::Entity::find().filter(among(db, organization::Column::Name, named));
            let found: Vec<organization::Model> =
                rows_with(db, named, organization::Column::MunicipalityId, places).await?;
            ids = found.into_iter().map(|row| ((row.municipality_id, row.name), row.id)).collect();
        }
        Ok(Self { ids, new: Vec::new() })
    }

    /// The row's organization, where it is known already.
    fn known(&self, row: &Checked) -> Option<OrganizationId> {
        self.ids.get(&(row.municipality, row.organization.clone()?)).copied()
    }

    /// The row's organization, which comes into being where it is not known yet.
    fn of(&mut self, row: &Checked) -> Option<OrganizationId> {
        let name = row.organization.clone()?;
        let new = &mut self.new;
        let id = self.ids.entry((row.municipality, name)).or_insert_with_key(|(municipality, name)| {
            let id = OrganizationId::generate();
            let (municipality_id, name) = (*municipality, name.clone());
            new.push(organization::Model { id, municipality_id, name, version: 1, archived_at: None });
            id
        });
        Some(*id)
    }
}

/// A row of a registration that is not known, with what its person is known by.
struct Draft {
    row: Checked,
    organization: Option<OrganizationId>,
    identity: Option<Vec<u8>>,
}

impl Draft {
    fn of(places: &mut Organizations, row: Checked) -> Self {
        let organization = places.of(&row);
        let identity = identity(&row.full_name, row.email.as_deref(), organization);
        Self { row, organization, identity }
    }
}

/// Who is who, and who is registered where.
struct People {
    known: people::Known,
    /// Registrations that await confirmation or are in force.
    open: HashMap<(PersonId, CommunityId), member::Model>,
    /// Those that this batch opens.
    opened: HashSet<(PersonId, CommunityId)>,
}

impl People {
    async fn read(
        db: &impl ConnectionTrait,
        drafts: &[Draft],
        changed: &[(Checked, member::Model)],
    ) -> Result<Self, Error> {
        let identities: HashSet<_> = drafts.iter().filter_map(|draft| draft.identity.clone()).collect();
        let known = people::Known::read(db, identities).await?;
        let reopened = changed.iter().filter(|(row, old)| is_open(row.state()) && !is_open(old.state));
        let persons: HashSet<PersonId> = known.ids().chain(reopened.map(|(_, old)| old.person_id)).collect();
        let mut open = HashMap::new();
        if !persons.is_empty() {
            let opens = member::Entity::find()
                .filter(member::Column::State.is_in([MemberState::Pending, MemberState::Active]));
            let found: Vec<member::Model> = rows_with(db, opens, member::Column::PersonId, persons).await?;
            open = found.into_iter().map(|row| ((row.person_id, row.community_id), row)).collect();
        }
        Ok(Self { known, open, opened: HashSet::new() })
    }

    /// Whether this batch may open a registration; takes the place.
    fn may_open(&mut self, of: (PersonId, CommunityId)) -> Result<(), UserError> {
        if self.open.contains_key(&of) || !self.opened.insert(of) {
            let message = "The same person is registered in this community already, under another key.";
            return Err(UserError::of("externalId", UserErrorCode::Taken, message));
        }
        Ok(())
    }

    fn change(
        &mut self,
        plan: &mut Plan,
        row: Checked,
        old: member::Model,
        organization: Option<OrganizationId>,
    ) {
        let (index, state) = (row.index, row.state());
        let joined_on = row.joined_on.unwrap_or(old.joined_on);
        if row.left_on.is_some_and(|left| left < joined_on) {
            plan.outcomes.insert(index, Outcome::Rejected(vec![rules::left_before_joined()]));
            return;
        }
        let of = (old.person_id, old.community_id);
        if is_open(state) && !is_open(old.state) {
            if let Err(error) = self.may_open(of) {
                plan.outcomes.insert(index, Outcome::Rejected(vec![error]));
                return;
            }
        } else if !is_open(state) && is_open(old.state) {
            self.open.remove(&of);
        }
        let new =
            filled(member::Model { version: old.version + 1, ..old.clone() }, row, organization, joined_on);
        plan.outcomes.insert(index, Outcome::Updated(new.id));
        plan.members.push((Some(old), new));
    }

    fn create(&mut self, plan: &mut Plan, origin: Origin<'_>, draft: Draft) {
        let Draft { row, organization, identity } = draft;
        let (index, state) = (row.index, row.state());
        let today = origin.at.date_naive();
        if row.joined_on.is_none() && row.left_on.is_some() {
            let message = "`joinedOn` is needed for a registration that has ended.";
            let error = UserError::of("joinedOn", UserErrorCode::Invalid, message);
            plan.outcomes.insert(index, Outcome::Rejected(vec![error]));
            return;
        }
        let joined_on = row.joined_on.unwrap_or(today);
        let community = row.community;
        let matched =
            identity.as_ref().and_then(|identity| self.known.find(identity, community, origin.region, false));
        if let Some(person) = matched
            && is_open(state)
        {
            // Handed in by the person before the system told of it: now the system keeps it in step.
            if let Some(old) = self.open.remove(&(person, community)) {
                if old.source.is_none() && old.region_id == origin.region {
                    let new = member::Model {
                        source: Some(origin.source.to_owned()),
                        external_id: Some(row.external_id.clone()),
                        version: old.version + 1,
                        ..old.clone()
                    };
                    let joined_on = row.joined_on.unwrap_or(old.joined_on);
                    let new = filled(new, row, organization, joined_on);
                    self.opened.insert((person, community));
                    plan.outcomes.insert(index, Outcome::Updated(new.id));
                    plan.members.push((Some(old), new));
                    return;
                }
                self.open.insert((person, community), old);
            }
            if let Err(error) = self.may_open((person, community)) {
                plan.outcomes.insert(index, Outcome::Rejected(vec![error]));
                return;
            }
        }
        let person = matched.unwrap_or_else(|| {
            let new =
                people::new(&row.full_name, row.email.as_deref(), row.position.as_deref(), organization);
            let id = new.id;
            plan.persons.push(new);
            if let Some(identity) = identity {
                self.known.enter(identity, id);
            }
            if is_open(state) {
                self.opened.insert((id, community));
            }
            id
        });
        let blank = member::Model {
            id: MemberId::generate(),
            person_id: person,
            community_id: community,
            region_id: origin.region,
            municipality_id: row.municipality,
            organization_id: None,
            position: None,
            full_name: String::new(),
            name_key: String::new(),
            email: None,
            phone: None,
            state,
            joined_on,
            left_on: None,
            source: Some(origin.source.to_owned()),
            external_id: Some(row.external_id.clone()),
            reason: None,
            version: 1,
            erased_at: None,
            row_digest: None,
        };
        let new = filled(blank, row, organization, joined_on);
        plan.outcomes.insert(index, Outcome::Created(new.id));
        plan.members.push((None, new));
    }
}

/// The registration with all that a row says.
fn filled(
    base: member::Model,
    row: Checked,
    organization: Option<OrganizationId>,
    joined_on: chrono::NaiveDate,
) -> member::Model {
    member::Model {
        row_digest: Some(row.digest(base.version)),
        municipality_id: row.municipality,
        organization_id: organization,
        state: row.state(),
        name_key: text::fold(&row.full_name),
        full_name: row.full_name,
        email: row.email,
        position: row.position,
        joined_on,
        left_on: row.left_on,
        reason: None,
        ..base
    }
}
