//! The mutations on offices: translation only, see `write` for what they do.

use async_graphql::{Context, Object};
use entity::ids::{AppointmentId, CommunityId, MemberId, MunicipalityId, PersonId};

use super::{
    bodies::Presidium,
    graphql::Appointment,
    inputs::{
        AppointmentCreateInput, AppointmentEndInput, AppointmentPayload, PresidiumConfirmInput,
        PresidiumPayload,
    },
    rules::{Asked, Order},
    write,
};
use crate::{
    error::Error,
    graphql::{Caller, errors::user_errors, ids, scalars::Date},
};

/// The mutations of this concept.
#[derive(Default)]
pub struct GovernanceMutation;

#[Object]
impl GovernanceMutation {
    /// Appoints somebody to an office. The coordinator is appointed by the region's operator, chair and presidium
    /// by the coordinator, representatives in the council by the chair or a member of the presidium. An office
    /// that is held on one of the days is `TAKEN`; an eleventh member of the presidium is `NOT_ELIGIBLE`.
    async fn appointment_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to which office, and for how long.")] input: AppointmentCreateInput,
    ) -> Result<AppointmentPayload, Error> {
        let caller = Caller::of(ctx)?;
        let of = ids::decode::<CommunityId>(&input.community_id)?;
        let asked = Asked {
            office: input.office.into(),
            member: input.member_id.as_ref().map(ids::decode::<MemberId>).transpose()?,
            employee: input.employee_id.as_ref().map(ids::decode::<PersonId>).transpose()?,
            municipality: input.municipality_id.as_ref().map(ids::decode::<MunicipalityId>).transpose()?,
            since: input.since.map(|day| day.0),
            until: input.until.map(|day| day.0),
            order: order(input.order_number, input.order_date),
        };
        Ok(match write::appoint(&caller.app, &caller.actor, of, asked).await? {
            Ok(row) => AppointmentPayload {
                appointment: Appointment::of(caller, row.id).await?,
                user_errors: Vec::new(),
            },
            Err(rejected) => {
                AppointmentPayload { appointment: None, user_errors: user_errors(rejected.errors) }
            }
        })
    }

    /// Ends a term, or moves an end that lies ahead. For those who may appoint to the office. The rights of the
    /// office end with it: today, from the next request on.
    async fn appointment_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which appointment, and when.")] input: AppointmentEndInput,
    ) -> Result<AppointmentPayload, Error> {
        let caller = Caller::of(ctx)?;
        let id = ids::decode::<AppointmentId>(&input.appointment_id)?;
        let outcome = write::end(&caller.app, &caller.actor, id, input.until.map(|day| day.0)).await?;
        let errors = outcome.err().map(|rejected| rejected.errors).unwrap_or_default();
        Ok(AppointmentPayload {
            appointment: Appointment::of(caller, id).await?,
            user_errors: user_errors(errors),
        })
    }

    /// Confirms the presidium as a whole: the 8 to 10 members who are in office today. Whoever joins or leaves, it
    /// is to be confirmed again. For the coordinator.
    async fn presidium_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which community, and by which order.")] input: PresidiumConfirmInput,
    ) -> Result<PresidiumPayload, Error> {
        let caller = Caller::of(ctx)?;
        let of = ids::decode::<CommunityId>(&input.community_id)?;
        let order = order(input.order_number, input.order_date);
        let outcome = write::confirm(&caller.app, &caller.actor, of, order).await?;
        let errors = outcome.err().map(|rejected| rejected.errors).unwrap_or_default();
        let presidium = Presidium::of(caller, of, caller.actor.now.date_naive()).await?;
        Ok(PresidiumPayload { presidium: Some(presidium), user_errors: user_errors(errors) })
    }
}

fn order(number: Option<String>, date: Option<Date>) -> Order {
    Order { number, date: date.map(|day| day.0) }
}
