//! The inputs and payloads of the mutations on registrations.

use async_graphql::{ID, InputObject, MaybeUndefined, SimpleObject};
use entity::member;

use super::graphql::Member;
use crate::{
    error::Rejected,
    graphql::{
        errors::{UserError, user_errors},
        scalars::Date,
    },
};

/// A registration to be handed in.
#[derive(InputObject)]
pub struct MemberRegisterInput {
    /// In which community.
    pub community_id: ID,
    /// From which municipality of the community's region.
    pub municipality_id: ID,
    /// Surname, name, patronymic, up to 200 characters. Needed without an account; left out, the signed-in person's.
    pub full_name: Option<String>,
    /// E-mail address; left out, the signed-in person's. By name and address the same person is known again.
    pub email: Option<String>,
    /// Telephone number, up to 40 characters.
    pub phone: Option<String>,
    /// Where the person works, by its name in the municipality; one that is not known yet is entered.
    pub organization: Option<String>,
    /// What the person does there, up to 200 characters.
    pub position: Option<String>,
}

/// A registration to be confirmed.
#[derive(InputObject)]
pub struct MemberConfirmInput {
    /// Which registration.
    pub member_id: ID,
}

/// A registration to be declined.
#[derive(InputObject)]
pub struct MemberDeclineInput {
    /// Which registration.
    pub member_id: ID,
    /// Why, 1 to 2,000 characters; shown to the person.
    pub reason: String,
}

/// A registration to be ended.
#[derive(InputObject)]
pub struct MemberLeaveInput {
    /// Which registration.
    pub member_id: ID,
    /// The day of leaving; left out, today.
    pub left_on: Option<Date>,
}

/// A registration to be moved to another municipality of the region.
#[derive(InputObject)]
pub struct MemberMoveInput {
    /// Which registration.
    pub member_id: ID,
    /// To which municipality.
    pub municipality_id: ID,
    /// Where the person works there; left out, it is not known.
    pub organization: Option<String>,
}

/// What is registered of a person, to be changed; what is left out stays as it is, `null` takes it away.
#[derive(InputObject)]
pub struct MemberUpdateInput {
    /// Which registration.
    pub member_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Surname, name, patronymic, up to 200 characters.
    pub full_name: Option<String>,
    /// E-mail address.
    pub email: MaybeUndefined<String>,
    /// Telephone number, up to 40 characters.
    pub phone: MaybeUndefined<String>,
    /// Where the person works, by its name in the municipality; one that is not known yet is entered.
    pub organization: MaybeUndefined<String>,
    /// What the person does there, up to 200 characters.
    pub position: MaybeUndefined<String>,
}

/// A person to be erased.
#[derive(InputObject)]
pub struct PersonEraseInput {
    /// A registration of the person.
    pub member_id: ID,
    /// The number and date under which the person asked for it, 1 to 100 characters; kept in the journal, so without
    /// any name.
    pub request: String,
}

/// What a mutation of a registration answers.
#[derive(SimpleObject)]
pub struct MemberPayload {
    /// The registration as it stands after the mutation; after a refused change, as it stands for the caller to go on
    /// from. Null for a visitor, who is not told whether the person is registered already.
    pub member: Option<Member>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

impl MemberPayload {
    /// The payload of an outcome; `current` is what stands after a refused change.
    pub fn of(outcome: Result<Option<member::Model>, Rejected>, current: Option<member::Model>) -> Self {
        match outcome {
            Ok(row) => Self { member: row.map(Member), user_errors: Vec::new() },
            Err(rejected) => Self { member: current.map(Member), user_errors: user_errors(rejected.errors) },
        }
    }
}

/// What an erasure answers.
#[derive(SimpleObject)]
pub struct PersonErasePayload {
    /// Whether the person's data are gone.
    pub erased: bool,
    /// What is wrong with the input; when not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}
