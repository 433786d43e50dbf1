//! The mutations of events: translation only, see `write` for what they do.

use async_graphql::{Context, ID, Object};
use entity::ids::{CommunityId, EventId, MemberId};

use super::{
    graphql::EventRemovePayload,
    inputs::{EventCreateInput, EventParticipantsInput, EventPayload, EventRemoveInput, EventUpdateInput},
    participants,
    write::{self, Beside},
};
use crate::{
    error::Error,
    graphql::{Caller, errors::user_errors, ids},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct EventMutation;

fn beside(joint: &[ID], is_another: bool) -> Result<Beside, Error> {
    let joint = joint.iter().map(ids::decode::<CommunityId>).collect::<Result<_, _>>()?;
    Ok(Beside { joint, is_another })
}

fn read(input: &EventParticipantsInput) -> Result<(EventId, Vec<MemberId>), Error> {
    let members = input.member_ids.iter().map(ids::decode::<MemberId>).collect::<Result<_, _>>()?;
    Ok((ids::decode(&input.event_id)?, members))
}

#[Object]
impl EventMutation {
    /// Enters an event of a community. For its chair and coordinator and the region's operator. The same title on the same
    /// day once: `TAKEN`.
    async fn event_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and what is told of it.")] input: EventCreateInput,
    ) -> Result<EventPayload, Error> {
        let caller = Caller::of(ctx)?;
        let of = ids::decode::<CommunityId>(&input.community_id)?;
        let beside = beside(&input.event.joint_with, input.event.allow_duplicate)?;
        let outcome = write::create(&caller.app, &caller.actor, of, input.event.facts(), beside).await?;
        Ok(EventPayload::of(outcome))
    }

    /// Changes an event; what is left out is told no more. For those who may enter it.
    async fn event_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which event, and what is told of it now.")] input: EventUpdateInput,
    ) -> Result<EventPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<EventId>(&input.event_id)?;
        let beside = beside(&input.event.joint_with, input.event.allow_duplicate)?;
        let (version, facts) = (input.expected_version, input.event.facts());
        let outcome = write::update(&caller.app, &caller.actor, id, version, facts, beside).await?;
        EventPayload::of_change(caller, id, outcome).await
    }

    /// Enters members as participants of an event that has begun; who is one already stays one. For those who may enter
    /// the event, of the registrations that they see in its region.
    async fn event_participants_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which event, and who took part.")] input: EventParticipantsInput,
    ) -> Result<EventPayload, Error> {
        let caller = Caller::of(ctx)?;
        let (id, members) = read(&input)?;
        let outcome = participants::add(&caller.app, &caller.actor, id, members).await?;
        EventPayload::of_change(caller, id, outcome).await
    }

    /// Takes back that members took part in an event; who is none of its participants is passed over. For those who may
    /// enter them.
    async fn event_participants_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which event, and who did not take part.")] input: EventParticipantsInput,
    ) -> Result<EventPayload, Error> {
        let caller = Caller::of(ctx)?;
        let (id, members) = read(&input)?;
        let outcome = participants::remove(&caller.app, &caller.actor, id, members).await?;
        EventPayload::of_change(caller, id, outcome).await
    }

    /// Removes an event that was entered by mistake: it stands in no list and counts nowhere. For those who may enter it.
    async fn event_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which event, and why.")] input: EventRemoveInput,
    ) -> Result<EventRemovePayload, Error> {
        let Caller { app, actor, .. } = Caller::of(ctx)?;
        let id = ids::decode::<EventId>(&input.event_id)?;
        Ok(match write::remove(app, actor, id, &input.reason).await? {
            Ok(row) => {
                EventRemovePayload { removed_event_id: Some(ids::encode(row.id)), user_errors: Vec::new() }
            }
            Err(rejected) => {
                EventRemovePayload { removed_event_id: None, user_errors: user_errors(rejected.errors) }
            }
        })
    }
}
