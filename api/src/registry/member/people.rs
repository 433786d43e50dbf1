//! The persons behind registrations: known again by their identity, and followers of what is registered of them.

use std::collections::{HashMap, HashSet};

use entity::{
    ids::{OrganizationId, PersonId, RegionId},
    member, person,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::rules::identity;
use crate::error::Error;

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

/// The persons of these identities; of several, the oldest. One statement, or none.
///
/// # Errors
/// The database's.
pub async fn known(
    db: &impl ConnectionTrait,
    identities: impl IntoIterator<Item = Vec<u8>>,
) -> Result<HashMap<Vec<u8>, PersonId>, Error> {
    let mut identities = identities.into_iter().peekable();
    if identities.peek().is_none() {
        return Ok(HashMap::new());
    }
    let found = person::Entity::find()
        .filter(person::Column::Identity.is_in(identities))
        .order_by_desc(person::Column::Id)
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|row| Some((row.identity?, row.id))).collect())
}

/// A person's own name and workplace, which everybody sees of office holders and authors, follow a registration that
/// they agreed with before. Not where the person is registered in another region, too: its data are not one region's
/// to change. Gives the persons that change; two statements, or none.
///
/// # Errors
/// The database's.
pub async fn follow<'a>(
    db: &impl ConnectionTrait,
    region: RegionId,
    changed: impl Iterator<Item = (&'a member::Model, &'a member::Model)>,
) -> Result<Vec<person::Model>, Error> {
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
        return Ok(Vec::new());
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
    let followed = persons.into_iter().filter_map(|old| {
        let (before, after) = changed.get(&old.id)?;
        let new = followed(&old, before, after);
        (new != old).then_some(new)
    });
    Ok(followed.collect())
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
    new.identity = identity(&new.full_name, new.email.as_deref(), new.organization_id);
    new
}
