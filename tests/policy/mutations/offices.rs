//! The mutations on offices: each office is given by somebody else.
//!
//! Those who hold the roles of the scene hold its offices today. What is appointed here lies years back, and what is
//! ended has not begun, so that they do not get in each other's way.

use api::auth::table::Action;
use chrono::Duration;
use entity::{Office, appointment};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{Call, Scene, public};
use crate::support::{
    actor::Actor,
    app::TestApp,
    client::Answer,
    offices::{of_employee, of_member, with},
};

async fn appoint(app: &TestApp, caller: &Actor, scene: &Scene, office: Office) -> Answer {
    let community = &scene.community;
    let input = if office == Office::Coordinator {
        let region = entity::region::Entity::find_by_id(community.region_id).one(app.rows()).await;
        of_employee(community, &app.staff_of(&region.unwrap().unwrap()).await)
    } else {
        let town = scene.another_town(app).await;
        of_member(office, community, &app.new_member(community).municipality(&town).create().await)
    };
    caller.appoint(with(input, json!({ "since": "2001-09-01", "until": "2002-09-01" }))).await
}

async fn end(app: &TestApp, caller: &Actor, scene: &Scene, office: Office) -> Answer {
    let person = app.person("Будущев Борис Борисович").await;
    let coming = app.clock.now().date_naive() + Duration::days(30);
    let new = app.new_appointment(&person, office, &scene.community).since(coming);
    let new = match office {
        Office::CouncilRepresentative => new.municipality(&scene.municipality),
        _ => new,
    };
    caller.end_term(new.create().await.id, None).await
}

async fn confirm(app: &TestApp, caller: &Actor, scene: &Scene) -> Answer {
    let seated = appointment::Entity::find()
        .filter(appointment::Column::CommunityId.eq(scene.community.id))
        .filter(appointment::Column::Office.eq(Office::PresidiumMember))
        .filter(appointment::in_force(app.clock.now().date_naive()))
        .count(app.rows())
        .await
        .unwrap();
    app.seat_in_presidium(&scene.community, 8_usize.saturating_sub(seated.try_into().unwrap())).await;
    caller.confirm_presidium(&scene.community).await
}

impl Scene {
    pub(super) async fn another_town(&self, app: &TestApp) -> entity::municipality::Model {
        let region = entity::region::Entity::find_by_id(self.community.region_id).one(app.rows()).await;
        app.municipality(&region.unwrap().unwrap(), &format!("Станица {}", uuid::Uuid::now_v7())).await
    }
}

macro_rules! on_office {
    ($field:literal, $what:ident, $office:ident, $action:ident, $on:literal) => {
        Call {
            field: $field,
            action: Action::$action,
            on: $on,
            known: public,
            run: |app, caller, scene, _| Box::pin($what(app, caller, scene, Office::$office)),
        }
    };
}

pub const CALLS: &[Call] = &[
    on_office!("appointmentCreate", appoint, Coordinator, AppointCoordinator, "COORD."),
    on_office!("appointmentCreate", appoint, Chair, AppointLeaders, "CHAIR"),
    on_office!("appointmentCreate", appoint, PresidiumMember, AppointLeaders, "PRESIDIUM"),
    on_office!("appointmentCreate", appoint, CouncilRepresentative, AppointCouncil, "COUNCIL"),
    on_office!("appointmentEnd", end, Coordinator, AppointCoordinator, "COORD."),
    on_office!("appointmentEnd", end, Chair, AppointLeaders, "CHAIR"),
    on_office!("appointmentEnd", end, PresidiumMember, AppointLeaders, "PRESIDIUM"),
    on_office!("appointmentEnd", end, CouncilRepresentative, AppointCouncil, "COUNCIL"),
    Call {
        field: "presidiumConfirm",
        action: Action::PresidiumConfirm,
        on: "-",
        known: public,
        run: |app, caller, scene, _| Box::pin(confirm(app, caller, scene)),
    },
];
