//! The logins, their grants and secrets.

use entity::{
    Role, account, client_secret, grant,
    ids::{GrantId, SecretId},
};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{
    LoadError,
    keys::{Keys, Series},
    opening,
};
use crate::{
    auth::credentials::{hash_password, hash_token},
    db::Tx,
    demo::{DEMO_PASSWORD, DemoDataError, DemoSet, ExplicitRole, source::at},
    error::Error,
};

/// How many passwords are hashed at a time: each takes 19 MiB and a moment on purpose.
const AT_ONCE: usize = 4;

/// Hashes in the making.
pub(super) struct Hashes(Vec<JoinHandle<Result<Vec<String>, Error>>>);

/// Begins to hash the password once for each account, so that each has a salt of its own.
pub(super) fn hash_passwords(accounts: usize) -> Hashes {
    let tasks = (0..AT_ONCE).map(|turn| {
        let share = accounts / AT_ONCE + usize::from(turn < accounts % AT_ONCE);
        spawn_blocking(move || (0..share).map(|_| hash_password(DEMO_PASSWORD)).collect())
    });
    Hashes(tasks.collect())
}

impl Hashes {
    /// One hash for each account.
    pub async fn finish(self) -> Result<Vec<String>, Error> {
        let mut hashes = Vec::new();
        for task in self.0 {
            hashes.extend(task.await.map_err(Error::internal)??);
        }
        Ok(hashes)
    }
}

pub(super) async fn insert(
    tx: &Tx,
    set: &DemoSet,
    keys: &Keys,
    hashes: Vec<String>,
) -> Result<(), LoadError> {
    let accounts = set.accounts.iter().zip(&keys.accounts).zip(hashes).map(|((one, &id), password_hash)| {
        let person = one.person.map(|person| at(&keys.people, person, "person"));
        Ok(account::Model {
            id,
            login: one.login.clone(),
            name: one.name.clone(),
            password_hash,
            person_id: person.transpose()?.copied(),
            created_at: opening(),
            closed_at: None,
        })
    });
    tx.insert_all::<account::Entity>(accounts.collect::<Result<_, DemoDataError>>()?).await?;
    tx.insert_all::<grant::Entity>(grants(set, keys)?).await?;
    tx.insert_all::<client_secret::Entity>(secrets(set, keys)).await?;
    Ok(())
}

/// A secret of each service account: the same word as the passwords.
fn secrets(set: &DemoSet, keys: &Keys) -> Vec<client_secret::Model> {
    let mut ids = Series::of::<SecretId>();
    let services = set.accounts.iter().zip(&keys.accounts).filter(|(one, _)| one.person.is_none());
    services
        .map(|(_, &account_id)| client_secret::Model {
            id: ids.next(opening()),
            account_id,
            hash: hash_token(DEMO_PASSWORD),
            created_at: opening(),
            expires_at: None,
        })
        .collect()
}

fn grants(set: &DemoSet, keys: &Keys) -> Result<Vec<grant::Model>, DemoDataError> {
    let mut ids = Series::of::<GrantId>();
    let given = set.accounts.iter().zip(&keys.accounts);
    let given = given.flat_map(|(one, &account_id)| one.grants.iter().map(move |grant| (account_id, grant)));
    let rows = given.map(|(account_id, one)| {
        let region = one.region.map(|region| at(&keys.regions, region, "region"));
        Ok(grant::Model {
            id: ids.next(opening()),
            account_id,
            role: match one.role {
                ExplicitRole::FederalRegistrar => Role::FederalRegistrar,
                ExplicitRole::RegionalOperator => Role::RegionalOperator,
                ExplicitRole::Integrator => Role::Integrator,
                ExplicitRole::Auditor => Role::Auditor,
            },
            region_id: region.transpose()?.copied(),
            profile_id: None,
            valid_from: opening(),
            valid_until: None,
        })
    });
    rows.collect()
}
