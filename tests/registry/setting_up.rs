//! A new registry is set up through the API alone, beginning with the one account that the command line makes.

use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, program::run};

/// Calls a mutation that must succeed, and gives what it made.
async fn made(actor: &Actor, field: &str, input: Value, selection: &str) -> Value {
    let answer = actor.call(field, input, selection).await;
    let payload = answer.done().as_object().unwrap();
    payload.iter().find(|(name, _)| *name != "userErrors").unwrap().1.clone()
}

async fn enter(app: &TestApp, login: &str, password: &str) -> Actor {
    let answer = app.visitor().sign_in(login, password).await;
    app.visitor().bearing(answer.done()["accessToken"].as_str().unwrap())
}

on_both! {
    async fn an_empty_registry_is_set_up_through_the_api_alone(app: TestApp) {
        let url = app.database().url();
        let printed = run(&["account-create", "registrar", "--role", "federal-registrar", "--database-url", &url]).printed();
        let password = printed.lines().find_map(|line| line.strip_prefix("password: ")).unwrap();
        let registrar = enter(&app, "registrar", password).await;

        let region = made(&registrar, "regionCreate", json!({ "code": "RU-KDA", "name": "Краснодарский край" }), "region { code }").await;
        for name in ["город Краснодар", "Анапа"] {
            made(&registrar, "municipalityCreate", json!({ "regionCode": region["code"], "name": name }), "municipality { id }").await;
        }
        made(&registrar, "profileCreate", json!({ "code": "chemistry-teachers", "name": "Учителя химии" }), "profile { id }").await;
        let institute = made(&registrar, "instituteCreate", json!({ "regionCode": "RU-KDA", "name": "Институт развития" }), "institute { id }").await;
        let unit = made(&registrar, "departmentCreate",
            json!({ "instituteId": institute["id"], "name": "Кафедра естествознания" }), "department { id }").await;
        let employee = made(&registrar, "employeeCreate", json!({ "instituteId": institute["id"],
            "fullName": "Операторова Ольга Олеговна", "email": "o@institute.example", "position": "методист" }), "employee { id name }").await;
        let opened = registrar.call("accountCreate", json!({ "login": "operator.kda", "employeeId": employee["id"] }),
            "account { login } password").await;
        let password = opened.done()["password"].as_str().unwrap().to_owned();
        let right = json!({ "login": "operator.kda", "role": "REGIONAL_OPERATOR", "regionCode": "RU-KDA" });
        made(&registrar, "grantCreate", right, "grant { id }").await;

        let operator = enter(&app, "operator.kda", &password).await;
        let towns = operator.ask("{ region(by: { code: \"RU-KDA\" }) { municipalities { nodes { id name } } } }").await;
        let town = &towns.payload()["municipalities"]["nodes"][0];
        assert_eq!(town["name"], json!("Анапа"));
        made(&operator, "organizationCreate", json!({ "municipalityId": town["id"], "name": "Школа № 1" }), "organization { id }").await;
        let community = made(&operator, "communityCreate", json!({ "slug": "kda-chemistry-teachers", "name": "Химики Кубани",
            "regionCode": "RU-KDA", "profileCode": "chemistry-teachers", "departmentId": unit["id"], "foundedYear": 2019,
            "links": [{ "title": "Сайт", "url": "https://chemistry.example" }] }), "community { id version }").await;
        made(&operator, "headcountSet", json!({ "regionCode": "RU-KDA", "profileCode": "chemistry-teachers",
            "year": "2024-2025", "teachers": 1200 }), "headcount { teachers }").await;
        made(&registrar, "communityRegister",
            json!({ "communityId": community["id"], "expectedVersion": 1, "registeredOn": "2024-09-01" }), "community { id }").await;

        let shown = app.visitor().ask("{ community(by: { slug: \"kda-chemistry-teachers\" }) { registeredOn foundedYear
            department { name institute { name region { code } } } links { url } engagement(year: \"2024-2025\") { headcount } } }").await;
        assert_eq!(shown.payload(), &json!({ "registeredOn": "2024-09-01", "foundedYear": 2019,
            "department": { "name": "Кафедра естествознания", "institute": { "name": "Институт развития", "region": { "code": "RU-KDA" } } },
            "links": [{ "url": "https://chemistry.example" }], "engagement": { "headcount": 1200 } }));
        // The journal tells all of it, and nobody's name, address or login.
        let journal = serde_json::to_string(&app.journal().await.iter().map(|it| (&it.before, &it.after)).collect::<Vec<_>>()).unwrap();
        for personal in ["Операторова", "institute.example", "operator.kda", password.as_str()] {
            assert!(!journal.contains(personal), "{personal} in {journal}");
        }
    }
}
