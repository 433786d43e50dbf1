//! The lists that everything else refers to: entered, renamed, put into the archive and taken out again.

use entity::Office;
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    statements::statements,
};

const REGION: &str = "region { id code name version archivedAt }";
const MUNICIPALITY: &str = "municipality { id name version archivedAt }";

/// Into the archive, at its first version.
async fn archive(actor: &Actor, kind: &str, id: &str) -> (String, Option<i64>) {
    let input = json!({ format!("{kind}Id"): id, "expectedVersion": 1 });
    let answer = actor.call(&format!("{kind}Archive"), input, "").await;
    (answer.outcome(), answer.payload()["userErrors"][0]["bounds"]["actual"].as_i64())
}

async fn names(actor: &Actor, document: &str) -> Vec<String> {
    let answer = actor.ask(document).await;
    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                into.extend(fields.get("name").and_then(Value::as_str).map(ToOwned::to_owned));
                fields.values().for_each(|value| collect(value, into));
            }
            Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(answer.data(), &mut found);
    found
}

on_both! {
    async fn a_region_is_entered_renamed_archived_and_taken_out(app: TestApp) {
        let registrar = app.registrar().await;
        let made = registrar.call("regionCreate", json!({ "code": "RU-AD", "name": " Адыгея " }), REGION).await;
        let made = made.done()["region"].clone();
        assert_eq!((made["name"].as_str(), made["version"].as_i64()), (Some("Адыгея"), Some(1)));
        let input = json!({ "regionId": made["id"], "expectedVersion": 1, "name": "Республика Адыгея" });
        let renamed = registrar.call("regionUpdate", input.clone(), REGION).await;
        assert_eq!(renamed.done()["region"]["version"], json!(2));
        // Who has not seen that is told what stands now.
        let late = registrar.call("regionUpdate", input, REGION).await;
        assert_eq!(late.user_errors(), [("CONFLICT".to_owned(), "input.expectedVersion".to_owned())]);
        assert_eq!(late.payload()["region"]["name"], json!("Республика Адыгея"));
        let nothing = json!({ "regionId": made["id"], "expectedVersion": 2 });
        assert_eq!(registrar.call("regionUpdate", nothing, REGION).await.done()["region"]["name"], json!("Республика Адыгея"));

        let input = json!({ "regionId": made["id"], "expectedVersion": 3 });
        let away = registrar.call("regionArchive", input, REGION).await;
        assert!(away.done()["region"]["archivedAt"].is_string());
        let visitor = app.visitor();
        assert_eq!(names(&visitor, "{ regions { totalCount nodes { name } } }").await, [] as [&str; 0]);
        assert_eq!(names(&visitor, "{ region(by: { code: \"RU-AD\" }) { name } }").await, ["Республика Адыгея"]);
        let node = visitor.query("query($id: ID!) { node(id: $id) { ... on Region { archivedAt } } }", json!({ "id": made["id"] })).await;
        assert!(node.payload()["archivedAt"].is_string());
        // Nothing new refers to it.
        for (field, input) in [
            ("municipalityCreate", json!({ "regionCode": "RU-AD", "name": "Майкоп" })),
            ("instituteCreate", json!({ "regionCode": "RU-AD", "name": "Институт" })),
        ] {
            let answer = registrar.call(field, input, "").await;
            assert_eq!(answer.user_errors(), [("INVALID".to_owned(), "input.regionCode".to_owned())]);
            assert!(answer.payload()["userErrors"][0]["message"].as_str().unwrap().contains("in the archive"));
        }
        let again = json!({ "regionId": made["id"], "expectedVersion": 4 });
        assert_eq!(registrar.call("regionArchive", again, "").await.user_error(), "WRONG_STATE");
        let back = json!({ "regionId": made["id"], "expectedVersion": 4, "archived": false });
        assert_eq!(registrar.call("regionArchive", back, REGION).await.done()["region"]["archivedAt"], Value::Null);
        registrar.call("municipalityCreate", json!({ "regionCode": "RU-AD", "name": "Майкоп" }), "").await.done();
        let journal: Vec<_> = app.journal().await.into_iter().map(|entry| (entry.action, entry.region_id.is_some())).collect();
        let expected = ["region.write", "region.write", "region.write", "region.write", "region.write", "municipality.write"];
        assert_eq!(journal, expected.map(|action| (action.to_owned(), true)));
    }

    async fn codes_and_names_are_checked_and_unique(app: TestApp) {
        let registrar = app.registrar().await;
        let faulty = registrar.call("regionCreate", json!({ "code": "ru-kda", "name": "" }), "").await;
        let told = |path: &str| ("INVALID".to_owned(), path.to_owned());
        assert_eq!(faulty.user_errors(), [told("input.code"), told("input.name")]);
        let faulty = registrar.call("profileCreate", json!({ "code": "Химия", "name": "я".repeat(301) }), "").await;
        assert_eq!(faulty.user_errors(), [told("input.code"), told("input.name")]);
        let region = app.region("RU-KDA").await;
        let town = app.municipality(&region, "Город").await;
        let other = app.municipality(&region, "Станица").await;
        let school = app.organization_in(&town).await;
        let unit = app.department(&region, "Отдел").await;
        app.profile("chemistry-teachers").await;
        let conflict = |field: &str| ("TAKEN".to_owned(), format!("input.{field}"));
        for (field, input, taken) in [
            ("regionCreate", json!({ "code": "RU-KDA", "name": "Край" }), "code"),
            ("profileCreate", json!({ "code": "chemistry-teachers", "name": "Химики" }), "code"),
            ("municipalityCreate", json!({ "regionCode": "RU-KDA", "name": "Город" }), "name"),
            ("organizationCreate", json!({ "municipalityId": id(town.id), "name": school.name }), "name"),
            ("instituteCreate", json!({ "regionCode": "RU-KDA", "name": "Второй" }), "regionCode"),
            ("departmentCreate", json!({ "instituteId": id(unit.institute_id), "name": "Отдел" }), "name"),
            ("municipalityUpdate", json!({ "municipalityId": id(other.id), "expectedVersion": 1, "name": "Город" }), "name"),
        ] {
            assert_eq!(registrar.call(field, input, "").await.user_errors(), [conflict(taken)], "{field}");
        }
        // The same name elsewhere is another's.
        registrar.call("organizationCreate", json!({ "municipalityId": id(other.id), "name": school.name }), "").await.done();
    }

    async fn of_two_who_enter_the_same_at_once_one_is_told(app: TestApp) {
        let registrar = app.registrar().await;
        for n in 0..5 {
            let input = json!({ "code": format!("profile-{n}"), "name": "Профиль" });
            let calls = (0..3).map(|_| registrar.call("profileCreate", input.clone(), ""));
            let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(|answer| answer.outcome()).collect();
            outcomes.sort();
            assert_eq!(outcomes, ["TAKEN", "TAKEN", "done"]);
        }
    }

    async fn what_living_things_hang_on_stays_out_of_the_archive(app: TestApp) {
        let registrar = app.registrar().await;
        let region = app.region("RU-KDA").await;
        let unit = app.department(&region, "Отдел").await;
        let operator = app.operator_of(&region).await;
        let town = app.municipality(&region, "Город").await;
        let seat = app.municipality(&region, "Станица").await;
        let school = app.organization_in(&town).await;
        for n in 0..2 {
            let input = json!({ "slug": format!("kda-{n}"), "name": "Химики", "regionCode": "RU-KDA",
                "profileCode": app.profile("chemistry").await.code, "departmentId": id(unit.id) });
            operator.call("communityCreate", input, "").await.done();
        }
        let community = app.new_community("kda-biology").profile("biology").create().await;
        let refused = |actual: i64| ("WRONG_STATE".to_owned(), Some(actual));
        let done = ("done".to_owned(), None);
        // Communities, and an institute.
        assert_eq!(archive(&registrar, "region", &id(region.id)).await, refused(3));
        let input = json!({ "code": "chemistry", "expectedVersion": 1 });
        let answer = registrar.call("profileArchive", input, "").await;
        assert_eq!((answer.user_error(), &answer.payload()["userErrors"][0]["bounds"]["actual"]), ("WRONG_STATE".into(), &json!(2)));
        assert_eq!(archive(&operator, "department", &id(unit.id)).await, refused(2));
        assert_eq!(archive(&registrar, "institute", &id(unit.institute_id)).await, refused(1));
        // A registration in force, and a seat.
        let member = app.new_member(&community).municipality(&town).organization(&school).create().await;
        assert_eq!(archive(&operator, "organization", &id(school.id)).await, refused(1));
        assert_eq!(archive(&operator, "municipality", &id(town.id)).await, refused(1));
        let person = app.person("Представителев Павел").await;
        app.new_appointment(&person, Office::CouncilRepresentative, &community).municipality(&seat).create().await;
        assert_eq!(archive(&operator, "municipality", &id(seat.id)).await, refused(1));
        // What hangs on nothing goes, and what is in the archive holds nothing.
        for slug in ["kda-0", "kda-1", "kda-biology"] {
            let found = app.visitor().ask(&format!("{{ community(by: {{ slug: \"{slug}\" }}) {{ id }} }}")).await;
            operator.call("communityArchive", json!({ "communityId": found.payload()["id"], "expectedVersion": 1 }), "").await.done();
        }
        assert_eq!(archive(&registrar, "region", &id(region.id)).await, refused(1));
        assert_eq!(archive(&registrar, "institute", &id(unit.institute_id)).await, done);
        assert_eq!(archive(&operator, "department", &id(unit.id)).await, done);
        assert_eq!(archive(&registrar, "region", &id(region.id)).await, done);
        // The institute comes back after its region only.
        let back = json!({ "instituteId": id(unit.institute_id), "expectedVersion": 2, "archived": false });
        assert_eq!(registrar.call("instituteArchive", back, "").await.user_error(), "WRONG_STATE");
        assert_eq!(member.version, 1);
    }

    async fn nothing_is_founded_on_what_goes_into_the_archive_at_the_same_moment(app: TestApp) {
        let registrar = app.registrar().await;
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        for n in 0..5 {
            let profile = app.profile(&format!("profile-{n}")).await;
            let archived = registrar.call("profileArchive", json!({ "code": profile.code, "expectedVersion": 1 }), "");
            let input = json!({ "slug": format!("kda-{n}"), "name": "Сообщество", "regionCode": "RU-KDA", "profileCode": profile.code });
            let founded = operator.call("communityCreate", input, "");
            let (archived, founded) = futures::future::join(archived, founded).await;
            let outcomes = (archived.outcome(), founded.outcome());
            let expected = [("done".to_owned(), "INVALID".to_owned()), ("WRONG_STATE".to_owned(), "done".to_owned())];
            assert!(expected.contains(&outcomes), "{outcomes:?}");
        }
    }

    async fn an_operator_keeps_the_lists_of_the_own_region_only(app: TestApp) {
        let (here, there) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let operator = app.operator_of(&here).await;
        let made = operator.call("municipalityCreate", json!({ "regionCode": "RU-KDA", "name": "Сочи" }), MUNICIPALITY).await;
        let town = made.done()["municipality"]["id"].clone();
        let school = operator.call("organizationCreate", json!({ "municipalityId": town, "name": "Школа № 1" }),
            "organization { id name version municipality { name region { code } } }").await;
        assert_eq!(school.done()["organization"]["municipality"], json!({ "name": "Сочи", "region": { "code": "RU-KDA" } }));
        let foreign = app.municipality(&there, "Город").await;
        for (field, input) in [
            ("municipalityCreate", json!({ "regionCode": "RU-SPE", "name": "Сочи" })),
            ("municipalityUpdate", json!({ "municipalityId": id(foreign.id), "expectedVersion": 1, "name": "Мой" })),
            ("organizationCreate", json!({ "municipalityId": id(foreign.id), "name": "Школа" })),
            ("regionCreate", json!({ "code": "RU-AD", "name": "Мой" })),
        ] {
            assert_eq!(operator.call(field, input.clone(), "").await.outcome(), "FORBIDDEN", "{field}");
            assert_eq!(app.visitor().call(field, input, "").await.outcome(), "UNAUTHENTICATED", "{field}");
        }
        let unknown = json!({ "regionCode": "RU-XX", "name": "Сочи" });
        assert_eq!(operator.call("municipalityCreate", unknown.clone(), "").await.outcome(), "NOT_FOUND");
        assert_eq!(app.visitor().call("municipalityCreate", unknown, "").await.outcome(), "UNAUTHENTICATED");
    }

    async fn lists_of_a_parent_leave_out_what_is_archived(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let operator = app.operator_of(&region).await;
        let [first, second] = ["Анапа", "Сочи"];
        let (anapa, _) = (app.municipality(&region, first).await, app.municipality(&region, second).await);
        let unit = app.department(&region, "Отдел").await;
        app.department(&region, "Кафедра").await;
        archive(&operator, "municipality", &id(anapa.id)).await;
        archive(&operator, "department", &id(unit.id)).await;
        let lists = "{ regions { nodes { municipalities { totalCount nodes { name } } institute { departments { name } } } } }";
        assert_eq!(names(&app.visitor(), lists).await, ["Кафедра", "Сочи"]);
        let back = json!({ "municipalityId": id(anapa.id), "expectedVersion": 2, "archived": false });
        operator.call("municipalityArchive", back, "").await.done();
        assert_eq!(names(&app.visitor(), lists).await, ["Кафедра", "Анапа", "Сочи"]);
    }

    async fn organizations_are_paged_and_loaded_for_all_towns_at_once(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let mut made = Vec::new();
        for name in ["Анапа", "Сочи"] {
            let town = app.municipality(&region, name).await;
            for _ in 0..3 {
                made.push(app.organization_in(&town).await);
            }
        }
        let visitor = app.visitor();
        let query = "{ regions { nodes { municipalities { nodes { organizations(first: 2) {
            totalCount pageInfo { hasNextPage endCursor } nodes { id name } } } } } } }";
        let answer = visitor.ask(query).await;
        let towns = answer.payload()["nodes"][0]["municipalities"]["nodes"].as_array().unwrap();
        for (town, schools) in towns.iter().zip(made.chunks(3)) {
            let list = &town["organizations"];
            assert_eq!((&list["totalCount"], &list["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
            assert_eq!(list["nodes"][0]["name"], json!(schools[0].name));
        }
        // Regions, towns, the schools of all towns, their numbers.
        assert!(statements(&visitor, query).await <= 4);
        let document = "query($id: ID!, $after: String) { node(id: $id) { ... on Municipality {
            organizations(first: 2, after: $after) { nodes { id name } } } } }";
        let after = towns[1]["organizations"]["pageInfo"]["endCursor"].clone();
        let rest = visitor.query(document, json!({ "id": id(made[3].municipality_id), "after": after })).await;
        assert_eq!(rest.payload()["organizations"]["nodes"], json!([{ "id": id(made[5].id), "name": made[5].name }]));
        let node = visitor.query("query($id: ID!) { node(id: $id) { ... on Organization { name } } }", json!({ "id": id(made[5].id) })).await;
        assert_eq!(node.payload()["name"], json!(made[5].name));
    }

    async fn a_departments_short_name_is_taken_away_by_null_alone(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let operator = app.operator_of(&region).await;
        let institute = app.institute(&region).await;
        let selection = "department { id name shortName version }";
        let input = json!({ "instituteId": id(institute.id), "name": "Центр", "shortName": "ЦНППМ" });
        let made = operator.call("departmentCreate", input, selection).await;
        let unit = made.done()["department"]["id"].clone();
        let input = json!({ "departmentId": unit, "expectedVersion": 1, "name": "Центр развития" });
        assert_eq!(operator.call("departmentUpdate", input, selection).await.done()["department"]["shortName"], json!("ЦНППМ"));
        let input = json!({ "departmentId": unit, "expectedVersion": 2, "shortName": null });
        let changed = operator.call("departmentUpdate", input, selection).await;
        assert_eq!(changed.done()["department"], json!({ "id": unit, "name": "Центр развития", "shortName": null, "version": 3 }));
    }
}
