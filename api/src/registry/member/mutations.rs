//! The mutations on registrations: translation only, see `write` and `erase` for what they do.

use async_graphql::{Context, MaybeUndefined, Object};
use entity::{
    ids::{CommunityId, MemberId, MunicipalityId},
    member,
};

use super::{
    erase,
    inputs::{
        MemberConfirmInput, MemberDeclineInput, MemberLeaveInput, MemberMoveInput, MemberPayload,
        MemberRegisterInput, MemberUpdateInput, PersonEraseInput, PersonErasePayload,
    },
    write::{self, Amendment, Registration},
};
use crate::{
    error::{Error, Rejected},
    graphql::{Caller, errors::user_errors, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Hands in a registration, which then awaits confirmation: the signed-in person's own, or that of a teacher
    /// without an account. The same person twice in a community is `TAKEN`; a visitor is answered the same whether or
    /// not the person is registered.
    async fn member_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and in which community.")] input: MemberRegisterInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let registration = Registration {
            community: ids::decode::<CommunityId>(&input.community_id)?,
            municipality: ids::decode::<MunicipalityId>(&input.municipality_id)?,
            full_name: input.full_name,
            email: input.email,
            phone: input.phone,
            organization: input.organization,
            position: input.position,
        };
        let outcome = write::register(&caller.app, &caller.actor, registration).await?;
        Ok(MemberPayload::of(outcome, None))
    }

    /// Confirms a registration: it is in force from today on. For the chair, the coordinator, and the council's
    /// representative of that municipality.
    async fn member_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration.")] input: MemberConfirmInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        let outcome = write::confirm(&caller.app, &caller.actor, id).await?;
        payload(caller, id, outcome).await
    }

    /// Declines a registration that awaits confirmation, with a reason. For those who may confirm it.
    async fn member_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration, and why.")] input: MemberDeclineInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        let outcome = write::decline(&caller.app, &caller.actor, id, &input.reason).await?;
        payload(caller, id, outcome).await
    }

    /// Ends a registration, and the offices that only a member holds. For the person, the chair and the coordinator;
    /// what another system keeps in step is ended there.
    async fn member_leave(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration, and when.")] input: MemberLeaveInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        let left_on = input.left_on.map(|day| day.0);
        let outcome = write::leave(&caller.app, &caller.actor, id, left_on).await?;
        payload(caller, id, outcome).await
    }

    /// Moves a registration to another municipality of the region; a seat in the council ends. For the chair and the
    /// coordinator; what another system keeps in step is moved there.
    async fn member_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration, and where to.")] input: MemberMoveInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        let to = ids::decode::<MunicipalityId>(&input.municipality_id)?;
        let outcome = write::relocate(&caller.app, &caller.actor, id, to, input.organization).await?;
        payload(caller, id, outcome).await
    }

    /// Changes what is registered of a person. For the person, the chair and the coordinator; what another system
    /// keeps in step is changed there.
    async fn member_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registration, and what.")] input: MemberUpdateInput,
    ) -> Result<MemberPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        let amendment = Amendment {
            full_name: input.full_name,
            email: given(input.email),
            phone: given(input.phone),
            organization: given(input.organization),
            position: given(input.position),
        };
        let outcome = write::amend(&caller.app, &caller.actor, id, input.expected_version, amendment).await?;
        payload(caller, id, outcome).await
    }

    /// Erases a person on request, for good: names, addresses, workplaces, accounts. Registrations in force and
    /// offices end; the counts of the days before, authorship («Автор удалён») and ratings remain. For the person, the
    /// region's operator, and, where the person is registered in several regions, the federal registrar.
    async fn person_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and by which request.")] input: PersonEraseInput,
    ) -> Result<PersonErasePayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<MemberId>(&input.member_id)?;
        Ok(match erase::erase(&caller.app, &caller.actor, id, &input.request).await? {
            Ok(()) => PersonErasePayload { erased: true, user_errors: Vec::new() },
            Err(rejected) => PersonErasePayload { erased: false, user_errors: user_errors(rejected.errors) },
        })
    }
}

fn given(value: MaybeUndefined<String>) -> Option<Option<String>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

async fn payload(
    caller: &Caller,
    id: MemberId,
    outcome: Result<member::Model, Rejected>,
) -> Result<MemberPayload, Error> {
    let current = if outcome.is_err() { caller.loader.load_one(id).await? } else { None };
    Ok(MemberPayload::of(outcome.map(Some), current))
}
