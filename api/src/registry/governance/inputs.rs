//! The inputs and the payloads of the mutations on offices.

use async_graphql::{ID, InputObject, SimpleObject};

use super::{
    bodies::Presidium,
    graphql::{Appointment, Office},
};
use crate::graphql::{errors::UserError, scalars::Date};

/// An appointment to an office.
#[derive(InputObject)]
pub struct AppointmentCreateInput {
    /// Of which community.
    pub community_id: ID,
    /// To which office.
    pub office: Office,
    /// Chair, presidium and council: the registration, in force in this community, of the person who is to hold
    /// the office.
    pub member_id: Option<ID>,
    /// Coordinator: the employee of the region's institute who is to hold the office.
    pub employee_id: Option<ID>,
    /// Council, and only there: which municipality of the region is to be represented. The member is registered
    /// in it.
    pub municipality_id: Option<ID>,
    /// First day in office; today by default. At most 50 years back and a year ahead.
    pub since: Option<Date>,
    /// First day no longer in office, after `since`; left out while no end is known.
    pub until: Option<Date>,
    /// The number of the order, one line of up to 100 characters.
    pub order_number: Option<String>,
    /// The date of the order; not in the future.
    pub order_date: Option<Date>,
}

/// The end of a term.
#[derive(InputObject)]
pub struct AppointmentEndInput {
    /// Which appointment.
    pub appointment_id: ID,
    /// First day no longer in office; today by default. Not before the first day of the term, and at most a year
    /// ahead. On the first day of the term itself it never was in force.
    pub until: Option<Date>,
}

/// The confirmation of a presidium.
#[derive(InputObject)]
pub struct PresidiumConfirmInput {
    /// Of which community.
    pub community_id: ID,
    /// The number of the order, one line of up to 100 characters.
    pub order_number: Option<String>,
    /// The date of the order; not in the future.
    pub order_date: Option<Date>,
}

/// What a mutation of an appointment answers.
#[derive(SimpleObject)]
pub struct AppointmentPayload {
    /// The appointment as it stands after the mutation; after a refused change, as it stands for the caller to go
    /// on from; null when there is none.
    pub appointment: Option<Appointment>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// What the confirmation of a presidium answers.
#[derive(SimpleObject)]
pub struct PresidiumPayload {
    /// The presidium as it stands today, with its confirmation.
    pub presidium: Option<Presidium>,
    /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
    pub user_errors: Vec<UserError>,
}
