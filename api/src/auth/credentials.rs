//! Proofs of identity: passwords (argon2id), access tokens (JWT signed with Ed25519) and the keys that sign
//! them, refresh tokens (random, kept as hashes).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use entity::{
    counter,
    ids::{AccountId, SessionId},
    signing_key,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::policy::Permit;
use crate::{
    db::Db,
    error::{Code, Error},
};

const ISSUER: &str = "registry";

/// Hashes and checks passwords, a few at a time: each takes memory and time on purpose.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    /// The hash of no password, so that an unknown login takes as long as a known one.
    nobody: String,
}

impl Passwords {
    /// Ready to check two at a time.
    ///
    /// # Errors
    /// A fault of the hash function.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { turns: Semaphore::new(2), nobody: hash_password(&random_token())? })
    }

    /// Whether the password is the one behind the hash; `None` stands for an unknown login.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let right = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
        .map_err(Error::internal)?;
        Ok(right && known)
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || hash_password(&password)).await.map_err(Error::internal)?
    }
}

/// The argon2id hash of a password, in the PHC string form.
///
/// # Errors
/// A fault of the hash function.
pub fn hash_password(password: &str) -> Result<String, Error> {
    #[derive(Debug)]
    struct HashFault(argon2::password_hash::Error);
    impl std::fmt::Display for HashFault {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl std::error::Error for HashFault {}
    let fault = |e| Error::internal(HashFault(e));
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(fault)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(fault)?.to_string())
}

/// What stands in place of a hash where no password shall ever match.
pub const NO_PASSWORD: &str = "-";

/// A new refresh token or client secret: 256 random bits.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is kept of a refresh token or client secret.
#[must_use]
pub fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The account.
    sub: AccountId,
    /// The session: revoked, it takes its tokens with it.
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// The keys that sign and verify access tokens.
#[derive(Debug)]
pub struct Keys {
    set: RwLock<Arc<KeySet>>,
}

struct KeySet {
    kid: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    /// The published key set (RFC 7517, RFC 8037).
    jwks: String,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySet").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys kept in the database; makes the first one when there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(db: &Db, now: DateTime<Utc>) -> Result<Self, Error> {
        let set = match KeySet::read(db).await? {
            Some(set) => set,
            None => {
                make_key(db, now).await?;
                KeySet::read(db).await?.ok_or_else(|| Error::broken("the signing key just made is gone"))?
            }
        };
        Ok(Self { set: RwLock::new(Arc::new(set)) })
    }

    fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The published key set, as JSON.
    #[must_use]
    pub fn jwks(&self) -> String {
        self.current().jwks.clone()
    }

    /// An access token for a session, and when it runs out.
    ///
    /// # Errors
    /// A fault of the signature.
    pub fn sign(
        &self,
        account: AccountId,
        session: SessionId,
        now: DateTime<Utc>,
        minutes: u32,
    ) -> Result<(String, DateTime<Utc>), Error> {
        let set = self.current();
        let expires = now + Duration::minutes(minutes.into());
        let claims = Claims {
            iss: ISSUER.into(),
            sub: account,
            sid: session,
            iat: now.timestamp(),
            exp: expires.timestamp(),
        };
        let header = Header { kid: Some(set.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &claims, &set.signing).map_err(Error::internal)?;
        Ok((token, DateTime::from_timestamp(claims.exp, 0).unwrap_or(expires)))
    }

    /// The session of an access token.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the token is malformed, not ours, or has run out.
    pub async fn verify(&self, db: &Db, token: &str, now: DateTime<Utc>) -> Result<SessionId, Error> {
        let refused = |why: &str| Error::Refused(Code::Unauthenticated, why.into());
        let invalid = || refused("The access token is not valid.");
        let kid =
            jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or_else(invalid)?;
        let mut set = self.current();
        if !set.verifying.contains_key(&kid)
            && let Some(fresh) = KeySet::read(db).await?
        {
            // Another process may have made a key since.
            set = Arc::new(fresh);
            *self.set.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&set);
        }
        let key = set.verifying.get(&kid).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.validate_aud = false;
        // The registry's own clock decides, below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_| invalid())?.claims;
        if claims.exp <= now.timestamp() {
            return Err(refused("The access token has run out; refresh it."));
        }
        Ok(claims.sid)
    }
}

impl KeySet {
    async fn read(db: &Db) -> Result<Option<Self>, Error> {
        let rows = signing_key::Entity::find()
            .order_by_desc(signing_key::Column::CreatedAt)
            .order_by_desc(signing_key::Column::Kid)
            .all(db.read())
            .await?;
        let Some(newest) = rows.first() else { return Ok(None) };
        let mut verifying = HashMap::new();
        let mut keys = Vec::new();
        for row in &rows {
            let x = URL_SAFE_NO_PAD.encode(&row.public_key);
            verifying.insert(row.kid.clone(), DecodingKey::from_ed_components(&x).map_err(Error::internal)?);
            keys.push(serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": row.kid, "x": x,
            }));
        }
        Ok(Some(Self {
            kid: newest.kid.clone(),
            signing: EncodingKey::from_ed_der(&newest.private_key),
            verifying,
            jwks: serde_json::json!({ "keys": keys }).to_string(),
        }))
    }
}

async fn make_key(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let key = SigningKey::from_bytes(&rand::random::<[u8; 32]>());
    let public = key.verifying_key().to_bytes();
    let private = key.to_pkcs8_der().map_err(|_| Error::broken("the signing key cannot be encoded"))?;
    let digest = Sha256::digest(public);
    let kid = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
    let tx = db.begin(Permit::system(now)).await?;
    // Of processes that start at once, one makes the key and the others wait for it.
    counter::Entity::find_by_id(counter::JOURNAL).lock_exclusive().one(tx.db()).await?;
    if signing_key::Entity::find().one(tx.db()).await?.is_some() {
        return Ok(());
    }
    signing_key::Entity::insert(signing_key::ActiveModel {
        kid: Set(kid),
        private_key: Set(private.as_bytes().to_vec()),
        public_key: Set(public.to_vec()),
        created_at: Set(now),
    })
    .exec_without_returning(tx.db())
    .await?;
    tx.commit_quietly().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_an_unknown_login_never_matches() {
        let passwords = Passwords::new().unwrap();
        let hash = hash_password("secret").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("secret".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("Secret".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("secret".into(), None).await.unwrap());
    }
}
