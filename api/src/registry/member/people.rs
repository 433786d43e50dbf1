//! The persons behind registrations: known again by their identity, and followers of what is registered of them.

use std::collections::{HashMap, HashSet};

use entity::{
    account, appointment, community,
    ids::{CommunityId, OrganizationId, PersonId, RegionId},
    member, person, practice, practice_author,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde_json::json;

use super::rules::identity;
use crate::{
    db::{Change, Tx, rows_with},
    error::Error,
};

/// Somebody who was not known yet.
#[must_use]
pub fn new(
    name: &str,
    email: Option<&str>,
    position: Option<&str>,
    organization: Option<OrganizationId>,
) -> person::Model {
    person::Model {
        id: PersonId::generate(),
        full_name: name.to_owned(),
        email: email.map(ToOwned::to_owned),
        phone: None,
        position: position.map(ToOwned::to_owned),
        organization_id: organization,
        institute_id: None,
        identity: identity(name, email, organization),
        erased_at: None,
    }
}

/// Who is known by which identity.
///
/// Name and address prove nothing: whoever gives them gets to see nothing by it. So nobody is taken for an employee. For
/// somebody with an account, to whom the registration is shown from then on, one is taken only where that person is
/// registered in the community already, or where the region's own systems vouch for it: they keep a registration of
/// it in step.
#[derive(Debug, Default)]
pub struct Known {
    /// By identity, the oldest first.
    persons: HashMap<Vec<u8>, Vec<PersonId>>,
    /// Who can sign in.
    with_account: HashSet<PersonId>,
    /// Who is, or was, registered where.
    registered: HashMap<PersonId, HashSet<(RegionId, CommunityId)>>,
    /// For whom which region's systems vouch.
    vouched: HashSet<(PersonId, RegionId)>,
}

impl Known {
    /// The persons of these identities. Three statements, or none.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(
        db: &impl ConnectionTrait,
        identities: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<Self, Error> {
        let mut identities = identities.into_iter().peekable();
        if identities.peek().is_none() {
            return Ok(Self::default());
        }
        let persons = person::Entity::find().filter(person::Column::InstituteId.is_null());
        let mut found: Vec<person::Model> =
            rows_with(db, persons, person::Column::Identity, identities).await?;
        found.sort_unstable_by_key(|row| row.id);
        let ids: Vec<_> = found.iter().map(|row| row.id).collect();
        let accounts = account::Entity::find().filter(account::Column::ClosedAt.is_null());
        let accounts: Vec<account::Model> =
            rows_with(db, accounts, account::Column::PersonId, ids.iter().copied()).await?;
        let members: Vec<member::Model> =
            rows_with(db, member::Entity::find(), member::Column::PersonId, ids).await?;
        let mut known = Self {
            with_account: accounts.into_iter().filter_map(|row| row.person_id).collect(),
            ..Self::default()
        };
        for row in members {
            if row.source.is_some() {
                known.vouched.insert((row.person_id, row.region_id));
            }
            known.registered.entry(row.person_id).or_default().insert((row.region_id, row.community_id));
        }
        for row in found {
            known.persons.entry(row.identity.unwrap_or_default()).or_default().push(row.id);
        }
        Ok(known)
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = PersonId> {
        self.persons.values().flatten().copied()
    }

    /// Somebody new, who is known from now on.
    pub fn enter(&mut self, identity: Vec<u8>, id: PersonId) {
        self.persons.entry(identity).or_default().push(id);
    }

    /// Who of this identity registers in a community of a region: somebody who is registered there, or else the oldest
    /// who may be taken for it; `near`: only of those registered in the region.
    #[must_use]
    pub fn find(&self, identity: &[u8], of: CommunityId, region: RegionId, near: bool) -> Option<PersonId> {
        let there = |id: &PersonId| self.places(*id).any(|(_, community)| community == of);
        let free = |id: &PersonId| {
            (!near || self.places(*id).any(|(known, _)| known == region))
                && (!self.with_account.contains(id) || self.vouched.contains(&(*id, region)))
        };
        let all = self.persons.get(identity)?;
        all.iter().find(|id| there(id)).or_else(|| all.iter().find(|id| free(id))).copied()
    }

    fn places(&self, id: PersonId) -> impl Iterator<Item = (RegionId, CommunityId)> {
        self.registered.get(&id).into_iter().flatten().copied()
    }
}

/// Persons that follow their registrations.
#[derive(Debug, Default)]
pub struct Followed {
    /// As they will be.
    pub persons: Vec<person::Model>,
    /// Those of whom everybody sees something else then: see [`tell_of`].
    pub shown: Vec<PersonId>,
}

/// A person's own name and workplace, which everybody sees of office holders and authors, follow a registration that
/// they agreed with before. Not where the person is registered in another region, too: its data are not one region's
/// to change. By what it is known again follows only what `others` say of it: nobody takes somebody else's name and
/// address to be shown what is registered under them. Two statements, or none.
///
/// # Errors
/// The database's.
pub async fn follow<'a>(
    db: &impl ConnectionTrait,
    region: RegionId,
    others: bool,
    changed: impl Iterator<Item = (&'a member::Model, &'a member::Model)>,
) -> Result<Followed, Error> {
    let differs = |old: &member::Model, new: &member::Model| {
        old.full_name != new.full_name
            || old.email != new.email
            || old.phone != new.phone
            || old.organization_id != new.organization_id
            || old.position != new.position
    };
    let changed: HashMap<PersonId, (&member::Model, &member::Model)> = changed
        .filter(|(old, new)| differs(old, new))
        .map(|(old, new)| (old.person_id, (old, new)))
        .collect();
    if changed.is_empty() {
        return Ok(Followed::default());
    }
    let elsewhere: HashSet<PersonId> = member::Entity::find()
        .filter(member::Column::PersonId.is_in(changed.keys().copied()))
        .filter(member::Column::RegionId.ne(region))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    let ids = changed.keys().copied().filter(|id| !elsewhere.contains(id));
    let persons = person::Entity::find().filter(person::Column::Id.is_in(ids)).all(db).await?;
    let mut all = Followed::default();
    for old in persons {
        let Some((before, after)) = changed.get(&old.id) else { continue };
        let mut new = followed(&old, before, after);
        if others {
            new.identity = identity(&new.full_name, new.email.as_deref(), new.organization_id);
        }
        if shows_otherwise(&old, &new) {
            all.shown.push(new.id);
        }
        if new != old {
            all.persons.push(new);
        }
    }
    Ok(all)
}

fn followed(person: &person::Model, before: &member::Model, after: &member::Model) -> person::Model {
    let mut new = person.clone();
    if new.full_name == before.full_name {
        new.full_name.clone_from(&after.full_name);
    }
    if new.email == before.email {
        new.email.clone_from(&after.email);
    }
    if new.phone == before.phone {
        new.phone.clone_from(&after.phone);
    }
    if new.organization_id == before.organization_id {
        new.organization_id = after.organization_id;
    }
    if new.position == before.position {
        new.position.clone_from(&after.position);
    }
    new
}

/// Whether everybody sees something else of the person than before, where it holds an office or is an author.
fn shows_otherwise(old: &person::Model, new: &person::Model) -> bool {
    old.full_name != new.full_name
        || old.organization_id != new.organization_id
        || old.position != new.position
}

/// Offices and practices show a person's name: when it changes, whoever follows the registry must fetch them anew.
/// Three statements, or none.
///
/// # Errors
/// The database's.
pub async fn tell_of(tx: &mut Tx, persons: &[PersonId]) -> Result<(), Error> {
    if persons.is_empty() {
        return Ok(());
    }
    let offices = appointment::Entity::find()
        .filter(appointment::Column::PersonId.is_in(persons.iter().copied()))
        .all(tx.db())
        .await?;
    let communities: HashMap<CommunityId, community::Model> = community::Entity::find()
        .filter(community::Column::Id.is_in(offices.iter().map(|row| row.community_id)))
        .all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for row in offices {
        let change = Change::of(row.id, None, Some(json!({ "changed": ["holder"] })));
        tx.record(match communities.get(&row.community_id) {
            Some(community) => change.within(community.region_id, Some(community.id)),
            None => change,
        });
    }
    let written = practice_author::Entity::find()
        .select_only()
        .column(practice_author::Column::PracticeId)
        .filter(practice_author::Column::PersonId.is_in(persons.iter().copied()))
        .into_query();
    let practices =
        practice::Entity::find().filter(practice::Column::Id.in_subquery(written)).all(tx.db()).await?;
    for row in practices {
        let (before, after) =
            (json!({ "state": row.state }), json!({ "state": row.state, "changed": ["authors"] }));
        tx.record(crate::registry::practice::write::change(&row, Some(before), Some(after)));
    }
    Ok(())
}
