//! Batches of integrators in the schema.

use async_graphql::{
    Context, Enum, ID, InputObject, InputType, InputValueError, InputValueResult, Object, SimpleObject,
    Value, registry::Registry,
};
use std::borrow::Cow;

use super::{
    rules::{Day, Row},
    service::{self, Answer, Call, Word},
};
use crate::{
    error::{Error, Rejected},
    graphql::{
        Caller,
        errors::{UserError, user_errors},
        ids,
        scalars::Date,
    },
    registry::journal::feed,
};

/// A `Date` of a row. What is no day is the row's fault, not the request's: the other rows go on.
struct RowDate(Day);

impl InputType for RowDate {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Date::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Date as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            // `null` belongs to the optional around it.
            Value::Null => Err(InputValueError::expected_type(Value::Null)),
            value => Ok(Self(Day(Date::parse(Some(value)).ok().map(|date| date.0)))),
        }
    }

    fn to_value(&self) -> Value {
        self.0.0.map_or(Value::Null, |day| InputType::to_value(&Date(day)))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Registrations as another system knows them.
#[derive(InputObject)]
pub struct MemberRegistrationsSyncInput {
    /// The system whose keys the rows bear, 1 to 200 characters.
    source: String,
    /// The caller's key of this call, 1 to 200 characters. The same key with the same rows gets the first answer
    /// again and changes nothing, for 30 days; with other rows it is `CONFLICT`.
    idempotency_key: String,
    /// Tell what would be done, and do nothing; the key is not used up.
    #[graphql(default)]
    dry_run: bool,
    /// At most 1,000; more is `LIMIT_EXCEEDED`.
    rows: Vec<MemberRegistrationInput>,
}

/// A registration as another system knows it: the row says all, and what it leaves out is nothing (but `joinedOn`).
#[derive(InputObject)]
pub struct MemberRegistrationInput {
    /// The registration's key in that system: by it the registration is found again. 1 to 200 characters.
    external_id: String,
    /// The community's slug.
    community_slug: String,
    /// Surname, name, patronymic; 1 to 200 characters.
    full_name: String,
    /// E-mail address.
    email: Option<String>,
    /// Where the person works, by its name in the municipality; one that is not known yet is entered.
    organization: Option<String>,
    /// What the person does there.
    position: Option<String>,
    /// The municipality's name, as `Region.municipalities` tells it; case does not matter.
    municipality: String,
    /// First day; left out, today for a new registration, and what is known already for another.
    joined_on: Option<RowDate>,
    /// Day of leaving; left out, the registration is in force (again).
    left_on: Option<RowDate>,
}

impl From<MemberRegistrationInput> for Row {
    fn from(row: MemberRegistrationInput) -> Self {
        Self {
            external_id: row.external_id,
            community_slug: row.community_slug,
            full_name: row.full_name,
            email: row.email,
            organization: row.organization,
            position: row.position,
            municipality: row.municipality,
            joined_on: row.joined_on.map(|day| day.0),
            left_on: row.left_on.map(|day| day.0),
        }
    }
}

/// How a row ended.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Word")]
pub enum SyncOutcome {
    /// A new registration.
    Created,
    /// A registration that was changed.
    Updated,
    /// A registration that was as the row says; nothing was written.
    Unchanged,
    /// Nothing was done, for faults of the row; the others went on.
    Rejected,
}

/// How a row ended.
#[derive(SimpleObject)]
pub struct MemberRegistrationResult {
    /// The row's key.
    external_id: String,
    /// In a word.
    outcome: SyncOutcome,
    /// The registration; null where the row was rejected, and for a new one of a dry run.
    member_id: Option<ID>,
    /// The row's faults; a path reads `["input", "rows", "3", "fullName"]`, rows counted from 0.
    user_errors: Vec<UserError>,
}

/// How a batch ended.
#[derive(SimpleObject)]
pub struct MemberRegistrationsSyncPayload {
    /// One for each row, in the rows' order; empty when `userErrors` are not.
    results: Vec<MemberRegistrationResult>,
    /// How many registrations are new.
    created: usize,
    /// How many were changed.
    updated: usize,
    /// How many were as the rows say.
    unchanged: usize,
    /// How many rows were rejected.
    rejected: usize,
    /// Where `changes` stands after this call: pass it as `since` to follow what happens from then on. Null after a
    /// dry run.
    cursor: Option<String>,
    /// What is wrong with the call as a whole; when not empty, nothing was done.
    user_errors: Vec<UserError>,
}

impl MemberRegistrationsSyncPayload {
    fn refused(rejected: Rejected) -> Self {
        Self {
            results: Vec::new(),
            created: 0,
            updated: 0,
            unchanged: 0,
            rejected: 0,
            cursor: None,
            user_errors: user_errors(rejected.errors),
        }
    }

    fn of(caller: &Caller, keys: Vec<String>, answer: Answer) -> Result<Self, Error> {
        let count = |word| answer.results.iter().filter(|result| result.outcome == word).count();
        let counts = [Word::Created, Word::Updated, Word::Unchanged, Word::Rejected].map(count);
        let [created, updated, unchanged, rejected] = counts;
        let cursor = answer.position.map(|at| feed::cursor(&caller.actor, at)).transpose()?;
        let rows = keys.into_iter().zip(answer.results).enumerate();
        let results = rows.map(|(index, (external_id, result))| MemberRegistrationResult {
            external_id,
            outcome: result.outcome.into(),
            member_id: result.member.map(ids::encode),
            user_errors: user_errors(
                result.errors.into_iter().map(|error| error.within(&["rows", &index.to_string()])).collect(),
            ),
        });
        let results = results.collect();
        Ok(Self { results, created, updated, unchanged, rejected, cursor, user_errors: Vec::new() })
    }
}

/// The mutations of this concept.
#[derive(Default)]
pub struct SyncMutation;

#[Object]
impl SyncMutation {
    /// Registers, changes and ends registrations as another system knows them, up to 1,000 in a call and in one
    /// transaction. A registration is found again by source and external id. Unchanged rows cost nothing; a bad row
    /// does not stop the good ones. For integrators, in their region.
    async fn member_registrations_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, and whose they are.")] input: MemberRegistrationsSyncInput,
    ) -> Result<MemberRegistrationsSyncPayload, Error> {
        let caller = Caller::of(ctx)?;
        let keys = input.rows.iter().map(|row| row.external_id.clone()).collect();
        let call = Call {
            source: input.source,
            key: input.idempotency_key,
            dry_run: input.dry_run,
            rows: input.rows.into_iter().map(Into::into).collect(),
        };
        match service::call(&caller.app, &caller.actor, call).await? {
            Ok(answer) => MemberRegistrationsSyncPayload::of(caller, keys, answer),
            Err(rejected) => Ok(MemberRegistrationsSyncPayload::refused(rejected)),
        }
    }
}
