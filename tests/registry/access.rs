//! Employees of institutes, accounts opened for persons, and explicit rights.

use entity::Office;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

async fn open(actor: &Actor, login: &str, field: &str, of: String) -> Answer {
    actor.call("accountCreate", json!({ "login": login, field: of }), "account { id login } password").await
}

async fn grants(actor: &Actor) -> Value {
    actor.ask("{ viewer { grants { role regionCode profileCode } } }").await.payload()["grants"].clone()
}

on_both! {
    async fn employees_are_entered_once_and_read_by_those_who_keep_them(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let institute = app.institute(&region).await;
        let operator = app.operator_of(&region).await;
        let input = json!({ "instituteId": id(institute.id), "fullName": "Алёнина Алёна", "email": "a@institute.example", "position": "методист" });
        let selection = "employee { id name position email institute { name } }";
        let made = operator.call("employeeCreate", input.clone(), selection).await;
        let employee = made.done()["employee"].clone();
        assert!(employee["id"].as_str().unwrap().starts_with("person_"));
        assert_eq!((&employee["name"], &employee["email"]), (&json!("Алёнина Алёна"), &json!("a@institute.example")));
        let mut same = input.clone();
        same["fullName"] = json!(" АЛЕНИНА  Алена");
        let again = operator.call("employeeCreate", same, selection).await;
        assert_eq!(again.user_error(), "TAKEN");
        assert!(!again.body.to_string().contains("institute.example"), "{:#}", again.body);
        let faulty = json!({ "instituteId": id(institute.id), "fullName": "1", "email": " ", "position": "" });
        let paths: Vec<_> = operator.call("employeeCreate", faulty, "").await.user_errors().into_iter().map(|it| it.1).collect();
        assert_eq!(paths, ["input.fullName", "input.email", "input.position"]);
        for n in 0..2 {
            let mut other = input.clone();
            other["email"] = json!(format!("b{n}@institute.example"));
            operator.call("employeeCreate", other, "").await.done();
        }

        let list = "query($after: String) { region(by: { code: \"RU-KDA\" }) { institute { employees(first: 2, after: $after) {
            totalCount pageInfo { endCursor } nodes { name email } } } } }";
        for reader in [&operator, &app.registrar().await, &app.auditor().await] {
            let first = reader.query(list, json!({})).await;
            let page = &first.payload()["institute"]["employees"];
            assert_eq!((&page["totalCount"], page["nodes"].as_array().unwrap().len()), (&json!(3), 2));
            let next = reader.query(list, json!({ "after": page["pageInfo"]["endCursor"] })).await;
            assert_eq!(next.payload()["institute"]["employees"]["nodes"][0]["email"], json!("b1@institute.example"));
        }
        let foreign = app.operator_of(&app.region("RU-SPE").await).await;
        for (other, code) in [(foreign, "FORBIDDEN"), (app.stranger().await, "FORBIDDEN"), (app.visitor(), "UNAUTHENTICATED")] {
            assert_eq!(other.query(list, json!({})).await.error_code(), code);
        }
        let journal = serde_json::to_string(&app.journal().await.iter().map(|it| &it.after).collect::<Vec<_>>()).unwrap();
        assert!(!journal.contains("institute.example") && !journal.contains("Ал"), "{journal}");
    }

    async fn of_two_who_enter_the_same_employee_at_once_one_is_told(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let institute = app.institute(&region).await;
        let operator = app.operator_of(&region).await;
        for n in 0..4 {
            let input = json!({ "instituteId": id(institute.id), "fullName": "Новиков Новик", "email": format!("n{n}@a.example"), "position": "методист" });
            let calls = (0..2).map(|_| operator.call("employeeCreate", input.clone(), ""));
            let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
            outcomes.sort();
            assert_eq!(outcomes, ["TAKEN", "done"]);
        }
    }

    async fn a_chair_opens_an_account_for_a_member_who_signs_in_with_the_shown_password(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let chair = app.chair_of(&community).await;
        let member = app.new_member(&community).create().await;
        let opened = open(&chair, "New.Member", "memberId", id(member.id)).await;
        let password = opened.done()["password"].as_str().unwrap().to_owned();
        assert_eq!(opened.payload()["account"]["login"], json!("new.member"));
        let signed_in = app.visitor().sign_in("NEW.member", &password).await;
        assert_eq!(signed_in.done()["viewer"]["grants"], json!([{ "role": "MEMBER" }]));
        // One account a person, one person a login.
        let again = open(&chair, "other.login", "memberId", id(member.id)).await;
        assert_eq!(again.user_errors(), [("TAKEN".to_owned(), "input.memberId".to_owned())]);
        let second = app.new_member(&community).create().await;
        let taken = open(&chair, "new.MEMBER", "memberId", id(second.id)).await;
        assert_eq!(taken.user_errors(), [("TAKEN".to_owned(), "input.login".to_owned())]);
        let pending = app.new_member(&community).pending().create().await;
        assert_eq!(open(&chair, "pending", "memberId", id(pending.id)).await.user_error(), "WRONG_STATE");
        for bad in ["ab", "логин", "a b c"] {
            assert_eq!(open(&chair, bad, "memberId", id(second.id)).await.user_error(), "INVALID", "{bad}");
        }
        let both = json!({ "login": "somebody", "memberId": id(second.id), "employeeId": id(second.person_id) });
        assert_eq!(chair.call("accountCreate", both, "").await.user_error(), "INVALID");
        assert_eq!(chair.call("accountCreate", json!({ "login": "somebody" }), "").await.user_error(), "INVALID");
        // Registrations elsewhere are not known to the chair; employees neither.
        let foreign = app.new_member(&app.community("kda-biology").await).create().await;
        assert_eq!(open(&chair, "foreign", "memberId", id(foreign.id)).await.outcome(), "NOT_FOUND");
        let employee = app.employee(&app.region("RU-KDA").await).await;
        assert_eq!(open(&chair, "employee", "employeeId", id(employee.id)).await.outcome(), "NOT_FOUND");
        let journal = serde_json::to_string(&app.journal().await.iter().map(|it| &it.after).collect::<Vec<_>>()).unwrap();
        assert!(!journal.contains("new.member") && !journal.contains(&password), "{journal}");
    }

    async fn one_of_two_at_once_opens_an_account_for_a_person(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let chair = app.chair_of(&community).await;
        let member = app.new_member(&community).create().await;
        let calls = (0..3).map(|n| {
            let (chair, member) = (chair.clone(), id(member.id));
            async move { open(&chair, &format!("login{n}"), "memberId", member).await.outcome() }
        });
        let mut outcomes = futures::future::join_all(calls).await;
        outcomes.sort();
        assert_eq!(outcomes, ["TAKEN", "TAKEN", "done"]);
    }

    async fn nobody_opens_an_account_for_a_person_whose_rights_reach_beyond_the_own_care(app: TestApp) {
        let (own, other) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let chair = app.chair_of(&own).await;
        let elsewhere = app.person("Председателев Пётр").await;
        app.new_appointment(&elsewhere, Office::Chair, &other).create().await;
        let member = app.new_member(&own).person(&elsewhere).create().await;
        assert_eq!(open(&chair, "elsewhere", "memberId", id(member.id)).await.user_error(), "NOT_ELIGIBLE");
        // A chair would hold the coordinator's rights.
        let above = app.person("Координаторова Клара").await;
        app.new_appointment(&above, Office::Coordinator, &own).create().await;
        let coordinator = app.new_member(&own).person(&above).create().await;
        assert_eq!(open(&chair, "above", "memberId", id(coordinator.id)).await.user_error(), "NOT_ELIGIBLE");
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        open(&operator, "elsewhere", "memberId", id(member.id)).await.done();
        open(&operator, "above", "memberId", id(coordinator.id)).await.done();
        let presidium = app.person("Президиумов Павел").await;
        app.new_appointment(&presidium, Office::PresidiumMember, &own).create().await;
        let member = app.new_member(&own).person(&presidium).create().await;
        open(&chair, "presidium", "memberId", id(member.id)).await.done();
    }

    async fn the_registrar_opens_accounts_for_employees_anywhere_and_for_nobody_else(app: TestApp) {
        let registrar = app.registrar().await;
        let (here, there) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let employee = app.employee(&here).await;
        let foreign = app.operator_of(&there).await;
        assert_eq!(open(&foreign, "employee", "employeeId", id(employee.id)).await.outcome(), "NOT_FOUND");
        assert_eq!(open(&app.auditor().await, "employee", "employeeId", id(employee.id)).await.outcome(), "FORBIDDEN");
        open(&registrar, "employee", "employeeId", id(employee.id)).await.done();
        let member = app.new_member(&app.community("kda-chemistry").await).create().await;
        assert_eq!(open(&registrar, "member", "memberId", id(member.id)).await.outcome(), "NOT_FOUND");
        assert_eq!(open(&registrar, "member", "employeeId", id(member.person_id)).await.outcome(), "NOT_FOUND");
    }

    async fn explicit_rights_are_given_with_their_scope_and_end_with_the_next_request(app: TestApp) {
        let registrar = app.registrar().await;
        app.region("RU-KDA").await;
        let somebody = app.stranger().await;
        let login = somebody.login.to_uppercase();
        let selection = "grant { login role regionCode profileCode validUntil }";
        let operator = json!({ "login": login, "role": "REGIONAL_OPERATOR", "regionCode": "RU-KDA" });
        let auditor = json!({ "login": login, "role": "AUDITOR" });
        let made = registrar.call("grantCreate", operator.clone(), selection).await;
        let expected = json!({ "login": somebody.login, "role": "REGIONAL_OPERATOR", "regionCode": "RU-KDA", "profileCode": null, "validUntil": null });
        assert_eq!(made.done()["grant"], expected);
        registrar.call("grantCreate", auditor, selection).await.done();
        assert_eq!(grants(&somebody).await.as_array().unwrap().len(), 2);
        somebody.call("municipalityCreate", json!({ "regionCode": "RU-KDA", "name": "Сочи" }), "").await.done();
        assert_eq!(registrar.call("grantCreate", operator.clone(), "").await.user_errors(), [("TAKEN".to_owned(), "input.role".to_owned())]);
        let ended = registrar.call("grantEnd", operator.clone(), selection).await;
        assert!(ended.done()["grant"]["validUntil"].is_string());
        assert_eq!(grants(&somebody).await, json!([{ "role": "AUDITOR", "regionCode": null, "profileCode": null }]));
        let gone = somebody.call("municipalityCreate", json!({ "regionCode": "RU-KDA", "name": "Анапа" }), "").await;
        assert_eq!(gone.outcome(), "FORBIDDEN");
        assert_eq!(registrar.call("grantEnd", operator.clone(), "").await.user_error(), "WRONG_STATE");
        registrar.call("grantCreate", operator, "").await.done();
    }

    async fn rights_that_follow_or_lack_their_scope_are_not_given(app: TestApp) {
        let registrar = app.registrar().await;
        app.region("RU-KDA").await;
        app.profile("chemistry").await;
        let login = app.stranger().await.login;
        let invalid = |path: &str| vec![("INVALID".to_owned(), format!("input.{path}"))];
        for (right, fault) in [
            (json!({ "role": "MEMBER" }), "role"),
            (json!({ "role": "COORDINATOR", "regionCode": "RU-KDA" }), "role"),
            (json!({ "role": "INTEGRATOR", "regionCode": "RU-KDA" }), "role"),
            (json!({ "role": "REGIONAL_OPERATOR" }), "regionCode"),
            (json!({ "role": "EXPERT", "profileCode": "chemistry" }), "role"),
            (json!({ "role": "REGIONAL_OPERATOR", "regionCode": "RU-KDA", "profileCode": "chemistry" }), "profileCode"),
            (json!({ "role": "AUDITOR", "regionCode": "RU-KDA" }), "regionCode"),
        ] {
            let mut input = right.clone();
            input["login"] = json!(login);
            assert_eq!(registrar.call("grantCreate", input, "").await.user_errors(), invalid(fault), "{right}");
        }
        let nobody = json!({ "login": "nobody", "role": "AUDITOR" });
        assert_eq!(registrar.call("grantCreate", nobody.clone(), "").await.outcome(), "NOT_FOUND");
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        assert_eq!(operator.call("grantCreate", nobody, "").await.outcome(), "FORBIDDEN");
        let calls = (0..3).map(|_| registrar.call("grantCreate", json!({ "login": login, "role": "AUDITOR" }), ""));
        let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["TAKEN", "TAKEN", "done"]);
    }

    async fn a_service_account_is_given_no_other_right(app: TestApp) {
        let registrar = app.registrar().await;
        let mut service = app.account("service.kda", None).await.into_active_model();
        service.name = Set(Some("Информационная система".into()));
        service.update(app.rows()).await.unwrap();
        let input = json!({ "login": "service.kda", "role": "AUDITOR" });
        assert_eq!(registrar.call("grantCreate", input, "").await.user_error(), "NOT_ELIGIBLE");
    }
}
