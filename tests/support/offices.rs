//! Offices: the mutations on them, and who can be appointed.

use chrono::NaiveDate;
use entity::{
    Office, appointment, community,
    ids::{AppointmentId, TypedId},
    institute, member, person, region,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use super::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// What the mutations on appointments ask back.
const APPOINTMENT: &str = "appointment { id office since until orderNumber orderDate holder { name }
    community { slug } municipality { name } } userErrors { code message path bounds { actual min max } }";

/// The input of an appointment of this member.
pub fn of_member(office: Office, of: &community::Model, member: &member::Model) -> Value {
    let mut input = json!({ "communityId": id(of.id), "office": office, "memberId": id(member.id) });
    if office == Office::CouncilRepresentative {
        input["municipalityId"] = json!(id(member.municipality_id));
    }
    input
}

/// The input of an appointment of this employee as coordinator.
pub fn of_employee(of: &community::Model, employee: &person::Model) -> Value {
    json!({ "communityId": id(of.id), "office": Office::Coordinator, "employeeId": id(employee.id) })
}

/// The input with these fields, too.
pub fn with(mut input: Value, fields: Value) -> Value {
    if let (Some(input), Value::Object(fields)) = (input.as_object_mut(), fields) {
        input.extend(fields);
    }
    input
}

/// The appointment in a payload.
#[track_caller]
pub fn appointment_of(answer: &Answer) -> AppointmentId {
    let text = answer.done()["appointment"]["id"].as_str().unwrap_or_else(|| panic!("{answer:#?}"));
    AppointmentId::from_uuid(api::graphql::ids::split(text).unwrap().1)
}

/// The day on which the application is.
pub fn today(app: &TestApp) -> NaiveDate {
    app.clock.now().date_naive()
}

/// A field of the community `kda-chemistry` on a day, as a visitor sees it; today where no day is given.
pub async fn on(app: &TestApp, day: &str, field: &str, selection: &str) -> Value {
    let document = format!(
        "query($day: Date) {{ community(by: {{ slug: \"kda-chemistry\" }}) {{ {field}(asOf: $day) {{ {selection} }} }} }}"
    );
    let day = if day.is_empty() { Value::Null } else { json!(day) };
    app.visitor().query(&document, json!({ "day": day })).await.payload()[field].clone()
}

/// Appoints a new member, from this day on.
pub async fn seat(
    app: &TestApp,
    by: &Actor,
    office: Office,
    of: &community::Model,
    since: NaiveDate,
) -> Answer {
    let member = app.new_member(of).create().await;
    by.appoint(with(of_member(office, of, &member), json!({ "since": since }))).await
}

impl Actor {
    /// `appointmentCreate`.
    pub async fn appoint(&self, input: Value) -> Answer {
        self.mutate("appointmentCreate", "AppointmentCreateInput", input, APPOINTMENT).await
    }

    /// `appointmentEnd`, today or on this day.
    pub async fn end_term(&self, of: AppointmentId, until: Option<NaiveDate>) -> Answer {
        let input = json!({ "appointmentId": id(of), "until": until });
        self.mutate("appointmentEnd", "AppointmentEndInput", input, APPOINTMENT).await
    }

    /// `presidiumConfirm`.
    pub async fn confirm_presidium(&self, of: &community::Model) -> Answer {
        let selection = "presidium { size confirmation { confirmedOn orderNumber orderDate } }
            userErrors { code message path bounds { actual min max } }";
        let input = json!({ "communityId": id(of.id), "orderNumber": "7-п", "orderDate": "2024-09-10" });
        self.mutate("presidiumConfirm", "PresidiumConfirmInput", input, selection).await
    }
}

impl TestApp {
    /// Somebody who works at the institute of a region, made when it is not there.
    pub async fn staff_of(&self, of: &region::Model) -> person::Model {
        let there = institute::Entity::find().filter(institute::Column::RegionId.eq(of.id));
        let institute = match there.one(self.rows()).await.unwrap() {
            Some(found) => found.id,
            None => self.department(of, "Отдел").await.institute_id,
        };
        let mut row = self.person("Сотрудников Сергей Сергеевич").await.into_active_model();
        row.institute_id = Set(Some(institute));
        row.update(self.rows()).await.unwrap()
    }

    /// So many more members of a community in its presidium.
    pub async fn seat_in_presidium(&self, of: &community::Model, how_many: usize) -> Vec<appointment::Model> {
        let mut seated = Vec::new();
        for _ in 0..how_many {
            let person = self.person("Президиумов Пётр Петрович").await;
            seated.push(self.new_appointment(&person, Office::PresidiumMember, of).create().await);
        }
        seated
    }
}
