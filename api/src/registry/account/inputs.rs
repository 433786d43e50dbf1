//! The inputs and payloads of opening accounts and of giving explicit rights.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{account, grant};

use super::{grants::Named, graphql::Role, open::Opened};
use crate::{
    error::{Error, Rejected},
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        ids, payload,
    },
};

/// An account to be opened: for exactly one of a member and an employee.
#[derive(InputObject)]
pub struct AccountCreateInput {
    /// What it signs in with: 3 to 100 of `a-z`, `0-9` and `. _ @ + -`; case does not matter; unique.
    pub login: String,
    /// For the person of this registration, which is in force.
    pub member_id: Option<ID>,
    /// For this employee of an institute.
    pub employee_id: Option<ID>,
}

/// A way in.
pub struct Account(pub account::Model);

/// A person's way in.
#[Object]
impl Account {
    /// The account's id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// What it signs in with.
    async fn login(&self) -> &str {
        &self.0.login
    }
    /// When it was opened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// What opening an account answers.
#[derive(SimpleObject)]
pub struct AccountPayload {
    /// The new account; null when it was refused.
    pub account: Option<Account>,
    /// The password that was made for it: shown here and never again.
    pub password: Option<String>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl From<Result<Opened, Rejected>> for AccountPayload {
    fn from(outcome: Result<Opened, Rejected>) -> Self {
        match outcome {
            Ok(Opened { account, password }) => {
                Self { account: Some(Account(account)), password: Some(password), user_errors: Vec::new() }
            }
            Err(rejected) => {
                Self { account: None, password: None, user_errors: user_errors(rejected.errors) }
            }
        }
    }
}

/// An explicit right of an account: the role with the scope that it needs.
#[derive(InputObject)]
pub struct GrantInput {
    /// The account's login.
    pub login: String,
    /// `REGIONAL_OPERATOR` (with `regionCode`), `FEDERAL_REGISTRAR` or `AUDITOR`; the other roles follow from offices,
    /// registrations and the pool of experts.
    pub role: Role,
    /// Within the region with this ISO 3166-2 code.
    pub region_code: Option<String>,
    /// Within the profile with this code.
    pub profile_code: Option<String>,
}

impl From<GrantInput> for Named {
    fn from(input: GrantInput) -> Self {
        let GrantInput { login, role, region_code, profile_code } = input;
        Self { login, role: role.into(), region_code, profile_code }
    }
}

/// An explicit right.
pub struct AccessGrant(pub grant::Model);

/// An explicit right of an account. Those of offices and registrations are not among these: they follow from them.
#[Object]
impl AccessGrant {
    /// The right's id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// The account's login.
    async fn login(&self, ctx: &Context<'_>) -> Result<String, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.account_id).await?;
        Ok(found.ok_or_else(|| Error::broken("a right without its account"))?.login)
    }
    /// The role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }
    /// The region within which it holds.
    async fn region_code(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.region_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.code))
    }
    /// The profile within which it holds.
    async fn profile_code(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.profile_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.code))
    }
    /// From when.
    async fn valid_from(&self) -> DateTime<Utc> {
        self.0.valid_from
    }
    /// Until when, exclusively; null while it has no end.
    async fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.0.valid_until
    }
}

payload!(GrantPayload { grant: AccessGrant(grant) }, "an explicit right");
