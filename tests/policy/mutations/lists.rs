//! The lists that everything else refers to: regions, municipalities, organizations, profiles, institutes,
//! departments; and employees.

use api::auth::table::Action;
use entity::region;
use serde_json::json;

use super::{Call, public, unique};
use crate::support::app::{TestApp, id};

/// A code that no region has.
fn code() -> String {
    let number = unique();
    let letter = |place: u32| char::from(b'A' + u8::try_from(number / 26_u32.pow(place) % 26).unwrap());
    format!("RU-{}{}{}", letter(2), letter(1), letter(0))
}

/// A region of nobody's.
async fn fresh(app: &TestApp) -> region::Model {
    app.region(&code()).await
}

macro_rules! on_list {
    ($field:literal, $action:ident, |$app:ident, $scene:ident| $input:expr) => {
        Call {
            field: $field,
            action: Action::$action,
            on: "-",
            known: public,
            run: |$app, caller, $scene, _| {
                Box::pin(async move {
                    let input = $input;
                    caller.call($field, input, "").await
                })
            },
        }
    };
}

pub const CALLS: &[Call] = &[
    on_list!("regionCreate", RegionWrite, |_app, _scene| json!({ "code": code(), "name": "Край" })),
    on_list!("regionUpdate", RegionWrite, |app, _scene| {
        json!({ "regionId": id(fresh(app).await.id), "expectedVersion": 1, "name": "Область" })
    }),
    on_list!("regionArchive", RegionWrite, |app, _scene| {
        json!({ "regionId": id(fresh(app).await.id), "expectedVersion": 1 })
    }),
    on_list!("profileCreate", ProfileWrite, |_app, _scene| {
        json!({ "code": format!("new-{}", unique()), "name": "Профиль" })
    }),
    on_list!("profileUpdate", ProfileWrite, |app, _scene| {
        let profile = app.profile(&format!("new-{}", unique())).await;
        json!({ "code": profile.code, "expectedVersion": 1, "name": "Профиль" })
    }),
    on_list!("profileArchive", ProfileWrite, |app, _scene| {
        let profile = app.profile(&format!("new-{}", unique())).await;
        json!({ "code": profile.code, "expectedVersion": 1 })
    }),
    on_list!("instituteCreate", InstituteWrite, |app, _scene| {
        json!({ "regionCode": fresh(app).await.code, "name": "Институт" })
    }),
    on_list!("instituteUpdate", InstituteWrite, |app, _scene| {
        let institute = app.institute(&fresh(app).await).await;
        json!({ "instituteId": id(institute.id), "expectedVersion": 1, "name": "Институт развития" })
    }),
    on_list!("instituteArchive", InstituteWrite, |app, _scene| {
        let institute = app.institute(&fresh(app).await).await;
        json!({ "instituteId": id(institute.id), "expectedVersion": 1 })
    }),
    on_list!("departmentCreate", DepartmentWrite, |app, scene| {
        let institute = app.institute(&scene.region(app).await).await;
        json!({ "instituteId": id(institute.id), "name": format!("Отдел {}", unique()) })
    }),
    on_list!("departmentUpdate", DepartmentWrite, |app, scene| {
        let unit = app.department(&scene.region(app).await, &format!("Кафедра {}", unique())).await;
        json!({ "departmentId": id(unit.id), "expectedVersion": 1, "shortName": "К" })
    }),
    on_list!("departmentArchive", DepartmentWrite, |app, scene| {
        let unit = app.department(&scene.region(app).await, &format!("Кафедра {}", unique())).await;
        json!({ "departmentId": id(unit.id), "expectedVersion": 1 })
    }),
    on_list!("municipalityCreate", MunicipalityWrite, |app, scene| {
        json!({ "regionCode": scene.region(app).await.code, "name": format!("Район {}", unique()) })
    }),
    on_list!("municipalityUpdate", MunicipalityWrite, |app, scene| {
        let town = app.municipality(&scene.region(app).await, &format!("Станица {}", unique())).await;
        json!({ "municipalityId": id(town.id), "expectedVersion": 1 })
    }),
    on_list!("municipalityArchive", MunicipalityWrite, |app, scene| {
        let town = app.municipality(&scene.region(app).await, &format!("Станица {}", unique())).await;
        json!({ "municipalityId": id(town.id), "expectedVersion": 1 })
    }),
    on_list!("organizationCreate", OrganizationWrite, |_app, scene| {
        json!({ "municipalityId": id(scene.municipality.id), "name": format!("Гимназия {}", unique()) })
    }),
    on_list!("organizationUpdate", OrganizationWrite, |app, scene| {
        let school = app.organization_in(&scene.municipality).await;
        json!({ "organizationId": id(school.id), "expectedVersion": 1 })
    }),
    on_list!("organizationArchive", OrganizationWrite, |app, scene| {
        let school = app.organization_in(&scene.municipality).await;
        json!({ "organizationId": id(school.id), "expectedVersion": 1 })
    }),
    on_list!("employeeCreate", EmployeeWrite, |app, scene| {
        let institute = app.institute(&scene.region(app).await).await;
        json!({
            "instituteId": id(institute.id),
            "fullName": "Новикова Нина",
            "email": format!("new{}@example.org", unique()),
            "position": "методист",
        })
    }),
];
